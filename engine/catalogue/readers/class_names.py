"""Reads files that list the names of a data set's classes."""

from collections.abc import Iterable
from pathlib import Path

from engine.errors import BadInput
from engine.files import is_regular, parse_json, read_bounded

_LISTS = ("classnames.txt", "class_names.txt", "classes.txt", "labels.txt", "names.txt")
_MOST_BYTES = 4_000_000


def listed_classes(folders: Iterable[Path], first: int = 0) -> dict[int, str]:
    """Class names by number, from the first list of classes in these folders; empty without one.

    `first` is the number of the first line.

    Raises:
        BadInput: the list cannot be read.
    """
    files = (folder / name for folder in folders for name in _LISTS)
    if (file := next(filter(is_regular, files), None)) is None:
        return {}
    text = read_bounded(file, _MOST_BYTES).decode("utf-8-sig", errors="replace")
    names = enumerate(map(str.strip, text.splitlines()), first)
    return {number: name for number, name in names if name}


def numbered_classes(file: Path) -> dict[int, str]:
    """The names in a JSON object from numbers to names: {"21": "fire lily"}.

    Raises:
        BadInput: the file cannot be read or holds something else.
    """
    try:
        value = parse_json(read_bounded(file, _MOST_BYTES))
        return {int(number): str(name).strip() for number, name in value.items()}
    except (ValueError, AttributeError) as error:
        raise BadInput(
            "{file} has no names of classes by their numbers.", file=file.name
        ) from error
