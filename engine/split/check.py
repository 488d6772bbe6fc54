"""Proving a split on disk sound, from its files alone."""

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.files import read_json, sha256_of
from engine.settings.split import Link
from engine.split.classes import ClassMap, read_classes, require_same
from engine.split.finding import Finding
from engine.split.folder import PARTS, SplitFolder
from engine.split.near import near_pairs
from engine.split.numbers import from_hex
from engine.split.table import read_table


def check_split(folder: SplitFolder) -> list[Finding]:
    """Read a split back and check everything that training relies on.

    How the split was made is not asked: whether a group is split apart is seen from what the
    photographs of the parts share, link by link, without joining any.
    """
    try:
        manifest = _read_manifest(folder)
        classes = read_classes(folder.classes)
        require_same(manifest["class_map"], classes, str(folder.classes))
        columns = _columns_for(manifest.get("group", []))
        tables = [read_table(folder.part(part), columns) for part in PARTS]
    except BadInput as error:
        return [Finding("The files can be read and agree", False, str(error))]
    part = np.repeat(np.arange(len(PARTS), dtype=np.int8), [len(table) for table in tables])
    lines = pa.concat_tables(tables)
    return [
        Finding("The files can be read and agree", True, f"{len(classes):,} species"),
        _unchanged(folder, manifest),
        _held_out_is_trained(lines, part),
        _nothing_twice(lines),
        _labels(lines, classes),
        *_nothing_torn(lines, part, manifest),
        _counts(lines, part, manifest),
    ]


def _read_manifest(folder: SplitFolder) -> dict[str, Any]:
    manifest = read_json(folder.manifest)
    expected = {"class_map": str, "files": dict, "parts": dict}
    for key, kind in expected.items():
        if not isinstance(manifest, dict) or not isinstance(manifest.get(key), kind):
            raise BadInput(f"{folder.manifest} has no {key}; make the split again.")
    return dict(manifest)


def _held_out_is_trained(lines: pa.Table, part: NDArray[np.int8]) -> Finding:
    name = "Every species in val and test is in train"
    trained = pc.unique(lines["species"].filter(pa.array(part == 0)))
    held_out = pc.unique(lines["species"].filter(pa.array(part > 0)))
    strangers = held_out.filter(pc.invert(pc.is_in(held_out, trained))).to_pylist()
    if strangers:
        return Finding(name, False, f"{len(strangers):,} are not, such as {min(strangers)}")
    return Finding(name, True, f"{len(trained):,} species in train")


def _nothing_twice(lines: pa.Table) -> Finding:
    name = "No photograph is in two parts, or twice in one"
    counted = pc.value_counts(lines["image_id"])
    twice = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    if len(twice):
        return Finding(name, False, f"{len(twice):,} are, such as {twice[0]}")
    return Finding(name, True, f"{len(lines):,} photographs")


def _labels(lines: pa.Table, classes: ClassMap) -> Finding:
    name = "Every label is the species' place in the class map"
    index = pc.index_in(lines["species"], pa.array(classes.species, pa.string()))
    right = pc.fill_null(pc.equal(index, lines["label"]), False)
    wrong = lines.filter(pc.invert(right))
    if len(wrong):
        first = wrong.slice(0, 1).to_pylist()[0]
        such = f"{first['species']} as {first['label']}"
        return Finding(name, False, f"{len(wrong):,} are wrong, such as {such}")
    return Finding(name, True, f"class map {classes.fingerprint[:12]}")


_SHARED: dict[Link, tuple[str, tuple[str, ...]]] = {
    "observation": ("observation", ("source", "observation_id")),
    "observer": ("observer of a species", ("species", "observer")),
    "bytes": ("file", ("sha256",)),
    "url": ("address", ("url",)),
}


def _columns_for(links: Collection[str]) -> set[str]:
    """What is looked at; the rest of a large split is left unread, for it would fill memory."""
    shared = {name for link, (_, names) in _SHARED.items() if link in links for name in names}
    return {"image_id", "phash", *shared} if "near-duplicate" in links else {"image_id", *shared}


def _nothing_torn(
    lines: pa.Table, part: NDArray[np.int8], manifest: dict[str, Any]
) -> Iterator[Finding]:
    links = manifest.get("group", [])
    for link, (noun, columns) in _SHARED.items():
        if link in links:
            yield _straddling(noun, *_shared(lines, part, columns))
    if "near-duplicate" in links:
        yield _straddling("pair of near-duplicates", *_near(lines, part, manifest["near_distance"]))


def _straddling(noun: str, straddling: int, checked: int, example: str) -> Finding:
    name = f"No {noun} is in two parts"
    if straddling:
        return Finding(name, False, f"{straddling:,} are, such as {example}")
    return Finding(name, True, f"{checked:,} with several photographs")


def _shared(
    lines: pa.Table, part: NDArray[np.int8], columns: tuple[str, ...]
) -> tuple[int, int, str]:
    """Values of the columns in several parts, those of several photographs, and one split."""
    known = pc.not_equal(lines[columns[-1]], "")
    table = lines.select(columns).append_column("part", pa.array(part)).filter(known)
    found = table.group_by(list(columns)).aggregate(
        [("part", "min"), ("part", "max"), ("part", "count")]
    )
    straddling = found.filter(pc.not_equal(found["part_min"], found["part_max"]))
    several = pc.sum(pc.greater(found["part_count"], 1)).as_py() or 0
    example = straddling[columns[-1]][0].as_py() if len(straddling) else ""
    return len(straddling), int(several), example


def _near(lines: pa.Table, part: NDArray[np.int8], distance: int) -> tuple[int, int, str]:
    """Near pairs in several parts, all near pairs, and a photograph of a split one."""
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


def _unchanged(folder: SplitFolder, manifest: dict[str, Any]) -> Finding:
    name = "The files are as they were written"
    listed = manifest["files"]
    written = {*(f"{part}.jsonl" for part in PARTS), folder.classes.name, *listed}
    changed = [file for file in sorted(written) if _digest(folder, file) != listed.get(file)]
    if changed:
        return Finding(name, False, f"{', '.join(changed)} changed")
    return Finding(name, True, f"{len(written)} files")


def _digest(folder: SplitFolder, file: str) -> str:
    path = folder.root / file
    return sha256_of(path) if path.is_file() else "missing"


def _counts(lines: pa.Table, part: NDArray[np.int8], manifest: dict[str, Any]) -> Finding:
    found = {name: _count(lines, part == code) for code, name in enumerate(PARTS)}
    listed = {name: _part_counts(manifest["parts"].get(name)) for name in PARTS}
    detail = ", ".join(f"{name} {images:,}" for name, (images, _) in found.items())
    return Finding("The counts are those of the manifest", found == listed, detail)


def _count(lines: pa.Table, chosen: NDArray[np.bool_]) -> tuple[int, int]:
    species = lines["species"].filter(pa.array(chosen))
    return len(species), len(pc.unique(species))


def _part_counts(part: Any) -> Any:
    return (part.get("images"), part.get("species")) if isinstance(part, dict) else None
