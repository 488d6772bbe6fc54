"""Oxford Flowers-102: numbered pictures, and two MATLAB files with labels and parts.

https://www.robots.ox.ac.uk/~vgg/data/flowers/102/
"""

import re
from collections.abc import Iterator
from pathlib import Path

from engine.catalogue.importing import Candidate, Offer, refused
from engine.catalogue.names import genus_of
from engine.catalogue.other_fields import common_json
from engine.catalogue.readers.class_names import listed_classes, numbered_classes
from engine.catalogue.readers.mat_file import whole_numbers
from engine.catalogue.readers.picture_files import pictures_below
from engine.catalogue.readers.reader import Unpacked
from engine.catalogue.record import Photograph
from engine.errors import BadInput
from engine.files import is_regular
from engine.language.message import message

_LABELS, _PARTS, _NAMES = "imagelabels.mat", "setid.mat", "cat_to_name.json"
_NUMBER = re.compile(r"image_(\d{1,9})")
_PART_NAMES = {"trnid": "train", "valid": "val", "tstid": "test"}


class FlowersReader:
    """A folder with imagelabels.mat, and jpg/image_00001.jpg beside it.

    The data set has numbers of classes only. They are named by cat_to_name.json, or by a list such
    as classes.txt; without these, species are called flowers102-001 to flowers102-102.
    """

    source = "Oxford Flowers-102"

    def recognises(self, path: Path) -> bool:
        return is_regular(path / _LABELS)

    def read(self, path: Path, source: str, unpacked: Unpacked) -> Iterator[Offer]:
        if not self.recognises(path):
            raise BadInput("{folder} has no {name}.", folder=path.name, name=_LABELS)
        labels = whole_numbers(path / _LABELS).get("labels", [])
        if not labels:
            raise BadInput("{file} has no array {name}.", file=_LABELS, name="labels")
        names, parts = _names(path), _parts(path)
        missing = set(range(1, len(labels) + 1))
        for file in pictures_below(path):
            origin = file.relative_to(path).as_posix()
            found = _NUMBER.fullmatch(file.stem)
            number = int(found[1]) if found else 0
            if not 1 <= number <= len(labels):
                yield refused(origin, message("{file} has no label for it.", file=_LABELS))
                continue
            missing.discard(number)
            label = labels[number - 1]
            species = names.get(label, f"flowers102-{label:03d}")
            photograph = Photograph(
                "",
                species,
                genus_of(species),
                source=source,
                extra=common_json({"part": parts.get(number)}),
            )
            yield Candidate(photograph, origin, file)
        for number in sorted(missing):
            yield refused(f"image_{number:05d}.jpg", message("Its file is missing."))


def _names(folder: Path) -> dict[int, str]:
    for place in (folder, folder.parent):
        if is_regular(place / _NAMES):
            return numbered_classes(place / _NAMES)
    return listed_classes([folder], first=1)


def _parts(folder: Path) -> dict[int, str]:
    """The part of each numbered picture."""
    if not is_regular(folder / _PARTS):
        return {}
    arrays = whole_numbers(folder / _PARTS)
    return {number: part for name, part in _PART_NAMES.items() for number in arrays.get(name, [])}
