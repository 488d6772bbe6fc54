"""Reads the parts of another project's split: JSON lines with one photograph per row.

A row gives the path or address of a photograph, and its class by name, number or folder. The rows
become the lines of a split with one class map.
"""

import codecs
import hashlib
import json
import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from engine.catalogue.identity import identity_of
from engine.errors import BadInput, ClassMapMismatch
from engine.files import open_regular, parse_json, sha256_of
from engine.home import Home
from engine.language.message import message, plural_message
from engine.split.classes import ClassMap
from engine.split.finding import Finding
from engine.split.folder import SplitLine
from engine.split.known import KnownPhotographs

PATHS = ("path", "file", "image", "filename", "file_name", "image_path", "filepath", "local_path")
URLS = ("url", "image_url", "photo_url", "original_url", "link", "uri")
NAMES = (
    *("species", "latin_name", "scientific_name", "species_name", "taxon_name", "taxon"),
    *("class_name", "class", "label", "common_name", "plant_id"),
)
NUMBERS = ("class_idx", "class_id", "label", "target", "class")
_IDS = ("image_id", "photo_id", "id")
_NO_NAME = "class {number}"


@dataclass(frozen=True)
class OutsideRow:
    """A row of a file.

    `place` is the path or address as given. `name` is the name of the class, empty if unknown, and
    `label` its number, -1 if unknown. `line` has no class yet.
    """

    place: str
    name: str
    label: int
    line: SplitLine


@dataclass(frozen=True)
class Outside:
    """The rows as lines by part, their class map, and the findings of the check."""

    lines: dict[str, list[SplitLine]]
    classes: ClassMap
    files: dict[str, Path]
    region: str | None
    repeated: int
    findings: tuple[Finding, ...]


def read_outside(
    home: Home, files: Mapping[str, Path], region: str | None, known: KnownPhotographs
) -> Outside:
    """Read the files of the parts.

    The path of a line is relative to the home, or absolute outside it. It is empty if the file is
    not on this computer. A row is skipped if its part has the photograph already.

    Raises:
        BadInput: a file cannot be read; a row gives no photograph or no class; or no row has the
            region.
        ClassMapMismatch: a number denotes two classes, or a class has two numbers.
    """
    rows = _named({part: _rows(home, file, region, known) for part, file in files.items()})
    classes = _class_map(rows, files)
    lines: dict[str, list[SplitLine]] = {}
    repeated, conflicts = 0, []
    for part, found in rows.items():
        kept: dict[str, SplitLine] = {}
        for row in found:
            line = replace(row.line, species=row.name, label=classes.labels[row.name])
            first = kept.setdefault(_key(line), line)
            if first is not line:
                repeated += 1
                conflicts += [row.place] if first.species != line.species else []
        lines[part] = list(kept.values())
    lines = _with_own_ids(lines)
    findings = (_trained(lines), _one_species(conflicts), no_shared_photographs(home, lines))
    return Outside(lines, classes, dict(files), region, repeated, findings)


def photograph_file(home: Home, path: str) -> Path:
    """The file of a path in a line of `read_outside`.

    Raises:
        BadInput: the path is relative and leaves the home.
    """
    return Path(path) if Path(path).is_absolute() else home.resolve(path)


def _rows(home: Home, file: Path, region: str | None, known: KnownPhotographs) -> list[OutsideRow]:
    rows = []
    try:
        for number, values in _objects(file):
            if region is None or values.get("region") == region:
                rows.append(_row(home, file, number, values, known))
    except OSError as error:
        raise BadInput(
            "{file} cannot be read ({reason}).", file=file, reason=error.strerror
        ) from error
    if region is not None and not rows:
        raise BadInput(
            "No row of {file} is of the region {region}. Change data.region.",
            file=file,
            region=region,
        )
    return rows


