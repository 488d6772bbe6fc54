"""Reading every record of the catalogue, including damaged ones."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.catalogue.fields import FACETS, PLAIN, TEXTS
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Filter
from engine.database import read_unchanged
from engine.errors import StudioError
from engine.home import Home
from engine.language.message import Message, message
from engine.reasons import reason_of


@dataclass(frozen=True)
class UnreadableFile:
    """An unreadable record or range of records: its location, and the reason."""

    where: Message
    reason: str | Message


@dataclass
class SpeciesTotals:
    """Counts from reading a SQLite catalogue.

    The photographs of each facet, as stored and as counted, and whether everything was read.
    """

    recorded: dict[int, int] = field(default_factory=dict)
    found: Counter[int] = field(default_factory=Counter)
    whole: bool = True


def records_of(catalogue: Catalogue) -> Iterator[Photograph | UnreadableFile]:
    """The records of any store; if reading fails, the last item is the failure."""
    try:
        yield from catalogue.all(Filter(excluded=None))
    except StudioError as error:
        yield UnreadableFile(message("the catalogue"), error.message)


def sqlite_records(home: Home, totals: SpeciesTotals) -> Iterator[Photograph | UnreadableFile]:
    """The records of the SQLite catalogue; continues after damaged pages where possible.

    Holds only the facets in memory, and does not change the file.
    """
    try:
        with contextlib.closing(read_unchanged(home.catalogue)) as connection:
            facets = dict(_facets(connection, totals))
            yield from _records(connection, facets, totals)
    except sqlite3.Error as error:
        totals.whole = False
        yield UnreadableFile(message("the catalogue"), reason_of(error))


def _facets(
    connection: sqlite3.Connection, totals: SpeciesTotals
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    query = f"SELECT facet, images, {', '.join(FACETS)} FROM facet NOT INDEXED"
    for number, images, *values in connection.execute(query):
        if isinstance(images, int):
            totals.recorded[number] = images
        yield number, tuple(values)


def _records(
    connection: sqlite3.Connection, facets: dict[int, tuple[Any, ...]], totals: SpeciesTotals
) -> Iterator[Photograph | UnreadableFile]:
    columns = ", ".join(("rowid", "image_id", "facet", *PLAIN))
    query = f"SELECT {columns} FROM photograph NOT INDEXED WHERE rowid > ? ORDER BY rowid"
    last, leap, end = 0, 1, _last_row(connection)
    while True:
        try:
            for row, image_id, facet, *plain in connection.execute(query, [last]):
                last, leap = row, 1
                totals.found[facet] += 1
                yield _record(row, image_id, facets.get(facet), plain)
            return
        except sqlite3.Error as error:
            # The page is damaged: continue after it, at an unknown row.
            totals.whole = False
            if leap == 1:
                yield UnreadableFile(message("after row {row}", row=last), reason_of(error))
            last, leap = last + leap, leap * 2
            if last > end:
                return


def _last_row(connection: sqlite3.Connection) -> int:
    try:
        return int(connection.execute("SELECT MAX(rowid) FROM photograph").fetchone()[0] or 0)
    except sqlite3.Error:
        return 1 << 40


def _record(
    row: int, image_id: Any, facet: tuple[Any, ...] | None, plain: list[Any]
) -> Photograph | UnreadableFile:
    where = message("row {row}", row=row)
    if facet is None:
        return UnreadableFile(where, message("its species and source are missing"))
    values = {"image_id": image_id, **dict(zip(PLAIN, plain, strict=True))}
    values |= dict(zip(FACETS, facet, strict=True))
    try:
        for name in (*TEXTS, "flags"):
            values[name] = values[name].decode()
    except (UnicodeDecodeError, AttributeError):
        return UnreadableFile(where, message("the field {name} is not valid text", name=name))
    values["flags"] = tuple(values["flags"].split())
    values["excluded"] = bool(values["excluded"])
    return Photograph(**values)
