"""Checking a split on disk from its files alone."""

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.embeddings.near_duplicates import NearDuplicates
from engine.errors import BadInput
from engine.files import read_json, sha256_of
from engine.language.message import Message, deferred, message, plural_message
from engine.settings.split import Link
from engine.split.addresses import canonical_addresses
from engine.split.classes import ClassMap, read_classes, require_same
from engine.split.finding import Finding
from engine.split.folder import PARTS, SplitFolder
from engine.split.near import near_pairs
from engine.split.numbers import from_hex, numbered
from engine.split.pairs import numbered_pairs, paired_places
from engine.split.table import read_table


def check_split(
    folder: SplitFolder, near: NearDuplicates | None = None, *, asked_only: bool = False
) -> list[Finding]:
    """Read a split and check everything that training relies on.

    The check does not repeat the grouping: it compares the values that photographs of different
    parts share, one link at a time, without joining groups. It checks every link that tells of a
    leak, whether the split was made with it or not; `asked_only` checks what it was made with. An
    observer's photographs are only checked if they were to stay together.

    Near-duplicates by their features are not in the split's files: they are checked as far as
    `near` holds them, and not known otherwise.
    """
    try:
        manifest = _read_manifest(folder)
        classes = read_classes(folder.classes)
        require_same(manifest["class_map"], classes, str(folder.classes))
        links = _links(manifest, asked_only)
        columns = _columns_for(links)
        tables = [read_table(folder.part(part), columns) for part in PARTS]
    except BadInput as error:
        return [Finding(Message(_READABLE), False, error.message)]
    part = np.repeat(np.arange(len(PARTS), dtype=np.int8), [len(table) for table in tables])
    lines = pa.concat_tables(tables)
    distance = manifest.get("near_distance", _USUAL_DISTANCE)
    # Splits of earlier versions were made from the perceptual hash alone.
    by_features = not asked_only or bool(manifest.get("near_features"))
    return [
        Finding(Message(_READABLE), True, _species(len(classes))),
        _unchanged(folder, manifest),
        _held_out_is_trained(lines, part),
        _no_duplicate_lines(lines),
        _labels(lines, classes),
        *_groups_in_one_part(lines, part, links, distance, near, by_features),
        _counts(lines, part, manifest),
    ]


def _read_manifest(folder: SplitFolder) -> dict[str, Any]:
    manifest = read_json(folder.manifest)
    expected = {"class_map": str, "files": dict, "parts": dict}
    for key, kind in expected.items():
        if not isinstance(manifest, dict) or not isinstance(manifest.get(key), kind):
            raise BadInput(
                "{file} has no {key}. Make the split again.", file=folder.manifest, key=key
            )
    return dict(manifest)


def _held_out_is_trained(lines: pa.Table, part: NDArray[np.int8]) -> Finding:
    name = message("Every species in validation and test is in train")
    trained = pc.unique(lines["species"].filter(pa.array(part == 0)))
    held_out = pc.unique(lines["species"].filter(pa.array(part > 0)))
    strangers = held_out.filter(pc.invert(pc.is_in(held_out, trained))).to_pylist()
    if strangers:
        detail = plural_message(
            "{n} is not, such as {species}",
            "{n} are not, such as {species}",
            len(strangers),
            species=min(strangers),
        )
        return Finding(name, False, detail)
    return Finding(name, True, _species_in_train(len(trained)))


def _no_duplicate_lines(lines: pa.Table) -> Finding:
    name = message("No photograph is listed twice")
    counted = pc.value_counts(lines["image_id"])
    twice = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    if len(twice):
        detail = plural_message(
            "{n} is, such as {image}", "{n} are, such as {image}", len(twice), image=str(twice[0])
        )
        return Finding(name, False, detail)
    return Finding(name, True, plural_message("{n} photograph", "{n} photographs", len(lines)))


def _labels(lines: pa.Table, classes: ClassMap) -> Finding:
    name = message("Every label matches the class map")
    index = pc.index_in(lines["species"], pa.array(classes.species, pa.string()))
    right = pc.fill_null(pc.equal(index, lines["label"]), False)
    wrong = lines.filter(pc.invert(right))
    if len(wrong):
        first = wrong.slice(0, 1).to_pylist()[0]
        detail = plural_message(
            "{n} label is wrong: {species} has {label}, for example",
            "{n} labels are wrong: {species} has {label}, for example",
            len(wrong),
            species=first["species"],
            label=str(first["label"]),
        )
        return Finding(name, False, detail)
    return Finding(name, True, message("class map {id}", id=classes.fingerprint[:12]))


_READABLE = deferred("The files can be read and agree")
_SHARED: dict[Link, tuple[str, tuple[str, ...]]] = {
    "observation": (deferred("No observation is in two parts"), ("source", "observation_id")),
    "observer": (
        deferred("Each observer's photographs of a species are in one part"),
        ("species", "observer"),
    ),
    "bytes": (deferred("No file is in two parts"), ("sha256",)),
    "url": (deferred("No address is in two parts"), ("url",)),
}
_LEAKS: tuple[Link, ...] = ("observation", "bytes", "url", "near-duplicate")
_USUAL_DISTANCE = 3
_NEAR = deferred("No pair of near-duplicates is in two parts")
_NEAR_FEATURES = deferred("No pair of near-duplicates by features is in two parts")


def _columns_for(links: Collection[str]) -> set[str]:
    """The columns that the check reads; reading all of a large split would fill memory."""
    shared = {name for link, (_, names) in _SHARED.items() if link in links for name in names}
    near = {"phash", "sha256"} if "near-duplicate" in links else set()
    return {"image_id", *near, *shared}


