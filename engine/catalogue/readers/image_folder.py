"""Hugging Face imagefolder: pictures beside a metadata file with the name of each.

https://huggingface.co/docs/datasets/image_dataset
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from engine.catalogue.exported_folder import layout_of, table_offers
from engine.catalogue.importing import Candidate, Offer, refused
from engine.catalogue.readers.parts import part_in
from engine.catalogue.readers.picture_files import LOOKED_AT, folders_in, pictures_below
from engine.catalogue.readers.reader import Unpacked
from engine.catalogue.readers.row_fields import as_words, photograph_in
from engine.catalogue.readers.separated import Separated, cells_of
from engine.errors import BadInput
from engine.files import is_regular, open_regular
from engine.language.message import Message, message
from engine.spreadsheet import from_cell

_FILES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
_FILE_NAMES = ("file_name", "image_file_name")
_LONGEST_LINE = 16 * 1024 * 1024
_ROWS_AT_ONCE = 1024

Row = Mapping[str, Any]


class ImageFolderReader:
    """metadata.csv, .jsonl or .parquet with `file_name`, in the folder or in its parts.

    A picture whose row names no species has that of its folder. A folder that the studio exported
    has its own table.
    """

    source = ""

    def recognises(self, path: Path) -> bool:
        if layout := layout_of(path):
            return layout == "folder"
        return any(map(_names_files, _metadata_files(path, LOOKED_AT)))

    def read(self, path: Path, source: str, unpacked: Unpacked) -> Iterator[Offer]:
        if layout_of(path) == "folder":
            yield from table_offers(path, with_files=True)
            return
        tables = [table for table in _metadata_files(path) if _names_files(table)]
        if not tables:
            raise BadInput(
                "{folder} has no metadata file with a column file_name.", folder=path.name
            )
        # A number instead of a name saves most of the memory.
        named: set[int] = set()
        for table in tables:
            where = table.relative_to(path).as_posix()
            for number, row in enumerate(_rows(table), 1):
                name, offer = _offer(path, table, row, source)
                named.add(hash(name))
                if isinstance(offer, Message):
                    yield refused(f"{where} #{number}", offer)
                else:
                    yield offer
        for file in pictures_below(path):
            origin = file.relative_to(path).as_posix()
            if hash(origin) not in named:
                yield refused(origin, message("No row of the metadata names it."))


def _metadata_files(folder: Path, most: int | None = None) -> Iterator[Path]:
    """The metadata files of a folder, of its parts, and of the parts in its folders."""
    if not folder.is_dir():
        return
    inside = folders_in(folder, most)
    deeper = [one for place in inside[:LOOKED_AT] for one in folders_in(place, most)]
    for place in (folder, *inside, *deeper):
        yield from (place / name for name in _FILES if is_regular(place / name))


def _names_files(table: Path) -> bool:
    try:
        first = next(_rows(table), None)
    except BadInput:
        return False
    return isinstance(first, Mapping) and any(name in first for name in _FILE_NAMES)


def _offer(
    root: Path, table: Path, row: Row | Message, source: str
) -> tuple[str, Candidate | Message]:
    """The relative path of a row's picture, and its candidate or refusal."""
    if isinstance(row, Message):
        return "", row
    name = next(filter(None, (as_words(row.get(key)) for key in _FILE_NAMES)), "")
    if not name:
        return "", message("It has no file_name.")
    file = table.parent / name
    if not file.resolve().is_relative_to(root.resolve()):
        return "", message("{file} is outside of the folder.", file=name)
    if not is_regular(file):
        return "", message("{file} does not exist.", file=name)
    own = Path(name).parts[:-1]
    part = part_in((*table.parent.relative_to(root).parts, *own))
    species = own[-1] if own and not part_in(own[-1:]) else ""
    origin = file.relative_to(root).as_posix()
    made = photograph_in(row, source, species, part)
    return origin, made if isinstance(made, Message) else Candidate(made, origin, file)


def _rows(table: Path) -> Iterator[Row | Message]:
    if table.suffix == ".parquet":
        return _parquet_rows(table)
    return _csv_rows(table) if table.suffix == ".csv" else _json_rows(table)


def _csv_rows(table: Path) -> Iterator[Row | Message]:
    with _opened(table) as stream:
        rows = cells_of(stream, Separated(",", '"', headers=0), table.name)
        header = next(rows, [])
        for cells in rows:
            yield dict(zip(header, map(from_cell, cells), strict=False))


def _json_rows(table: Path) -> Iterator[Row | Message]:
    with _opened(table) as stream:
        while line := stream.readline(_LONGEST_LINE):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
            except ValueError:
                row = None
            yield row if isinstance(row, dict) else message("It is not a JSON object.")


def _opened(table: Path) -> IO[bytes]:
    try:
        return open_regular(table)
    except OSError as error:
        raise BadInput(
            "Could not read {file} ({reason}).", file=table.name, reason=str(error)
        ) from error


def _parquet_rows(table: Path) -> Iterator[Row | Message]:
    # Importing pyarrow takes half a second.
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(table) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise BadInput(
            "Could not read {file} ({reason}).", file=table.name, reason=str(error)
        ) from error
