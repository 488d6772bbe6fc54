"""A folder per species, as ImageFolder of torchvision and imagefolder of Hugging Face read it."""

import os
import re
from pathlib import Path

from engine.catalogue.writers.writer import Picture
from engine.errors import WorkFailed

_NO_NAME = re.compile(r"[/\x00-\x1f\x7f]|^\.")
_LONGEST = 200


class FolderWriter:
    """SPECIES/FILE, or PART/SPECIES/FILE; a file has its name in the image store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        self._made: set[str] = set()

    def add(self, picture: Picture) -> str:
        place = "/".join(filter(None, (picture.part, self._name(picture.row["species"]))))
        if place not in self._made:
            (self._folder / place).mkdir(parents=True, exist_ok=True)
            self._made.add(place)
        path = f"{place}/{picture.file.name}"
        target = self._folder / path
        picture.row["path"] = path
        # Two rows may have the same bytes.
        if target.exists():
            return path
        if picture.content is not None:
            target.write_bytes(picture.content)
        else:
            _link(picture.file, target)
        return path

    def close(self) -> None:
        """Nothing is left to do."""

    def _name(self, species: str) -> str:
        """The folder of a species; no other species has it."""
        if species not in self._names:
            plain = _NO_NAME.sub("_", species).encode()[:_LONGEST].decode(errors="ignore")
            name, number = plain, 1
            while name.casefold() in self._taken:
                number += 1
                name = f"{plain} ({number})"
            self._taken.add(name.casefold())
            self._names[species] = name
        return self._names[species]


def _link(file: Path, target: Path) -> None:
    try:
        os.link(file.resolve(), target)
    except OSError as error:
        raise WorkFailed(
            "{file} cannot be linked into {folder} ({reason}). Export with --mode copy.",
            file=file.name,
            folder=str(target.parent),
            reason=error.strerror,
        ) from error
