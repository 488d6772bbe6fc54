"""The protocol of what writes photographs in a format."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Picture(NamedTuple):
    """A photograph to write: its row (`engine.catalogue.store.Catalogue.lines`), its part of a
    split or "", its file, and the bytes of that; no bytes where the file is linked."""

    row: dict[str, Any]
    part: str
    file: Path
    content: bytes | None


class PartSize(NamedTuple):
    """How many photographs and bytes a part has, about."""

    images: int
    bytes: int


Sizes = Mapping[str, PartSize]
"""The size of each part; of the part "" without a split."""


class PhotographWriter(Protocol):
    """Writes photographs into a folder, in the order of their species."""

    def add(self, picture: Picture) -> str:
        """Write a photograph; returns where it is, relative to the folder.

        The row's `path` is set to that.

        Raises:
            OSError: the disk refuses the write.
        """
        ...

    def close(self) -> None:
        """Complete the files.

        Raises:
            OSError: the disk refuses the write.
        """
        ...
