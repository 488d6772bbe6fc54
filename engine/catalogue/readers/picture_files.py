"""Lists the folders and picture files of a folder, sorted."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from engine.catalogue.folder_layout import IMAGE_SUFFIXES

LOOKED_AT = 20
"""The number of folders inside a folder that recognising a format looks at."""


def pictures_below(folder: Path) -> Iterator[Path]:
    """Yield the pictures in a folder and its subfolders, except hidden ones."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if is_picture(name):
                yield Path(parent, name)


def is_picture(name: str) -> bool:
    """Whether a file name has the suffix of a picture and is not hidden."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    return ending in IMAGE_SUFFIXES and not name.rpartition("/")[2].startswith(".")


def folders_in(folder: Path, most: int | None = None) -> list[Path]:
    """The folders directly inside a folder, sorted; empty if it cannot be read.

    `most` limits their number, for a cheap look.
    """
    try:
        inside = (one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
        return sorted(islice(inside, most))
    except OSError:
        return []
