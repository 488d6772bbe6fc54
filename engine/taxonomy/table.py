"""Opening the file of a taxonomy table: plain, gzipped or in a zip file, read in a stream."""

import gzip
import re
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import IO, Literal, NamedTuple, Protocol

from engine.catalogue.readers.darwin_core_archive import require_sound
from engine.catalogue.readers.separated import Separated, cells_of
from engine.errors import BadInput
from engine.files import open_regular, read_regular

_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
_ABOUT = "eml.xml"
_ABOUT_BYTES = 4_000_000
_PUBLISHED = re.compile(rb"<pubDate>\s*(\d{4}-\d\d(?:-\d\d)?)")
_DATE = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])(?:[-_.]?([0-3]\d))?(?!\d)")

Status = Literal["accepted", "synonym", "unplaced"]


class TaxonRow(NamedTuple):
    """A name of a species, or below it, in a taxonomy table.

    `name` holds no author. `accepted` is the id of the accepted name of a synonym. An unplaced name
    is known, but not to which species it belongs.
    """

    id: str
    name: str
    author: str
    status: Status
    accepted: str
    family: str


class TaxonomyTable:
    """A text file with a header, one name per row.

    `header` holds its columns in lower case. `version` is the date that the file or its archive
    gives, else the day on which it was written.
    """

    def __init__(self, path: Path, member: str = "") -> None:
        self._path, self._member = path, member
        self.file = member or path.name
        line = self._first_line()
        self._separator = max("\t|,", key=line.count)
        # Only commas stand within values, so only there quotes are needed to read a row.
        quote = '"' if self._separator == "," else ""
        self._written = Separated(self._separator, quote, headers=0)
        first = next(self._cells(), [])
        self.header: Sequence[str] = [_unquoted(name).lower() for name in first]
        self.version = self._version()

    def values(self, *columns: str) -> Iterator[tuple[str, ...]]:
        """The values of these columns, at least two, of each row; empty where there is no column.

        Rows that are too short are left out.

        Raises:
            BadInput: the file is damaged.
        """
        # The last cell is an empty one that is added to each row.
        size = len(self.header)
        places = [self.header.index(name) if name in self.header else size for name in columns]
        chosen = itemgetter(*places)
        rows = self._cells()
        next(rows, None)
        for cells in rows:
            if len(cells) >= size:
                cells[size:] = [""]
                yield tuple(map(_unquoted, chosen(cells)))

    def _cells(self) -> Iterator[list[str]]:
        with self._opened() as stream:
            yield from cells_of(stream, self._written, self.file)

    def _first_line(self) -> str:
        with self._opened() as stream:
            return stream.readline(65_536).decode("utf-8-sig", errors="replace")

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        try:
            with open_regular(self._path) as raw:
                if self._member:
                    with zipfile.ZipFile(raw) as archive, archive.open(self._member) as stream:
                        yield stream
                elif self._path.suffix == ".gz":
                    with gzip.open(raw) as unpacked:
                        yield unpacked  # type: ignore[misc]
                else:
                    yield raw
        except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise BadInput(
                "Could not read {file} ({reason}).", file=self.file, reason=str(error)
            ) from error

    def _version(self) -> str:
        published = _PUBLISHED.search(self._about())
        if published:
            return published[1].decode()
        named = _DATE.search(self._path.name)
        if named:
            return "-".join(part for part in named.groups() if part)
        if self._member:
            with open_regular(self._path) as raw, zipfile.ZipFile(raw) as archive:
                year, month, day, *_ = archive.getinfo(self._member).date_time
            return f"{year}-{month:02}-{day:02}"
        return time.strftime("%Y-%m-%d", time.localtime(self._path.stat().st_mtime))

    def _about(self) -> bytes:
        """The description that Darwin Core archives have; empty if there is none."""
        if not self._member:
            beside = self._path.with_name(_ABOUT)
            return read_regular(beside, _ABOUT_BYTES) if beside.is_file() else b""
        with open_regular(self._path) as raw, zipfile.ZipFile(raw) as archive:
            for name in archive.namelist():
                if PurePosixPath(name).name == _ABOUT:
                    with archive.open(name) as stream:
                        return stream.read(_ABOUT_BYTES)
        return b""


class TableShape(Protocol):
    """Reads the taxonomy tables of one publisher."""

    @property
    def title(self) -> str:
        """The publisher's name of the taxonomy."""
        ...

    @property
    def address(self) -> str:
        """Where its newest file is downloaded."""
        ...

    def recognises(self, header: Sequence[str]) -> bool:
        """Whether a table with these columns, in lower case, has this shape."""
        ...

    def rows(self, table: TaxonomyTable) -> Iterator[TaxonRow]:
        """The plants of the table that are species or below.

        Raises:
            BadInput: the file is damaged.
        """
        ...


def tables_in(path: Path) -> Iterator[TaxonomyTable]:
    """The tables that a file may be or contain.

    Raises:
        BadInput: the file does not exist or cannot be read.
    """
    try:
        with open_regular(path) as stream:
            is_zip = stream.read(4) == b"PK\x03\x04"
        if not is_zip:
            yield TaxonomyTable(path)
            return
        with open_regular(path) as stream, zipfile.ZipFile(stream) as archive:
            entries = [
                entry
                for entry in archive.infolist()
                if entry.filename.lower().endswith(_ENDINGS) and entry.file_size
            ]
        for entry in sorted(entries, key=lambda entry: -entry.file_size):
            require_sound(entry)
            yield TaxonomyTable(path, entry.filename)
    except (OSError, zipfile.BadZipFile) as error:
        raise BadInput(
            "Could not read {file} ({reason}).", file=path.name, reason=str(error)
        ) from error


def _unquoted(cell: str) -> str:
    """The text of a cell that is in quotes; some tables with tabs have them too."""
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell
