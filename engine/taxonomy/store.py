"""The names of one taxonomy table in a database in the home, which a new table replaces."""

import contextlib
import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from engine.database import database_errors, read_note, read_unchanged, write_note
from engine.errors import BadInput
from engine.files import atomic_file
from engine.home import Home
from engine.language.message import message
from engine.progress import Report, silent
from engine.records import as_record
from engine.taxonomy.parsing import key_of, parse_name
from engine.taxonomy.shapes import SHAPES, recognise_table
from engine.taxonomy.table import Status, TaxonRow

_ABOUT = "about"
_STATUS: dict[Status, int] = {"accepted": 0, "synonym": 1, "unplaced": 2}
_STATUSES = {number: status for status, number in _STATUS.items()}
_AT_ONCE = 20_000
_CACHE_KILOBYTES = 65_536
# Such a name is in normal form, which takes long to make.
_NORMAL = re.compile(r"[A-Z][a-z-]+ [a-z-]+(?: (?:subsp|var|f|subvar|subf)\. [a-z-]+)?")
# A synonym may lead to a synonym; longer chains are circles.
_LONGEST_CHAIN = 5
_SCHEMA = """
CREATE TABLE family (family INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE genus (genus INTEGER PRIMARY KEY, form TEXT NOT NULL UNIQUE);
CREATE TABLE name (
    id INTEGER NOT NULL, key INTEGER NOT NULL, genus INTEGER NOT NULL, name TEXT NOT NULL,
    author TEXT NOT NULL, status INTEGER NOT NULL, accepted INTEGER, family INTEGER NOT NULL
);
"""
# An index of random numbers is made faster of all rows than row by row.
_INDEXES = """
CREATE INDEX name_by_id ON name (id);
CREATE INDEX name_by_key ON name (key);
CREATE INDEX name_by_genus ON name (genus, name);
"""
_SHORTEN = """
UPDATE name SET accepted = (SELECT next.accepted FROM name next WHERE next.id = name.accepted)
WHERE status = 1 AND accepted IN (SELECT id FROM name WHERE status = 1)
"""
# The accepted name of some synonyms is a genus, or is not in the table.
_UNPLACE = """
UPDATE name SET status = 2, accepted = NULL
WHERE status = 1 AND accepted NOT IN (SELECT id FROM name WHERE status = 0)
"""
_SENSES = """
SELECT one.name, one.author, one.status, whole.name, family.name
FROM name one JOIN name whole ON whole.id = COALESCE(one.accepted, one.id)
JOIN family ON family.family = whole.family WHERE one.key = ? ORDER BY one.id
"""


# The marks of ranks have a full stop.
_SPECIES = """
SELECT lower(replace(name, '× ', '')) FROM name WHERE genus = ? AND instr(name, '.') = 0
"""


@dataclass(frozen=True)
class TaxonomyAbout:
    """Where the names come from. `shape` is a name of `SHAPES`; `added` is in Unix seconds."""

    shape: str
    title: str
    version: str
    file: str
    added: float
    names: int
    species: int


class Sense(NamedTuple):
    """A name as one author means it, and the accepted name of that plant with its family.

    `accepted` equals `name` unless the name is a synonym.
    """

    name: str
    author: str
    status: Status
    accepted: str
    family: str


class TaxonomyStore:
    """The names of the home's taxonomy table, for reading.

    Raises:
        BadInput: the database does not say where its names come from.
    """

    def __init__(self, connection: sqlite3.Connection, file: Path) -> None:
        self._connection, self._file = connection, file
        about = json.loads(read_note(connection, _ABOUT) or "{}")
        self.about = as_record(TaxonomyAbout, about, file.name)

    def senses(self, key: str) -> list[Sense]:
        """Every name with this key of `key_of`."""
        with database_errors(self._file):
            rows = self._connection.execute(_SENSES, [_number_of(key)]).fetchall()
        return [
            Sense(name, author, _STATUSES[status], accepted, family)
            for name, author, status, accepted, family in rows
        ]

    def genera(self) -> dict[str, int]:
        """The genera in the form of searches, with their numbers."""
        with database_errors(self._file):
            rows = self._connection.execute("SELECT form, genus FROM genus").fetchall()
        return dict(rows)

    def species_of(self, genus: int) -> list[str]:
        """The different species names in the genus of this number, in lower case, without ×."""
        with database_errors(self._file):
            rows = self._connection.execute(_SPECIES, [genus]).fetchall()
        return sorted({name for (name,) in rows})


@contextlib.contextmanager
def open_taxonomy(home: Home) -> Iterator[TaxonomyStore | None]:
    """Open the home's names in a `with` block; None if no table was added.

    Raises:
        WorkFailed: the database is damaged.
    """
    file = home.taxonomy
    if not file.is_file():
        yield None
        return
    with database_errors(file):
        connection = read_unchanged(file, nobody_writes=True)
        connection.text_factory = str
    with contextlib.closing(connection):
        with database_errors(file):
            store = TaxonomyStore(connection, file)
        yield store


@contextlib.contextmanager
def required_taxonomy(home: Home) -> Iterator[TaxonomyStore]:
    """Open the home's names in a `with` block.

    Raises:
        BadInput: no table was added.
        WorkFailed: the database is damaged.
    """
    with open_taxonomy(home) as store:
        if store is None:
            raise BadInput("There is no taxonomy table yet. Add one with `taxonomy add FILE`.")
        yield store


def add_table(home: Home, path: Path, version: str = "", report: Report = silent) -> TaxonomyAbout:
    """Read a taxonomy table into the home, in place of the one before.

    Reads in a stream: only the genera and families are held in memory.

    Raises:
        BadInput: the file cannot be read, is no taxonomy table, or has no plants.
        WorkFailed: the disk refuses the database.
    """
    shape, table = recognise_table(path)
    title = SHAPES[shape].title
    with (
        database_errors(home.taxonomy),
        atomic_file(home.taxonomy) as temporary,
        contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as connection,
    ):
        # The file gets its name when it is whole, so no journal is needed.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KILOBYTES}")
        connection.executescript(_SCHEMA)
        connection.execute("BEGIN")
        _Writer(connection).write(SHAPES[shape].rows(table), report)
        names, species = _finish(connection)
        if not species:
            raise BadInput("{file} has no plants.", file=path.name)
        about = TaxonomyAbout(
            shape, title, version or table.version, path.name, time.time(), names, species
        )
        write_note(connection, _ABOUT, json.dumps(asdict(about)))
        connection.execute("COMMIT")
    return about


class _Writer:
    """Writes names with the numbers of their genera and families."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._families: dict[str, int] = {}
        self._genera: dict[str, int] = {}

    def write(self, rows: Iterable[TaxonRow], report: Report) -> None:
        """Write all rows."""
        rows, done = iter(rows), 0
        while some := list(islice(rows, _AT_ONCE)):
            self._connection.executemany(
                "INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                filter(None, map(self._values, some)),
            )
            done += len(some)
            report(done, 0, message("Reading names"))
        for table, numbers in (("family", self._families), ("genus", self._genera)):
            self._connection.executemany(
                f"INSERT INTO {table} VALUES (?, ?)",
                ((number, name) for name, number in numbers.items()),
            )

    def _values(self, row: TaxonRow) -> tuple[object, ...] | None:
        name = row.name
        if not _NORMAL.fullmatch(name):
            parsed = parse_name(name)
            if parsed is None or parsed.is_formula:
                return None
            # Some names have an author before their last epithet.
            name = parsed.name
        key = key_of(name)
        genus = key.partition(" ")[0]
        return (
            _number_of(row.id),
            _number_of(key),
            self._genera.setdefault(genus, len(self._genera)),
            name,
            row.author,
            _STATUS[row.status],
            _number_of(row.accepted) if row.status == "synonym" else None,
            self._families.setdefault(row.family, len(self._families)),
        )


def _finish(connection: sqlite3.Connection) -> tuple[int, int]:
    """Index the names and let synonyms lead to accepted names; all names, and the accepted ones."""
    for statement in filter(str.strip, _INDEXES.split(";")):
        connection.execute(statement)
    for _ in range(_LONGEST_CHAIN):
        if not connection.execute(_SHORTEN).rowcount:
            break
    connection.execute(_UNPLACE)
    row = connection.execute("SELECT COUNT(*), COALESCE(SUM(status = 0), 0) FROM name").fetchone()
    return int(row[0]), int(row[1])


def _number_of(text: str) -> int:
    """A number of 64 bits for a text; two texts with one number are not to be expected."""
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
