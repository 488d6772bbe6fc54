"""The picture files of a folder, in order."""

import os
from collections.abc import Iterator
from pathlib import Path

from engine.catalogue.folder_layout import IMAGE_SUFFIXES


def pictures_below(folder: Path) -> Iterator[Path]:
    """The pictures in a folder and the folders inside it; hidden ones are left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if is_picture(name):
                yield Path(parent, name)


def is_picture(name: str) -> bool:
    """Whether a file name is that of a picture."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    return ending in IMAGE_SUFFIXES and not name.rpartition("/")[2].startswith(".")


def folders_in(folder: Path) -> list[Path]:
    """The folders directly inside a folder, in order; none if it cannot be read."""
    try:
        return sorted(
            one for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")
        )
    except OSError:
        return []
