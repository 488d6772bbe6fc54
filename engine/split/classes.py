"""The class map: the split makes it, and all files that hold class numbers include it."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.errors import BadInput, ClassMapMismatch
from engine.files import read_json, write_json


@dataclass(frozen=True)
class ClassMap:
    """Species in the order of the network's outputs."""

    species: tuple[str, ...]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the list, as 64 hex digits."""
        text = json.dumps(self.species, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def labels(self) -> dict[str, int]:
        """The output index of each species."""
        return {name: label for label, name in enumerate(self.species)}

    def __len__(self) -> int:
        return len(self.species)

    def write(self, path: Path) -> None:
        write_json(path, {"species": list(self.species), "fingerprint": self.fingerprint})


def read_classes(path: Path) -> ClassMap:
    """Read classes.json.

    Raises:
        BadInput: the file is missing or damaged.
        ClassMapMismatch: the list was changed after the split was made.
    """
    content = read_json(path)
    names = content.get("species") if isinstance(content, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadInput("{file} is damaged: it holds no list of species.", file=path)
    if len(set(names)) < len(names):
        raise BadInput("{file} is damaged: it lists a species twice.", file=path)
    classes = ClassMap(tuple(names))
    if content.get("fingerprint") != classes.fingerprint:
        raise ClassMapMismatch(
            "The species in {file} were changed after it was written. Make the split again.",
            file=path,
        )
    return classes


def require_same(expected: ClassMap | str, found: ClassMap | str, where: str) -> None:
    """Check that two class maps are equal. Takes maps or their fingerprints.

    Raises:
        ClassMapMismatch: they differ.
    """
    fingerprints = [
        item.fingerprint if isinstance(item, ClassMap) else item for item in (expected, found)
    ]
    if fingerprints[0] != fingerprints[1]:
        raise ClassMapMismatch(
            "{file} was made with another class map ({found} instead of {expected}). Its "
            "outputs stand for other species, so it cannot be used here.",
            file=where,
            found=fingerprints[1][:12],
            expected=fingerprints[0][:12],
        )
