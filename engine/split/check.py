"""Proving a split on disk sound, from its files alone."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.errors import BadInput
from engine.files import read_json, sha256_of
from engine.split.classes import ClassMap, read_classes, require_same
from engine.split.folder import PARTS, SplitFolder, SplitLine, read_part


@dataclass(frozen=True)
class Finding:
    """One check and how it went."""

    check: str
    ok: bool
    detail: str


Parts = dict[str, list[SplitLine]]


def check_split(folder: SplitFolder) -> list[Finding]:
    """Read a split back and check everything that training relies on."""
    try:
        manifest = _read_manifest(folder)
        classes = read_classes(folder.classes)
        require_same(manifest["class_map"], classes, str(folder.classes))
        parts = {part: read_part(folder.part(part)) for part in PARTS}
    except BadInput as error:
        return [Finding("The files can be read and agree", False, str(error))]
    return [
        Finding("The files can be read and agree", True, f"{len(classes):,} species"),
        _unchanged(folder, manifest),
        *_checks_of_lines(parts, classes),
        _counts(parts, manifest),
    ]


def _read_manifest(folder: SplitFolder) -> dict[str, Any]:
    manifest = read_json(folder.manifest)
    expected = {"class_map": str, "files": dict, "parts": dict}
    for key, kind in expected.items():
        if not isinstance(manifest, dict) or not isinstance(manifest.get(key), kind):
            raise BadInput(f"{folder.manifest} has no {key}; make the split again.")
    return dict(manifest)


def check_lines(parts: Parts, classes: ClassMap) -> list[Finding]:
    """The checks that need no files: for a split that is only planned."""
    return list(_checks_of_lines(parts, classes))


def _checks_of_lines(parts: Parts, classes: ClassMap) -> Iterator[Finding]:
    checks: tuple[Callable[[Parts, ClassMap], Finding], ...] = (
        _held_out_is_trained,
        _nothing_twice,
        _labels,
    )
    for check in checks:
        yield check(parts, classes)


def _held_out_is_trained(parts: Parts, classes: ClassMap) -> Finding:
    trained = {line.species for line in parts["train"]}
    strangers = {line.species for part in ("val", "test") for line in parts[part]} - trained
    detail = (
        f"{len(strangers):,} are not, such as {min(strangers)}"
        if strangers
        else f"{len(trained):,} species in train"
    )
    return Finding("Every species in val and test is in train", not strangers, detail)


def _nothing_twice(parts: Parts, classes: ClassMap) -> Finding:
    times = Counter(line.image_id for lines in parts.values() for line in lines)
    twice = [image_id for image_id, count in times.items() if count > 1]
    detail = f"{len(twice):,} are, such as {twice[0]}" if twice else f"{len(times):,} photographs"
    return Finding("No photograph is in two parts, or twice in one", not twice, detail)


def _labels(parts: Parts, classes: ClassMap) -> Finding:
    wrong = [
        line
        for lines in parts.values()
        for line in lines
        if classes.labels.get(line.species) != line.label
    ]
    detail = (
        f"{len(wrong):,} are wrong, such as {wrong[0].species} as {wrong[0].label}"
        if wrong
        else f"class map {classes.fingerprint[:12]}"
    )
    return Finding("Every label is the species' place in the class map", not wrong, detail)


def _unchanged(folder: SplitFolder, manifest: dict[str, Any]) -> Finding:
    written = [*(folder.part(part) for part in PARTS), folder.classes]
    told = manifest["files"]
    changed = [path.name for path in written if sha256_of(path) != told.get(path.name)]
    detail = f"{', '.join(changed)} changed" if changed else f"{len(written)} files"
    return Finding("The files are as they were written", not changed, detail)


def _counts(parts: Parts, manifest: dict[str, Any]) -> Finding:
    found = {part: len(lines) for part, lines in parts.items()}
    told = {part: _images(manifest["parts"].get(part)) for part in PARTS}
    detail = ", ".join(f"{part} {count:,}" for part, count in found.items())
    return Finding("The counts are those of the manifest", found == told, detail)


def _images(part: Any) -> Any:
    return part.get("images") if isinstance(part, dict) else None
