"""Parquet tables with the bytes of pictures, as Hugging Face's datasets writes them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.catalogue.exported_folder import layout_of, table_offers
from engine.catalogue.importing import Candidate, Offer, refused
from engine.catalogue.readers.parts import part_in
from engine.catalogue.readers.picture_files import LOOKED_AT, folders_in
from engine.catalogue.readers.reader import LARGEST_PICTURE, TOO_LARGE, Unpacked
from engine.catalogue.readers.row_fields import photograph_in
from engine.catalogue.whole_record import is_whole, whole_record
from engine.errors import BadInput
from engine.language.message import Message, message

if TYPE_CHECKING:
    from pyarrow import DataType, Schema

# The column of a picture as bytes alone, without a struct.
_PICTURE_NAMES = ("image", "img", "picture", "photo", "image_bytes", "jpg", "jpeg")
_ROWS_AT_ONCE = 16
_BUFFER = 1024 * 1024


class _Columns(NamedTuple):
    """The column of the picture, the other columns, and the names of classes by column."""

    picture: str
    others: list[str]
    classes: Mapping[str, Sequence[str]]


class ImageParquetReader:
    """A .parquet file, or a folder of them, with a column {bytes, path} or bytes.

    Class numbers are named by the schema's metadata (`huggingface`, ClassLabel). A folder that
    the studio exported has a table of the photographs without a file.
    """

    source = ""

    def recognises(self, path: Path) -> bool:
        first = next(iter(_tables(path, LOOKED_AT)), None)
        return first is not None and _has_pictures(first)

    def read(self, path: Path, source: str, unpacked: Unpacked) -> Iterator[Offer]:
        tables = _tables(path)
        if not any(map(_has_pictures, tables)):
            raise BadInput("{path} has no Parquet table with pictures.", path=path.name)
        for table in tables:
            name = table.relative_to(path).as_posix() if path.is_dir() else table.name
            if not _has_pictures(table):
                yield refused(name, message("It has no column of pictures."))
                continue
            for number, row, picture, hint in _rows(table):
                origin = f"{name} #{number} {hint}".strip()
                yield _offer(
                    origin, row, picture, hint, source, part_in(Path(name).parts), unpacked
                )
        if layout_of(path) == "parquet":
            yield from table_offers(path, with_files=False)


def _tables(path: Path, most: int | None = None) -> list[Path]:
    if not path.is_dir():
        return [path] if path.suffix.lower() == ".parquet" and path.is_file() else []
    places = [path, *folders_in(path, most)]
    return [file for place in places for file in sorted(place.glob("*.parquet")) if file.is_file()]


def _has_pictures(table: Path) -> bool:
    import pyarrow
    import pyarrow.parquet

    try:
        return bool(_columns(pyarrow.parquet.read_schema(table)).picture)
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError):
        return False


def _columns(schema: "Schema") -> _Columns:
    features = _features(schema)
    fields = {field.name: field.type for field in schema}
    pictures = [
        name
        for name, kind in fields.items()
        if _holds_bytes(kind)
        and (features.get(name, {}).get("_type") == "Image" or name.lower() in _PICTURE_NAMES)
    ]
    pictures += [name for name, kind in fields.items() if _is_struct_with_bytes(kind)]
    classes = {
        name: names
        for name, about in features.items()
        if about.get("_type") == "ClassLabel" and isinstance(names := about.get("names"), list)
    }
    picture = pictures[0] if pictures else ""
    others = [name for name, kind in fields.items() if name != picture and _is_plain(kind)]
    return _Columns(picture, others, classes)


def _features(schema: "Schema") -> dict[str, dict[str, Any]]:
    """What the library datasets says about each column in the metadata of the schema."""
    try:
        about = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = about["info"]["features"]
        return {name: one for name, one in features.items() if isinstance(one, dict)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _holds_bytes(kind: "DataType") -> bool:
    import pyarrow.types as types

    return _is_struct_with_bytes(kind) or types.is_binary(kind) or types.is_large_binary(kind)


def _is_struct_with_bytes(kind: "DataType") -> bool:
    import pyarrow.types as types

    if not types.is_struct(kind):
        return False
    index = kind.get_field_index("bytes")
    inner = kind.field(index).type if index >= 0 else None
    return inner is not None and (types.is_binary(inner) or types.is_large_binary(inner))


def _is_plain(kind: "DataType") -> bool:
    import pyarrow.types as types

    return not (types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind))


def _rows(table: Path) -> Iterator[tuple[int, dict[str, Any], bytes | None, str]]:
    """Number, values, picture and name of the picture of each row."""
    import pyarrow
    import pyarrow.parquet

    try:
        # Without pre-buffering, a row group is not held in memory as a whole.
        with pyarrow.parquet.ParquetFile(table, pre_buffer=False, buffer_size=_BUFFER) as file:
            columns = _columns(file.schema_arrow)
            wanted, number = [columns.picture, *columns.others], 0
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=wanted, use_threads=False):
                # As text, dates that Python does not have are no error.
                texts = {name: _texts(batch[name], columns, name) for name in columns.others}
                for index in range(batch.num_rows):
                    number += 1
                    picture, hint = _picture(batch[columns.picture][index].as_py())
                    values = {name: cells[index] for name, cells in texts.items()}
                    yield number, values, picture, hint
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:
        raise BadInput(
            "Could not read {file} ({reason}).", file=table.name, reason=str(error)
        ) from error


def _texts(column: Any, columns: _Columns, name: str) -> list[Any]:
    import pyarrow

    cells: list[Any] = column.cast(pyarrow.string()).to_pylist()
    names = columns.classes.get(name)
    return [_class_name(cell, names) for cell in cells] if names else cells


def _class_name(cell: str | None, names: Sequence[str]) -> str | None:
    is_index = cell is not None and cell.isdecimal() and int(cell) < len(names)
    return str(names[int(cell)]) if is_index and cell is not None else cell


def _picture(value: Any) -> tuple[bytes | None, str]:
    if isinstance(value, dict):
        hint = value.get("path")
        return value.get("bytes"), hint if isinstance(hint, str) else ""
    return value, ""


def _offer(
    origin: str,
    row: Mapping[str, Any],
    picture: bytes | None,
    hint: str,
    source: str,
    part: str,
    unpacked: Unpacked,
) -> Offer:
    if not picture:
        return refused(origin, message("It holds no bytes of a picture."))
    if len(picture) > LARGEST_PICTURE:
        return refused(origin, TOO_LARGE)
    if is_whole(row):
        return whole_record(row, origin, unpacked.add(hint or origin, picture))
    made = photograph_in(row, source, part=part)
    if isinstance(made, Message):
        return refused(origin, made)
    return Candidate(made, origin, unpacked.add(hint or origin, picture))