def _objects(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a JSON lines file, each with its line number.

    Raises:
        BadInput: a line is not a JSON object.
        OSError: the file cannot be opened.
    """
    with open_regular(file) as stream:
        for number, text in enumerate(stream, 1):
            line = text.removeprefix(codecs.BOM_UTF8) if number == 1 else text
            if not line.strip():
                continue
            try:
                value = parse_json(line)
            except ValueError:
                value = None
            if not isinstance(value, dict):
                raise BadInput(
                    "Line {line} of {file} is not a JSON object.", line=number, file=file
                )
            yield number, value


def _row(
    home: Home, file: Path, number: int, values: Mapping[str, Any], known: KnownPhotographs
) -> OutsideRow:
    path, url = _place(values)
    if not path and not url:
        raise BadInput(
            "Line {line} of {file} names no photograph. It needs a path or an address.",
            line=number,
            file=file,
        )
    found = _found(home, file.parent, path) if path else None
    if found is not None:
        own = home.relative(found) if _is_inside(home, found) else str(found)
        record = known.by_path(own)
    else:
        record = known.by_address(url)
        own = record.path if record else ""
    line = SplitLine(
        image_id=record.image_id if record else _text(values, _IDS),
        path=own,
        url=url,
        species="",
        label=-1,
        source=_text(values, ("source", "image_source")),
        observation_id=_text(values, ("observation_id", "observation")),
        sha256=record.sha256 if record else "",
        observer=_text(values, ("observer", "observer_id", "user_login")),
        phash=record.phash if record else "",
    )
    name, label = _name(values), _number(values)
    if not name and label < 0:
        # In a folder of images, the folder is the class.
        name = _plain(Path(path.replace("\\", "/")).parent.name) if path else ""
    if not name and label < 0:
        raise BadInput(
            "Line {line} of {file} names no class. It needs a name or a number.",
            line=number,
            file=file,
        )
    return OutsideRow(path or url, name, label, line)


def _place(values: Mapping[str, Any]) -> tuple[str, str]:
    """The path and the address of a row; either may be empty."""
    path = url = ""
    for name in (*PATHS, *URLS):
        value = values.get(name)
        if isinstance(value, dict):
            value = value.get("path") or value.get("url")
        if not isinstance(value, str) or not value.strip():
            continue
        text = value.strip()
        scheme = text.partition("://")[0].lower() if "://" in text else ""
        if scheme in ("http", "https"):
            url = url or text
        elif scheme == "file":
            path = path or unquote(urlsplit(text).path)
        else:
            path = path or text
    return path, url


def _found(home: Home, folder: Path, path: str) -> Path | None:
    """The file of a path, or None.

    A relative path starts from the file's folder, its parent, the home or the working directory.
    """
    for text in dict.fromkeys((path, path.replace("\\", "/"))):
        for start in (folder, folder.parent, home.root, Path.cwd()):
            file = Path(os.path.normpath(start / Path(text).expanduser()))
            if file.is_file():
                return file
    return None


def _is_inside(home: Home, file: Path) -> bool:
    return file.is_relative_to(home.root) or file.resolve().is_relative_to(home.root)


def _name(values: Mapping[str, Any]) -> str:
    for key in NAMES:
        value = values.get(key)
        if isinstance(value, str) and value.strip() and not _is_number(value, key):
            return _plain(value)
    return ""


def _is_number(text: str, key: str) -> bool:
    return key in NUMBERS and text.strip().isdecimal()


def _number(values: Mapping[str, Any]) -> int:
    for key in NUMBERS:
        value = values.get(key)
        if isinstance(value, str) and _is_number(value, key):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return -1


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("_", " ").split())


def _text(values: Mapping[str, Any], keys: Sequence[str]) -> str:
    given = (values.get(key) for key in keys)
    return next((str(value) for value in given if isinstance(value, str | int) and value), "")


def _named(rows: Mapping[str, list[OutsideRow]]) -> dict[str, list[OutsideRow]]:
    """The rows with class names; a missing name is that of the same number, or the number."""
    every = [row for found in rows.values() for row in found]
    names = {row.label: row.name for row in every if row.name and row.label >= 0}

    def named(row: OutsideRow) -> OutsideRow:
        if row.name:
            return row
        return replace(row, name=names.get(row.label, _NO_NAME.format(number=row.label)))

    return {part: list(map(named, found)) for part, found in rows.items()}


def _class_map(rows: Mapping[str, list[OutsideRow]], files: Mapping[str, Path]) -> ClassMap:
    """The classes, ordered by number if each has one, else by name.

    Raises:
        BadInput: there are fewer than two classes.
        ClassMapMismatch: see `read_outside`.
    """
    by_number: dict[int, tuple[str, str]] = {}
    by_name: dict[str, tuple[int, str]] = {}
    for part, row in ((part, row) for part, found in rows.items() for row in found):
        name = row.name
        number, other = by_name.setdefault(name, (row.label, part))
        if number != row.label and min(number, row.label) >= 0:
            raise ClassMapMismatch(
                "Two class maps: {species} is {first} in {part}, but {second} in {other}.",
                species=name,
                first=str(number),
                part=files[other].name,
                second=str(row.label),
                other=files[part].name,
            )
        if row.label < 0:
            continue
        first, other = by_number.setdefault(row.label, (name, part))
        if first != name:
            raise ClassMapMismatch(
                "Two class maps: {number} is {first} in {part}, but {second} in {other}.",
                number=str(row.label),
                first=first,
                part=files[other].name,
                second=name,
                other=files[part].name,
            )
    if len(by_name) < 2:
        raise BadInput(
            "{file} holds fewer than two species. A classifier needs at least two.",
            file=files["train"],
        )
    numbered = all(number >= 0 for number, _ in by_name.values())
    order = {name: by_name[name][0] if numbered else 0 for name in by_name}
    return ClassMap(tuple(sorted(by_name, key=lambda name: (order[name], name))))


def _key(line: SplitLine) -> str:
    """The key of a photograph: its SHA-256, else its address, else its path."""
    return line.sha256 or identity_of(line.url) or line.path


def _with_own_ids(lines: Mapping[str, list[SplitLine]]) -> dict[str, list[SplitLine]]:
    """The lines with ids that are unique in both parts."""
    seen: set[str] = set()
    found: dict[str, list[SplitLine]] = {}
    for part, own in lines.items():
        found[part] = []
        for line in own:
            image_id = line.image_id
            if not image_id or image_id in seen:
                image_id = hashlib.blake2b(
                    f"{part} {_key(line)}".encode(), digest_size=8
                ).hexdigest()
            seen.add(image_id)
            found[part].append(replace(line, image_id=image_id))
    return found


def _trained(lines: Mapping[str, list[SplitLine]]) -> Finding:
    name = message("Every species in validation and test is in train")
    trained = {line.species for line in lines["train"]}
    strangers = sorted({line.species for line in lines["val"]} - trained)
    if strangers:
        detail = plural_message(
            "{n} species of validation is not in train: {species}. Move some of it to train.",
            "{n} species of validation are not in train, such as {species}. Move some of them to "
            "train.",
            len(strangers),
            species=strangers[0],
        )
        return Finding(name, False, detail)
    return Finding(name, True, plural_message("{n} species", "{n} species", len(trained)))


def _one_species(conflicts: Sequence[str]) -> Finding:
    name = message("Each photograph has one species")
    if conflicts:
        detail = plural_message(
            "{n} photograph is listed with several species: {image}. Correct its rows.",
            "{n} photographs are listed with several species, such as {image}. Correct their rows.",
            len(conflicts),
            image=conflicts[0],
        )
        return Finding(name, False, detail)
    return Finding(name, True, message("checked by path, address and bytes"))


def no_shared_photographs(home: Home, lines: Mapping[str, list[SplitLine]]) -> Finding:
    """Compare photographs of val with those of train by address, by path and by bytes."""
    name = message("No photograph of validation is in train")
    train, val = lines["train"], lines["val"]
    addresses = {identity_of(line.url) for line in train if line.url}
    paths = {line.path for line in train if line.path}
    by_address = [line for line in val if line.url and identity_of(line.url) in addresses]
    others = [line for line in val if not line.url or identity_of(line.url) not in addresses]
    by_path = [line for line in others if line.path and line.path in paths]
    rest = [line for line in others if not line.path or line.path not in paths]
    by_bytes = _same_bytes(home, train, rest)
    shared = [*by_address, *by_path, *by_bytes]
    if not shared:
        return Finding(name, True, message("compared by address, path and bytes"))
    detail = message(
        "{shared} of {total} validation photographs are also in train, such as {example}. Same "
        "address: {addresses}, same path: {paths}, same bytes: {bytes}. Import the rows and make a "
        "split of them.",
        shared=len(shared),
        total=len(val),
        addresses=len(by_address),
        paths=len(by_path),
        bytes=len(by_bytes),
        example=shared[0].path or shared[0].url,
    )
    return Finding(name, False, detail)


def _same_bytes(
    home: Home, train: Sequence[SplitLine], val: Sequence[SplitLine]
) -> list[SplitLine]:
    """The lines of val whose file is equal to a file in train.

    Only files of equal size are read.
    """
    sizes = dict(_sizes(home, train))
    wanted = set(sizes.values())
    ours = [(line, size) for line, size in _sizes(home, val) if size in wanted]
    theirs = {size for _, size in ours}
    digests = {
        line.sha256 or sha256_of(photograph_file(home, line.path))
        for line, size in sizes.items()
        if size in theirs
    }
    return [
        line
        for line, _ in ours
        if (line.sha256 or sha256_of(photograph_file(home, line.path))) in digests
    ]


def _sizes(home: Home, lines: Sequence[SplitLine]) -> Iterator[tuple[SplitLine, int]]:
    for line in lines:
        if line.path:
            yield line, photograph_file(home, line.path).stat().st_size


def content_digest(outside: Outside) -> str:
    """8 hexadecimal digits that change with the lines or their order."""
    total = hashlib.sha256()
    for part, lines in sorted(outside.lines.items()):
        total.update(part.encode())
        for line in lines:
            total.update(json.dumps(vars(line), sort_keys=True).encode())
    return total.hexdigest()[:8]
