"""Imports that the SQLite catalogue remembers, until one of its records goes."""

import sqlite3

_MOST = 100
# Created at the first import, so that a catalogue on a read-only disk needs no new table.
# The ids that an import made known stay known while no record is deleted. Joining photographs
# and undoing that delete records, too.
_TABLES = (
    "CREATE TABLE IF NOT EXISTS imported "
    "(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, report TEXT NOT NULL)",
    *(
        f"CREATE TRIGGER IF NOT EXISTS {table}_deleted AFTER DELETE ON {table} "
        "BEGIN DELETE FROM imported; END"
        for table in ("photograph", "listing")
    ),
)


class Imports:
    """Notes imports within the transaction that the caller has open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self, key: str) -> str:
        """See `engine.catalogue.store.Catalogue.begin_import`."""
        for statement in _TABLES:
            self._connection.execute(statement)
        self._connection.execute(
            "INSERT OR IGNORE INTO imported (key, report) VALUES (?, '')", [key]
        )
        (report,) = self._connection.execute(
            "SELECT report FROM imported WHERE key = ?", [key]
        ).fetchone()
        return str(report)

    def end(self, key: str, report: str) -> None:
        """See `engine.catalogue.store.Catalogue.end_import`."""
        self._connection.execute("UPDATE imported SET report = ? WHERE key = ?", [report, key])
        self._connection.execute(
            "DELETE FROM imported WHERE number <= (SELECT MAX(number) FROM imported) - ?", [_MOST]
        )