def _links(manifest: dict[str, Any], asked_only: bool) -> set[str]:
    asked = manifest.get("group", [])
    if not isinstance(asked, list):
        raise BadInput("Its manifest has no list of links. Make the split again.")
    return {*asked} if asked_only else {*asked, *_LEAKS}


def _groups_in_one_part(
    lines: pa.Table,
    part: NDArray[np.int8],
    links: Collection[str],
    distance: int,
    near: NearDuplicates | None,
    by_features: bool,
) -> Iterator[Finding]:
    for link, (name, columns) in _SHARED.items():
        if link in links:
            straddling, checked, example = _shared(lines, part, columns)
            sound = plural_message(
                "{n} with several photographs", "{n} with several photographs", checked
            )
            yield _straddling(name, straddling, sound, example)
    if "near-duplicate" in links:
        straddling, checked, example = _near(lines, part, distance)
        sound = plural_message("{n} pair", "{n} pairs", checked)
        yield _straddling(_NEAR, straddling, sound, example)
        if by_features:
            yield _near_by_features(lines, part, near)


def _straddling(name: str, straddling: int, sound: Message, example: str) -> Finding:
    if not straddling:
        return Finding(Message(name), True, sound)
    detail = plural_message(
        "{n} is in several, such as {example}",
        "{n} are in several, such as {example}",
        straddling,
        example=example,
    )
    return Finding(Message(name), False, detail)


def _species(count: int) -> Message:
    return plural_message("{n} species", "{n} species", count)


def _species_in_train(count: int) -> Message:
    return plural_message("{n} species in train", "{n} species in train", count)


def _shared(
    lines: pa.Table, part: NDArray[np.int8], columns: tuple[str, ...]
) -> tuple[int, int, str]:
    """Count the values that occur in several parts and those of several photographs.

    The text is an example of a value in several parts.
    """
    known = pc.not_equal(lines[columns[-1]], "")
    table = lines.select(columns).append_column("part", pa.array(part)).filter(known)
    if columns == ("url",):
        table = table.set_column(0, "url", canonical_addresses(table["url"]))
    found = table.group_by(list(columns)).aggregate(
        [("part", "min"), ("part", "max"), ("part", "count")]
    )
    straddling = found.filter(pc.not_equal(found["part_min"], found["part_max"]))
    several = pc.sum(pc.greater(found["part_count"], 1)).as_py() or 0
    example = straddling[columns[-1]][0].as_py() if len(straddling) else ""
    return len(straddling), int(several), example


def _near(lines: pa.Table, part: NDArray[np.int8], distance: int) -> tuple[int, int, str]:
    """Count near pairs across parts and all near pairs; the text is an example photograph."""
    hashes, there = from_hex(lines["phash"])
    rows = np.flatnonzero(there)
    straddling = checked = 0
    example = ""
    for left, right in near_pairs(hashes[rows], distance):
        checked += len(left)
        apart = np.flatnonzero(part[rows[left]] != part[rows[right]])
        if apart.size and not straddling:
            example = lines["image_id"][int(rows[left[apart[0]]])].as_py()
        straddling += len(apart)
    return straddling, checked, example


def _near_by_features(
    lines: pa.Table, part: NDArray[np.int8], near: NearDuplicates | None
) -> Finding:
    """Not known where photographs were not compared and no pair is in two parts."""
    left, right = paired_places(numbered(lines["sha256"]), numbered_pairs(near))
    apart = np.flatnonzero(part[left] != part[right])
    example = lines["image_id"][int(left[apart[0]])].as_py() if apart.size else ""
    sound = plural_message("{n} pair", "{n} pairs", len(left))
    finding = _straddling(_NEAR_FEATURES, len(apart), sound, example)
    compared = pa.array([], pa.string()) if near is None else near.compared
    unknown = len(lines) - (pc.sum(pc.is_in(lines["sha256"], compared)).as_py() or 0)
    if not finding.ok or not unknown:
        return finding
    detail = plural_message(
        "{n} photograph was not compared; run the quality scan",
        "{n} photographs were not compared; run the quality scan",
        unknown,
    )
    return Finding(Message(_NEAR_FEATURES), None, detail)


def _unchanged(folder: SplitFolder, manifest: dict[str, Any]) -> Finding:
    name = message("The files are unchanged since the split was made")
    listed = manifest["files"]
    written = {*(f"{part}.jsonl" for part in PARTS), folder.classes.name, *listed}
    changed = [file for file in sorted(written) if _digest(folder, file) != listed.get(file)]
    if changed:
        return Finding(name, False, message("changed: {files}", files=changed))
    return Finding(name, True, plural_message("{n} file", "{n} files", len(written)))


def _digest(folder: SplitFolder, file: str) -> str:
    path = folder.root / file
    return sha256_of(path) if path.is_file() else "missing"


def _counts(lines: pa.Table, part: NDArray[np.int8], manifest: dict[str, Any]) -> Finding:
    found = {name: _count(lines, part == code) for code, name in enumerate(PARTS)}
    listed = {name: _part_counts(manifest["parts"].get(name)) for name in PARTS}
    detail = message(
        "train {train}, validation {val}, test {test}",
        **{name: images for name, (images, _) in found.items()},
    )
    return Finding(message("The counts match the manifest"), found == listed, detail)


def _count(lines: pa.Table, chosen: NDArray[np.bool_]) -> tuple[int, int]:
    species = lines["species"].filter(pa.array(chosen))
    return len(species), len(pc.unique(species))


def _part_counts(part: Any) -> Any:
    return (part.get("images"), part.get("species")) if isinstance(part, dict) else None
