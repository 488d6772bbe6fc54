"""The catalogue's tables: their columns, their version."""

import dataclasses
import sqlite3
from pathlib import Path

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.schema import MIGRATIONS, migrate
from engine.catalogue.sqlite import SqliteCatalogue
from engine.errors import WorkFailed
from engine.home import Home


def test_a_new_catalogue_is_of_the_newest_version_and_migrating_again_changes_nothing() -> None:
    connection = sqlite3.connect(":memory:")
    for _ in range(2):
        migrate(connection)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        assert version == len(MIGRATIONS)
    connection.close()


def test_a_catalogue_of_a_newer_studio_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    SqliteCatalogue(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(WorkFailed, match=r"made by a newer Plant Studio; update this one\.$"):
        SqliteCatalogue(file)


def test_every_column_is_a_field_of_the_record(home: Home, catalogue: SqliteCatalogue) -> None:
    with sqlite3.connect(home.catalogue) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(photograph)")]
    connection.close()
    assert columns == [field.name for field in dataclasses.fields(Photograph)]
