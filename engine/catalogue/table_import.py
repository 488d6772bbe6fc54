"""Importing a table (JSON lines, CSV or Parquet) with one row per photograph."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import chain, islice
from pathlib import Path
from sys import intern
from typing import Any

from engine.catalogue.checking import LONGEST, is_plain, source_of
from engine.catalogue.fields import EMPTY, FIELDS, IMPORTED, photograph_maker
from engine.catalogue.importing import (
    Candidate,
    ImportReport,
    Keep,
    KnownIdentity,
    Offer,
    Refusal,
    refused,
    settled,
    take_in,
)
from engine.catalogue.store import Catalogue
from engine.catalogue.table_rows import (
    COLUMNS,
    KINDS,
    LOCAL_IDS,
    NumberedRow,
    Row,
    blocks_of,
    column_of,
    numbered_rows,
    rows_of,
)
from engine.errors import BadInput
from engine.files import is_regular
from engine.language.message import Message, message
from engine.progress import Report, silent
from engine.workers import beside

_IMAGE_ID, _SOURCE, _URL, _PATH = map(IMPORTED.index, ("image_id", "source", "url", "path"))
# Values that many rows share are sent between processes once per block.
_REPEATED = tuple(IMPORTED.index(name) for name in IMPORTED if FIELDS[name].is_facet)
_NOTHING = [""] * len(IMPORTED)
_NOT_IN_TABLES = {name: empty for name, empty in EMPTY.items() if name not in IMPORTED}
_made = photograph_maker((*IMPORTED, *_NOT_IN_TABLES))
_OTHER_VALUES = tuple(_NOT_IN_TABLES.values())
_ROWS_AT_ONCE = 4096
_MOST_FIELDS = 10_000
# Starting a process takes a second.
_LARGE = 64 * 1024 * 1024


def import_table(
    catalogue: Catalogue,
    table: Path,
    keep: Keep,
    source: str = "",
    report: Report = silent,
) -> ImportReport:
    """Import a table with a species and a path (relative to the table) or url in each row.

    `source` applies to rows that name none; it defaults to the table's name. Importing the same
    table twice changes nothing. Rows whose image_id is known are skipped. Except in large
    tables, their files are not read again, until a batch without known rows comes.

    Raises:
        BadInput: the file does not exist, has another type, is damaged or empty, or lacks a
            required column; or the source's name is no plain text.
    """
    if not is_regular(table):
        raise BadInput("The table {table} does not exist. Check its path.", table=str(table))
    if table.suffix.lower() not in KINDS:
        raise BadInput("{file} is not a .jsonl, .csv or .parquet file.", file=table.name)
    # System files such as /proc/kmsg have size 0, and some never end.
    if not table.stat().st_size and table.suffix.lower() != ".parquet":
        raise BadInput("{file} has no rows.", file=table.name)
    source = source_of(source, table.stem)
    return take_in(catalogue, _offers(catalogue, table, source), keep, 0, report)


def _offers(catalogue: Catalogue, table: Path, source: str) -> Iterator[Offer]:
    """The items of the table; a second process parses the lines of a large file."""
    if table.suffix.lower() == ".jsonl" and table.stat().st_size > _LARGE:
        read = partial(_of_block, table, source)
        yield from chain.from_iterable(beside(read, blocks_of(table)))
        return
    numbered_rows = rows_of(table)
    asks = True
    while rows := list(islice(numbered_rows, _ROWS_AT_ONCE)):
        known = catalogue.known(_own_id(row) for _, row in rows) if asks else {}
        # After a batch without known rows, the rest of the table is assumed to be new.
        asks = bool(known)
        yield from _of_rows(rows, known, table, source)


def _of_rows(
    rows: Iterable[NumberedRow], known: Mapping[str, str], table: Path, source: str
) -> Iterator[Offer]:
    folder, name = table.parent, table.name
    for number, row in rows:
        if known and (photograph := known.get(_own_id(row))):
            yield KnownIdentity(photograph)
            continue
        offer = settled(_candidate(row, folder, source))
        if isinstance(offer, Refusal) and not offer.origin:
            offer = dataclasses.replace(offer, origin=f"{name} #{number}")
        yield offer


def _own_id(row: Row) -> str:
    image_id = "" if isinstance(row, Message) else row.get("image_id")
    # Other ids are refused later; SQLite would cut one at a NUL character.
    sound = isinstance(image_id, str) and len(image_id) <= LONGEST["image_id"]
    return image_id if sound and is_plain(image_id) else ""  # type: ignore[arg-type, return-value]


def _of_block(table: Path, source: str, block: tuple[int, bytes]) -> list[Offer]:
    return list(_of_rows(numbered_rows(block), {}, table, source))


def _candidate(row: Row, folder: Path, source: str) -> Candidate | Refusal:
    """The candidate or refusal of a row; its origin is its path, empty if it has none."""
    if isinstance(row, Message):
        return refused("", row)
    if len(row) > _MOST_FIELDS:
        return refused("", message("It has more than {most} fields.", most=_MOST_FIELDS))
    names, local_ids = _names(tuple(row))
    given: list[Any] = list(map(row.get, names, _NOTHING))  # type: ignore[arg-type]
    try:
        # Fast path: nearly every row holds only text, and a table may have 741,533 rows.
        text = "".join(given)
        text.isascii() or text.encode()
        values = list(map(str.strip, given))
    except (TypeError, UnicodeEncodeError):
        text, values = "", list(map(text_of, given))
    for position in _REPEATED:
        values[position] = intern(values[position])
    path, values[_PATH] = values[_PATH], ""
    if not path and not values[_URL]:
        return refused("", message("It has neither a path nor a url."))
    values[_SOURCE] = values[_SOURCE] or source
    if not values[_IMAGE_ID] and local_ids and (local_id := text_of(row[local_ids])):
        text, values[_IMAGE_ID] = "", f"{values[_SOURCE]}-{local_id}"
    file = (folder / path) if path else None
    return Candidate(_made((*values, *_OTHER_VALUES)), path, file, text)


@lru_cache(maxsize=1024)
def _names(there: tuple[str, ...]) -> tuple[list[str | None], str | None]:
    """The table's names for the studio's columns, in order, and for the local id.

    None stands for a missing column.
    """
    named = {column_of(name): name for name in there}
    *found, local_id = (
        next((named[name] for name in names if name in named), None)
        for names in (*COLUMNS.values(), LOCAL_IDS)
    )
    return found, local_id


def text_of(value: Any) -> str:
    """A cell's value as text; empty if the cell is empty."""
    if not isinstance(value, str):
        # Table tools write missing values as NaN, the only value unequal to itself.
        if value is None or value != value or isinstance(value, (dict, list, bytes)):
            return ""
        # A column of integers with a missing value is read as floats, such as 7.0.
        whole = isinstance(value, float) and value.is_integer()
        value = str(int(value) if whole else value)
    text: str = value.strip()
    return text if text.isascii() else text.encode(errors="replace").decode()
