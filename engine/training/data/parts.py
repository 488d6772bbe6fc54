"""The files of a split that a run reads, and their class map."""

from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInput, ClassMapMismatch
from engine.home import Home
from engine.records import FilePath, Sha256, read_record
from engine.settings.run import RunSettings
from engine.split.adopting import region_of
from engine.split.classes import ClassMap, read_classes, require_same
from engine.split.folder import SplitFolder, SplitLine, read_part, split_folder
from engine.split.known import KnownPhotographs
from engine.split.outside import Outside, read_outside


@dataclass(frozen=True)
class Parts:
    """The parts of a split by name, their files and lines, and the class map they share.

    `outside` are the rows if another project made the files.
    """

    paths: dict[str, Path]
    lines: dict[str, list[SplitLine]]
    classes: ClassMap
    outside: Outside | None = None


@dataclass(frozen=True)
class PartDigest:
    """The file of one part, and its SHA-256 when the run was created."""

    path: FilePath
    sha256: Sha256


def read_digests(path: Path) -> dict[str, PartDigest]:
    """Read a run's parts.json: the parts that it was created from, by name.

    Raises:
        BadInput: it is missing or damaged.
    """
    return read_record(dict[str, PartDigest], path)


def read_parts(home: Home, settings: RunSettings) -> Parts:
    """Read the parts that a run with these settings trains and validates on.

    Raises:
        BadInput: a file is missing, empty or damaged.
        ClassMapMismatch: the parts have different class maps.
    """
    paths = part_files(home, settings)
    region = settings.data.region
    if _are_outside(settings, paths):
        given = {part: paths[part] for part in ("train", "val")}
        outside = read_outside(home, given, region, KnownPhotographs(home))
        _require_photographs(outside.lines, given)
        return Parts(given, outside.lines, outside.classes, outside)
    _require_region(paths, region)
    classes = shared_classes(paths)
    lines = {part: read_part(path) for part, path in paths.items()}
    for part, path in paths.items():
        require_labels(classes, lines[part], path)
    _require_photographs(lines, paths)
    return Parts(paths, lines, classes)


def _require_photographs(lines: dict[str, list[SplitLine]], paths: dict[str, Path]) -> None:
    for part in ("train", "val"):
        if not lines[part]:
            raise BadInput("{file} holds no photographs. Make the split again.", file=paths[part])


def _are_outside(settings: RunSettings, paths: dict[str, Path]) -> bool:
    """Whether the files are of another project: none has a class map beside it."""
    data = settings.data
    given = bool(data.train_jsonl and data.val_jsonl)
    return given and not any(path.with_name("classes.json").exists() for path in paths.values())


def _require_region(paths: dict[str, Path], region: str | None) -> None:
    """Refuse a region for a split whose rows state none.

    Raises:
        BadInput: the split was not made from the rows of this region.
    """
    if region is None:
        return
    folder = SplitFolder(paths["train"].parent)
    if not folder.manifest.is_file() or region_of(folder) != region:
        raise BadInput(
            "{file} states no region. Empty data.region, or give the files of the region.",
            file=paths["train"],
        )


def require_labels(classes: ClassMap, lines: list[SplitLine], path: Path) -> None:
    """Check that each line has the label that the class map gives its species.

    Raises:
        ClassMapMismatch: a line differs.
    """
    for number, line in enumerate(lines, 1):
        if classes.labels.get(line.species) != line.label:
            raise ClassMapMismatch(
                "Line {line} of {file} does not match the class map: {species} has the label "
                "{label}. Make the split again.",
                line=number,
                file=path,
                species=line.species,
                label=str(line.label),
            )


def locate(home: Home, path: str) -> Path:
    """Resolve a path from a configuration: absolute, or relative to the home or the working
    directory.
    """
    if Path(path).is_absolute():
        return Path(path)
    inside = (home.root / path).resolve()
    return Path(path).resolve() if not inside.is_file() and Path(path).is_file() else inside


def portable(home: Home, path: Path) -> str:
    """Return a path as a run's configuration stores it: relative to the home if inside, else
    absolute.
    """
    inside = path.resolve().is_relative_to(home.root)
    return home.relative(path) if inside else str(path.resolve())


def part_files(home: Home, settings: RunSettings) -> dict[str, Path]:
    """Return the file of each part that the settings name; test only if its file exists.

    Raises:
        BadInput: no split is named, or it is incomplete.
    """
    data = settings.data
    if data.train_jsonl and data.val_jsonl:
        paths = {"train": locate(home, data.train_jsonl), "val": locate(home, data.val_jsonl)}
        paths["test"] = paths["train"].with_name("test.jsonl")
    elif data.split:
        split = split_folder(home, data.split)
        paths = {part: split.part(part) for part in ("train", "val", "test")}
    else:
        raise BadInput("The run needs a split. Set data.split to its name.")
    for part in ("train", "val"):
        if not paths[part].is_file():
            if data.train_jsonl and data.val_jsonl:
                raise BadInput(
                    "{file} does not exist. Check data.train_jsonl and data.val_jsonl.",
                    file=paths[part],
                )
            raise BadInput("{file} does not exist. Make the split first.", file=paths[part])
    return {part: path for part, path in paths.items() if path.is_file()}


def shared_classes(paths: dict[str, Path]) -> ClassMap:
    """Read the class map next to the parts of the split.

    Raises:
        BadInput: it is missing, or holds fewer than two species.
        ClassMapMismatch: the parts lie in different folders whose class maps differ.
    """
    files = {path.with_name("classes.json") for path in paths.values()}
    first, *others = sorted(files)
    classes = read_classes(first)
    for other in others:
        require_same(classes, read_classes(other), str(other))
    if len(classes) < 2:
        raise BadInput(
            "{file} holds fewer than two species. A classifier needs at least two.", file=first
        )
    return classes
