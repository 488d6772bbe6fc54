"""The tables of the SQLite catalogue, version by version."""

import sqlite3

from engine.errors import WorkFailed

# The tally is kept by triggers, so that counts never read the photographs themselves.
_VERSION_1 = """
CREATE TABLE photograph (
    image_id TEXT PRIMARY KEY,
    species TEXT NOT NULL, genus TEXT NOT NULL, family TEXT NOT NULL,
    source TEXT NOT NULL, url TEXT NOT NULL, path TEXT NOT NULL,
    observation_id TEXT NOT NULL, observer TEXT NOT NULL,
    license TEXT NOT NULL, attribution TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL,
    sha256 TEXT NOT NULL, phash TEXT NOT NULL, state TEXT NOT NULL
);
CREATE INDEX photograph_by_species ON photograph (species, image_id);
CREATE INDEX photograph_by_source ON photograph (source, species, image_id);
CREATE INDEX photograph_by_state ON photograph (state, species, image_id);
CREATE INDEX photograph_by_sha256 ON photograph (sha256);
CREATE TABLE tally (
    species TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, images INTEGER NOT NULL,
    PRIMARY KEY (species, source, state)
) WITHOUT ROWID;
CREATE TRIGGER tally_added AFTER INSERT ON photograph BEGIN
    INSERT INTO tally VALUES (new.species, new.source, new.state, 1)
        ON CONFLICT DO UPDATE SET images = images + 1;
END;
CREATE TRIGGER tally_removed AFTER DELETE ON photograph BEGIN
    UPDATE tally SET images = images - 1
        WHERE species = old.species AND source = old.source AND state = old.state;
END;
CREATE TRIGGER tally_moved AFTER UPDATE OF species, source, state ON photograph BEGIN
    UPDATE tally SET images = images - 1
        WHERE species = old.species AND source = old.source AND state = old.state;
    INSERT INTO tally VALUES (new.species, new.source, new.state, 1)
        ON CONFLICT DO UPDATE SET images = images + 1;
END;
"""
MIGRATIONS = (_VERSION_1,)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an open catalogue to the newest version, one step at a time.

    Raises:
        WorkFailed: it was made by a newer studio.
    """
    if _version(connection) == len(MIGRATIONS):
        return
    # Taking the write lock first lets a second process find the work done.
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection)
    if version > len(MIGRATIONS):
        connection.rollback()
        raise WorkFailed("The catalogue was made by a newer Plant Studio; update this one.")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.commit()


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> list[str]:
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
