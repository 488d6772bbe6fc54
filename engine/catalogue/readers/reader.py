"""The protocol of readers, and the import that runs one."""

import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Protocol

from engine.catalogue.checking import source_of
from engine.catalogue.importing import BATCH, ImportReport, Keep, Offer, take_in
from engine.catalogue.store import Catalogue
from engine.errors import BadInput, WorkFailed
from engine.language.message import message
from engine.progress import Report, silent

LARGEST_PICTURE = 500_000_000
"""The largest size of a picture inside an archive, in bytes."""
TOO_LARGE = message("It is larger than {most:size}.", most=LARGEST_PICTURE)


class Unpacked:
    """A temporary folder for pictures from archives and tables.

    It holds only the newest `most` pictures: an import finishes a batch before it reads the next.
    """

    def __init__(self, most: int = 2 * BATCH) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="plant-studio-")
        self._files: deque[Path] = deque()
        self._most = most
        self._number = 0

    def __enter__(self) -> "Unpacked":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def add(self, name: str, content: bytes) -> Path:
        """Write a picture. Returns its file, whose name ends with `name`.

        Raises:
            WorkFailed: the disk of temporary files is full.
        """
        self._number += 1
        plain = "".join(letter if letter.isprintable() else "?" for letter in name)
        file = Path(
            self._folder.name, str(self._number), plain.replace("/", "_")[-60:] or "picture"
        )
        try:
            file.parent.mkdir()
            file.write_bytes(content)
        except OSError as error:
            raise WorkFailed(
                "The temporary folder {folder} cannot be written ({reason}). Make room there.",
                folder=tempfile.gettempdir(),
                reason=error.strerror or str(error),
            ) from error
        self._files.append(file)
        if len(self._files) > self._most:
            oldest = self._files.popleft()
            oldest.unlink(missing_ok=True)
            oldest.parent.rmdir()
        return file


class DatasetReader(Protocol):
    """Reads data sets of one format.

    `source` is the name of the source in the catalogue; where it is empty, the name of the file
    or folder is used.
    """

    @property
    def source(self) -> str: ...

    def recognises(self, path: Path) -> bool:
        """Whether a path has this format, by file names and first bytes. Never raises."""
        ...

    def read(self, path: Path, source: str, unpacked: Unpacked) -> Iterator[Offer]:
        """Yield the photographs at a path, and the refusals.

        Raises:
            BadInput: the path does not have this format, or is damaged.
        """
        ...


def taking(reader: DatasetReader) -> Callable[[Catalogue, Path, Keep, str, Report], ImportReport]:
    """The import that runs a reader, for an entry of `IMPORTERS`.

    It raises `BadInput` if the path does not exist or holds no photographs. Importing the same
    path twice changes nothing.
    """

    def take(
        catalogue: Catalogue, path: Path, keep: Keep, source: str = "", report: Report = silent
    ) -> ImportReport:
        if not path.exists():
            raise BadInput("{path} does not exist. Check the path.", path=str(path))
        whole = path.resolve()
        named = source_of(source, reader.source or (whole.name if path.is_dir() else whole.stem))
        with Unpacked() as unpacked:
            offers = _some(reader.read(path, named, unpacked), path)
            return take_in(catalogue, offers, keep, 0, report)

    return take


def _some(offers: Iterator[Offer], path: Path) -> Iterator[Offer]:
    first = next(offers, None)
    if first is None:
        raise BadInput("{path} has no photographs.", path=str(path))
    return chain([first], offers)
