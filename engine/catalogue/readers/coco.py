"""Reads COCO's JSON of images, annotations and categories, as in iNaturalist competitions.

https://github.com/visipedia/inat_comp/tree/master/2021
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from engine.catalogue.importing import Candidate, Offer, refused
from engine.catalogue.names import genus_of
from engine.catalogue.other_fields import common_json
from engine.catalogue.readers.joined import JoinedRows, Row
from engine.catalogue.readers.json_stream import json_members
from engine.catalogue.readers.parts import part_in
from engine.catalogue.readers.picture_files import LOOKED_AT, folders_in, pictures_below
from engine.catalogue.readers.reader import Unpacked
from engine.catalogue.readers.row_fields import NUMBER_ONLY, as_words
from engine.catalogue.record import Photograph
from engine.catalogue.source_columns import is_numeric
from engine.errors import BadInput
from engine.files import is_regular, open_regular
from engine.language.message import Message, message

# 05729_Plantae_Tracheophyta_Magnoliopsida_Apiales_Apiaceae_Angelica_archangelica
_TAXON_FOLDER = re.compile(
    r"\d{5}_[A-Z][a-z]+_[^_]+_[^_]+_[^_]+_(?P<family>[^_]+)_(?P<genus>[^_]+)_(?P<epithet>.+)"
)
_LOOKS_LIKE = re.compile(
    rb'"images"\s*:\s*\[\s*\{[^}]*"file_name"|"annotations"\s*:\s*\[\s*\{[^}]*"category_id"'
)
_BLOCK = 256 * 1024
_KEPT = ("file_name", "license", "rights_holder", "date", "latitude", "longitude")
_ADDRESSES = ("coco_url", "flickr_url", "url")
_MOST_CATEGORIES = 1_000_000


@dataclass
class _Tables:
    """The small tables of a JSON file: categories and licences by their numbers."""

    categories: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)


class CocoReader:
    """Reads a JSON file, or a folder with such files and pictures.

    Folders of the iNaturalist competition of 2021 without a JSON file are read by their names.
    """

    source = ""

    def recognises(self, path: Path) -> bool:
        if not path.is_dir():
            return path.suffix.lower() == ".json" and _is_coco(path)
        return bool(_json_files(path, LOOKED_AT)) or any(
            True for _ in _taxon_folders(path, LOOKED_AT)
        )

    def read(self, path: Path, source: str, unpacked: Unpacked) -> Iterator[Offer]:
        files = _json_files(path) if path.is_dir() else [path]
        root = path if path.is_dir() else _root_of(path)
        covered: set[Path] = set()
        for file in files:
            yield from _offers(file, root, source, covered)
        if path.is_dir():
            for folder in _taxon_folders(path):
                if folder not in covered:
                    yield from _of_folder(folder, root, source)


def _json_files(folder: Path, most: int | None = None) -> list[Path]:
    places = [folder, folder / "annotations"]
    files = (file for place in places for file in sorted(place.glob("*.json")))
    return [file for file in islice(files, most) if _is_coco(file)]


def _root_of(file: Path) -> Path:
    return file.parent.parent if file.parent.name == "annotations" else file.parent


def _is_coco(file: Path) -> bool:
    try:
        with open_regular(file) as stream:
            start = stream.read(_BLOCK)
    except OSError:
        return False
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and bool(_LOOKS_LIKE.search(start))


def _taxon_folders(folder: Path, most: int | None = None) -> Iterator[Path]:
    """The folders named after a taxon, in a folder and in its parts."""
    inside = folders_in(folder, most)
    for place in (folder, *(one for one in inside if part_in([one.name]))):
        for one in folders_in(place, most):
            if _TAXON_FOLDER.fullmatch(one.name):
                yield one


def _offers(file: Path, root: Path, source: str, covered: set[Path]) -> Iterator[Offer]:
    tables = _Tables()
    with JoinedRows() as joined:
        joined.put_photographs(_read(file, tables, joined))
        if not tables.categories:
            raise BadInput("{file} has no categories.", file=file.name)
        several = joined.ambiguous()
        places = _places(file, root)
        for key, image, annotation in joined.pairs():
            name = image.get("file_name", "")
            found = _file(places, name, root)
            if found is not None:
                covered.add(found.parent)
            origin = f"{file.name} {name or key}"
            if annotation is None:
                yield refused(origin, message("It has no annotation."))
            elif key in several:
                yield refused(origin, message("It has annotations of several categories."))
            else:
                made = _photograph(image, annotation, tables, source, _stem(file))
                yield _offer(origin, made, found, image)


def _read(file: Path, tables: _Tables, joined: JoinedRows) -> Iterator[tuple[str, Row]]:
    """Yield the images of a file with their keys; store its other tables in the arguments."""
    annotations: list[tuple[str, Row]] = []
    for name, value in json_members(file):
        if not isinstance(value, dict):
            continue
        if name == "images":
            kept = {
                one: text for one in (*_KEPT, *_ADDRESSES) if (text := as_words(value.get(one)))
            }
            yield as_words(value.get("id")), kept
        elif name == "annotations":
            key, category = as_words(value.get("image_id")), as_words(value.get("category_id"))
            annotations.append((key, {"category": category}))
            if len(annotations) >= _BLOCK:
                joined.put_owners(annotations)
                annotations = []
        elif name == "categories" and len(tables.categories) < _MOST_CATEGORIES:
            tables.categories[as_words(value.get("id"))] = value
        elif name == "licenses":
            licence = as_words(value.get("name")) or as_words(value.get("url"))
            tables.licences[as_words(value.get("id"))] = licence
    joined.put_owners(annotations)


def _photograph(
    image: Row, annotation: Row, tables: _Tables, source: str, stem: str
) -> Photograph | Message:
    category = tables.categories.get(annotation["category"])
    if category is None:
        return message("No category has the number {number}.", number=annotation["category"])
    genus, epithet = as_words(category.get("genus")), as_words(category.get("specific_epithet"))
    species = as_words(category.get("name")) or f"{genus} {epithet}".strip()
    if not species:
        return message("It has no species name.")
    if is_numeric(species):
        return NUMBER_ONLY
    holder = image.get("rights_holder", "")
    number = image.get("license", "")
    return Photograph(
        image_id="",
        species=species,
        genus=genus or genus_of(species),
        family=as_words(category.get("family")),
        source=source,
        observer=holder,
        license=tables.licences.get(number, "" if is_numeric(number) else number),
        attribution=holder,
        extra=common_json(
            {
                "observed_on": image.get("date"),
                "latitude": image.get("latitude"),
                "longitude": image.get("longitude"),
                "part": part_in([*Path(image.get("file_name", "")).parts[:-1], stem]),
            }
        ),
    )


def _offer(origin: str, made: Photograph | Message, file: Path | None, image: Row) -> Offer:
    if isinstance(made, Message):
        return refused(origin, made)
    addresses = (image.get(name, "") for name in _ADDRESSES)
    url = next((one for one in addresses if one.startswith(("http://", "https://"))), "")
    if file is None and not url:
        return refused(origin, message("{file} does not exist.", file=image.get("file_name", "–")))
    return Candidate(made._replace(url=url), origin, file)


def _stem(file: Path) -> str:
    """instances_val2017.json -> val2017"""
    return file.stem.removeprefix("instances_")


def _places(file: Path, root: Path) -> list[Path]:
    """The folders that the names of files may start from."""
    stem = _stem(file)
    inside = [root, root / "images", root / stem, root / "images" / stem, file.parent]
    return list(dict.fromkeys(place for place in inside if place.is_dir()))


def _file(places: Iterable[Path], name: str, root: Path) -> Path | None:
    if not name:
        return None
    files = (place / name for place in places)
    found = next(filter(is_regular, files), None)
    inside = found is not None and found.resolve().is_relative_to(root.resolve())
    return found if inside else None


def _of_folder(folder: Path, root: Path, source: str) -> Iterator[Offer]:
    taxon = _TAXON_FOLDER.fullmatch(folder.name)
    assert taxon is not None
    species = f"{taxon['genus']} {taxon['epithet'].replace('_', ' ')}"
    for file in pictures_below(folder):
        where = file.relative_to(root)
        extra = common_json({"part": part_in(where.parts[:-2])})
        photograph = Photograph("", species, taxon["genus"], taxon["family"], source, extra=extra)
        yield Candidate(photograph, where.as_posix(), file)
