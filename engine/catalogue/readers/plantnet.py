"""Pl@ntNet-300K: folders of numbered species, their names, and the metadata of each image.

Garcin et al., "Pl@ntNet-300K", NeurIPS 2021; the shape of version 1.1.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.catalogue.checking import quoted
from engine.catalogue.importing import Candidate, Offer, Refusal, refused
from engine.catalogue.names import genus_of
from engine.catalogue.other_fields import common_json
from engine.catalogue.readers.joined import JoinedRows, Row
from engine.catalogue.readers.json_stream import json_members
from engine.catalogue.readers.naming import reduced_name, without_author
from engine.catalogue.readers.picture_files import folders_in, pictures_below
from engine.catalogue.readers.reader import Unpacked
from engine.catalogue.record import Photograph
from engine.errors import BadInput
from engine.files import is_regular
from engine.language.message import message

_METADATA = "plantnet300K_metadata.json"
_NAMES = "plantnet300K_species_id_2_name.json"
_PART = re.compile(r"(?:images_)?(train|val|test)$")
_KEPT = ("species_id", "obs_id", "organ", "author", "license", "split")


class PlantNetReader:
    """images/{train,val,test}/SPECIES_ID/IMAGE_ID.jpg and two JSON files beside `images`."""

    source = "Pl@ntNet-300K"

    def recognises(self, path: Path) -> bool:
        return is_regular(path / _NAMES)

    def read(self, path: Path, source: str, unpacked: Unpacked) -> Iterator[Offer]:
        if not self.recognises(path):
            raise BadInput("{folder} has no {name}.", folder=path.name, name=_NAMES)
        names = {key: name for key, name in json_members(path / _NAMES) if isinstance(name, str)}
        with JoinedRows() as joined:
            joined.put_photographs(_files(path))
            if is_regular(path / _METADATA):
                joined.put_owners(_metadata(path / _METADATA))
            for key, file, about in joined.pairs():
                yield _offer(path, key, file, about or {}, names, source)
            for key in joined.without_photographs():
                yield refused(key, message("Its file is missing."))


def _files(root: Path) -> Iterator[tuple[str, Row]]:
    for parent in (root, root / "images"):
        for folder in folders_in(parent):
            if part := _PART.match(folder.name):
                for file in pictures_below(folder):
                    origin = file.relative_to(root).as_posix()
                    yield file.stem, {"file": origin, "folder": file.parent.name, "part": part[1]}


def _metadata(file: Path) -> Iterator[tuple[str, Row]]:
    for key, about in json_members(file):
        if isinstance(about, dict):
            yield key, {name: _text(about[name]) for name in _KEPT if about.get(name)}


def _offer(
    root: Path, key: str, file: Row, about: Row, names: dict[str, str], source: str
) -> Candidate | Refusal:
    number = about.get("species_id") or file["folder"]
    full = quoted(" ".join(names.get(number, "").split()))
    species = reduced_name(without_author(full))
    if not species:
        return refused(
            file["file"], message("{file} names no species {number}.", file=_NAMES, number=number)
        )
    return Candidate(
        Photograph(
            image_id="",
            species=species,
            genus=genus_of(species),
            source=source,
            observation_id=about.get("obs_id", ""),
            observer=about.get("author", ""),
            license=about.get("license", ""),
            attribution=about.get("author", ""),
            original_name=full if full != species else "",
            extra=common_json(
                {
                    "organ": about.get("organ"),
                    "part": about.get("split") or file["part"],
                    "taxon_id": number,
                }
            ),
        ),
        file["file"],
        root / file["file"],
    )


def _text(value: Any) -> str:
    return " ".join(str(value).split())
