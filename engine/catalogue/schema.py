"""The tables of the SQLite catalogue, and the migration to each version."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from engine.backups.making import back_up_before_migration
from engine.catalogue.facets import Facets
from engine.catalogue.fields import FIELDS, KINDS, PLAIN
from engine.catalogue.sqlite_filters import add_functions
from engine.catalogue.sqlite_listings import TABLES, Listings
from engine.errors import WorkFailed

# Triggers maintain the tally, so that counts do not read the photographs.
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
# The facet fields move into `facet`: one row per combination that occurs, with its number of
# photographs, maintained by `engine.catalogue.facets`. `total` sums the facets that are not
# excluded: one row per value of each field.
_VERSION_2 = """
DROP TRIGGER tally_added;
DROP TRIGGER tally_removed;
DROP TRIGGER tally_moved;
DROP TABLE tally;
ALTER TABLE photograph RENAME TO former;
CREATE TABLE facet (
    facet INTEGER PRIMARY KEY,
    species TEXT NOT NULL, genus TEXT NOT NULL, family TEXT NOT NULL, source TEXT NOT NULL,
    license TEXT NOT NULL, state TEXT NOT NULL, excluded INTEGER NOT NULL, flags TEXT NOT NULL,
    images INTEGER NOT NULL
);
CREATE TABLE total (
    field TEXT NOT NULL, value TEXT NOT NULL, search TEXT NOT NULL, images INTEGER NOT NULL,
    PRIMARY KEY (field, value)
) WITHOUT ROWID;
CREATE TABLE photograph (
    image_id TEXT NOT NULL, facet INTEGER NOT NULL,
    url TEXT NOT NULL, path TEXT NOT NULL, observation_id TEXT NOT NULL, observer TEXT NOT NULL,
    attribution TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    sha256 TEXT NOT NULL, phash TEXT NOT NULL, original_name TEXT NOT NULL
);
CREATE TABLE change (
    change INTEGER PRIMARY KEY, made REAL NOT NULL, action TEXT NOT NULL, note TEXT NOT NULL,
    images INTEGER NOT NULL, undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE changed (
    change INTEGER NOT NULL, image_id TEXT NOT NULL, was INTEGER NOT NULL,
    PRIMARY KEY (change, image_id)
) WITHOUT ROWID;
INSERT INTO facet (species, genus, family, source, license, state, excluded, flags, images)
    SELECT species, genus, family, source, license, state, 0, '', COUNT(*)
    FROM former GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO total SELECT 'species', species, search_form(species), SUM(images)
    FROM facet GROUP BY species;
INSERT INTO total SELECT 'genus', genus, search_form(genus), SUM(images)
    FROM facet GROUP BY genus;
INSERT INTO total SELECT 'family', family, search_form(family), SUM(images)
    FROM facet GROUP BY family;
INSERT INTO total SELECT 'source', source, '', SUM(images) FROM facet GROUP BY source;
INSERT INTO total SELECT 'license', license, '', SUM(images) FROM facet GROUP BY license;
INSERT INTO total SELECT 'state', state, '', SUM(images) FROM facet GROUP BY state;
INSERT INTO photograph
    SELECT image_id, facet, url, path, observation_id, observer, attribution, width, height,
        sha256, phash, ''
    FROM former JOIN facet USING (species, genus, family, source, license, state);
DROP TABLE former;
CREATE UNIQUE INDEX photograph_by_id ON photograph (image_id);
CREATE INDEX photograph_by_facet ON photograph (facet, image_id);
CREATE INDEX photograph_by_sha256 ON photograph (sha256) WHERE sha256 <> '';
CREATE INDEX facet_by_species ON facet (species);
CREATE INDEX facet_by_genus ON facet (genus, species);
CREATE INDEX facet_by_family ON facet (family, species);
CREATE INDEX facet_by_source ON facet (source, species);
CREATE INDEX facet_by_license ON facet (license, species);
CREATE INDEX facet_by_flags ON facet (flags, species) WHERE flags <> '';
CREATE INDEX facet_by_exclusion ON facet (species) WHERE excluded;
"""
# A change records the species it set, so that undoing skips photographs changed since.
_VERSION_3 = """
ALTER TABLE change ADD COLUMN species TEXT NOT NULL DEFAULT '';
"""
# One photograph has one row, and further records of it are its listings.
_VERSION_4 = TABLES
# What a change of an own field needs for being undone.
_VERSION_5 = """
CREATE TABLE changed_own (
    change INTEGER NOT NULL, image_id TEXT NOT NULL, was TEXT, now TEXT,
    PRIMARY KEY (change, image_id)
) WITHOUT ROWID;
"""
# Up to this version, the scripts list the columns of a photograph.
_LAST_WITH_COLUMNS = 2
_BY_HAND = (_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4, _VERSION_5)
_FIRST_WITH_LISTINGS = 4
_TYPES = {str: "TEXT NOT NULL DEFAULT ''", int: "INTEGER NOT NULL DEFAULT 0"}


def _migrations() -> Iterator[str]:
    """A script for each version: those above, then one for each later version's new fields."""
    newest = max(len(_BY_HAND), *(FIELDS[name].since for name in PLAIN))
    for version in range(1, newest + 1):
        script = _BY_HAND[version - 1] if version <= len(_BY_HAND) else ""
        if version > _LAST_WITH_COLUMNS:
            for name in PLAIN:
                if FIELDS[name].since == version:
                    script += f"ALTER TABLE photograph ADD COLUMN {name} {_TYPES[KINDS[name]]};\n"
        yield script


MIGRATIONS = tuple(_migrations())


def migrate(connection: sqlite3.Connection) -> None:
    """Migrate an open catalogue to the newest version, one version at a time.

    Backs up the catalogue first.

    Raises:
        WorkFailed: a newer studio made the catalogue, or the backup fails.
    """
    add_functions(connection)
    if _version(connection) == len(MIGRATIONS):
        return
    # With the write lock taken first, a second process finds the migration done.
    connection.execute("BEGIN IMMEDIATE")
    version = _version(connection)
    if version > len(MIGRATIONS):
        connection.rollback()
        raise WorkFailed("The catalogue is from a newer version of Plant Studio. Update this one.")
    backup = ""
    if version:
        try:
            backup = back_up_before_migration(_file(connection), version)
        except WorkFailed:
            connection.rollback()
            raise
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        for statement in statements(script):
            connection.execute(statement)
        if number == _FIRST_WITH_LISTINGS and version:
            _join_twins(connection, backup)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.commit()


def _join_twins(connection: sqlite3.Connection, backup: str) -> None:
    """Give photographs that were listed several times one row, as a change that can be undone;
    its note names the backup."""
    (number,) = connection.execute(
        "INSERT INTO change (made, action, note, images) VALUES (?, 'join', ?, 0) RETURNING change",
        [time.time(), backup],
    ).fetchone()
    joined = Listings(connection, Facets(connection)).join_all(number)
    connection.execute("UPDATE change SET images = ? WHERE change = ?", [joined, number])
    connection.execute("DELETE FROM change WHERE change = ? AND images = 0", [number])


def _file(connection: sqlite3.Connection) -> Path:
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def statements(script: str) -> list[str]:
    """The statements of a script one by one, so that they can share a transaction."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
