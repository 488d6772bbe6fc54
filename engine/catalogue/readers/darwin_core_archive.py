"""The files of a Darwin Core archive, as its descriptor meta.xml names them.

https://dwc.tdwg.org/text/
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from xml.etree import ElementTree

from engine.catalogue.readers.separated import Separated, cells_of
from engine.errors import BadInput
from engine.files import open_regular, read_bounded

_DESCRIPTOR = "meta.xml"
_DESCRIPTOR_BYTES = 4_000_000
# Tables compress to a tenth; a file of equal bytes to a thousandth.
_LARGEST_RATIO = 200
_SMALL = 256 * 1024 * 1024
_ESCAPED = {"\\t": "\t", "\\n": "\n", "\\r": "\r"}


@dataclass(frozen=True)
class DataFile:
    """A table of the archive: what its rows are, where the key is, and the term of each column."""

    locations: tuple[str, ...]
    kind: str
    key: int
    terms: Mapping[int, str]
    defaults: Mapping[str, str]
    written: Separated


class DarwinCoreArchive:
    """An archive as a folder or a zip file.

    Raises:
        BadInput: it cannot be read, or its descriptor is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._zip: zipfile.ZipFile | None = None
        self._open = ExitStack()
        if not path.is_dir():
            try:
                stream = self._open.enter_context(open_regular(path))
                self._zip = self._open.enter_context(zipfile.ZipFile(stream))
            except (OSError, zipfile.BadZipFile) as error:
                raise BadInput(
                    "Could not read {file} ({reason}).", file=path.name, reason=str(error)
                ) from error
        self._inside = self._folder_of_descriptor()

    def close(self) -> None:
        """Close the zip file."""
        self._open.close()

    def tables(self) -> tuple[DataFile, list[DataFile]]:
        """The core and the extensions.

        Raises:
            BadInput: the descriptor is damaged.
        """
        with self._opened(_DESCRIPTOR) as stream:
            content = stream.read(_DESCRIPTOR_BYTES)
        try:
            root = ElementTree.fromstring(content)
            tables = {"core": [], "extension": []}  # type: dict[str, list[DataFile]]
            for element in root:
                if (name := _local(element.tag)) in tables:
                    tables[name].append(_data_file(element))
            (core,) = tables["core"]
        except (ElementTree.ParseError, ValueError) as error:
            raise BadInput(
                "The descriptor {file} is damaged: {reason}.",
                file=_DESCRIPTOR,
                reason=str(error),
            ) from error
        return core, tables["extension"]

    def rows(self, table: DataFile) -> Iterator[tuple[str, dict[str, str]]]:
        """The key and the values by term of each row, without empty values.

        Raises:
            BadInput: a file is missing or damaged, or expands to far more than its size.
        """
        for location in table.locations:
            with self._opened(location) as stream:
                for cells in cells_of(stream, table.written, location):
                    row = dict(table.defaults)
                    for index, cell in enumerate(cells):
                        if cell and index in table.terms and (value := cell.strip()):
                            row.setdefault(table.terms[index], value)
                    yield (cells[table.key].strip() if table.key < len(cells) else ""), row

    def _folder_of_descriptor(self) -> str:
        if self._zip is None:
            names = [_DESCRIPTOR] if (self._path / _DESCRIPTOR).is_file() else []
        else:
            names = [
                name for name in self._zip.namelist() if PurePosixPath(name).name == _DESCRIPTOR
            ]
        if not names:
            raise BadInput(
                "{file} is no Darwin Core archive: it has no meta.xml.", file=self._path.name
            )
        return min(names, key=len).removesuffix(_DESCRIPTOR)

    @contextmanager
    def _opened(self, location: str) -> Iterator[IO[bytes]]:
        try:
            if self._zip is None:
                file = (self._path / location).resolve()
                if not file.is_relative_to(self._path.resolve()):
                    raise BadInput("{file} is outside of the folder.", file=location)
                with open_regular(file) as stream:
                    yield stream
                return
            entry = self._zip.getinfo(self._inside + location)
            require_sound(entry)
            with self._zip.open(entry) as stream:
                yield stream
        except KeyError as error:
            raise BadInput(
                "{file} has no {name}, which its meta.xml names.", file=self.name, name=location
            ) from error
        except (
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise BadInput(
                "Could not read {file} ({reason}).", file=location, reason=str(error)
            ) from error


def require_sound(entry: zipfile.ZipInfo) -> None:
    """Check that a file of an archive does not expand to far more than its size.

    Raises:
        BadInput: it does.
    """
    if entry.file_size > _SMALL and entry.file_size > _LARGEST_RATIO * entry.compress_size:
        raise BadInput(
            "{file} expands to {size:size}, far more than its compressed size. It is refused.",
            file=entry.filename,
            size=entry.file_size,
        )


def _data_file(element: ElementTree.Element) -> DataFile:
    terms: dict[int, str] = {}
    defaults: dict[str, str] = {}
    key, locations = 0, []
    for part in element:
        name = _local(part.tag)
        if name in ("id", "coreid"):
            key = int(part.get("index", 0))
        elif name == "files":
            locations = [(place.text or "").strip() for place in part]
        elif name == "field":
            term = _local(part.get("term", ""))
            if "index" in part.attrib:
                terms[int(part.attrib["index"])] = term
            elif "default" in part.attrib:
                defaults[term] = part.attrib["default"]
    if not any(locations):
        raise BadInput("{file} describes a table without a file.", file=_DESCRIPTOR)
    quote = _unescaped(element.get("fieldsEnclosedBy", '"'))
    separator = _unescaped(element.get("fieldsTerminatedBy", ","))
    if len(quote) > 1 or len(separator) != 1:
        raise BadInput(
            "{file} separates values by several characters. Only one can be read.",
            file=_DESCRIPTOR,
        )
    written = Separated(
        separator,
        quote,
        element.get("encoding", "UTF-8"),
        int(element.get("ignoreHeaderLines", 0) or 0),
    )
    kind = _local(element.get("rowType", ""))
    return DataFile(tuple(filter(None, locations)), kind, key, terms, defaults, written)


def _unescaped(text: str) -> str:
    return _ESCAPED.get(text, text)


def _local(name: str) -> str:
    """The last part of a term or tag: "http://rs.tdwg.org/dwc/terms/genus" -> "genus"."""
    return name.rstrip("/").rsplit("}", 1)[-1].rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def has_descriptor(path: Path) -> bool:
    """Whether a folder or zip file has a meta.xml of Darwin Core. Never raises."""
    try:
        if path.is_dir():
            start = path / _DESCRIPTOR
            return start.is_file() and b"tdwg.org/dwc/text" in read_bounded(
                start, _DESCRIPTOR_BYTES
            )
        with open_regular(path) as stream, zipfile.ZipFile(stream) as archive:
            return any(PurePosixPath(name).name == _DESCRIPTOR for name in archive.namelist())
    except (OSError, ValueError, zipfile.BadZipFile, BadInput):
        return False
