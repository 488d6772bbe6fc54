"""The tables of the catalogue: columns, version and migration."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.schema import MIGRATIONS, migrate, statements
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.errors import WorkFailed


def test_a_new_catalogue_has_the_newest_version_and_migration_is_idempotent() -> None:
    connection = sqlite3.connect(":memory:")
    for _ in range(2):
        migrate(connection)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        assert version == len(MIGRATIONS)
    connection.close()


def test_a_catalogue_of_a_newer_version_is_rejected_and_not_modified(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    SqliteCatalogue(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(
        WorkFailed, match=r"from a newer version of Plant Studio\. Update this one\.$"
    ):
        SqliteCatalogue(file)


def test_a_catalogue_of_the_first_version_is_migrated_with_all_its_data(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    with sqlite3.connect(file) as first:
        for statement in statements(MIGRATIONS[0]):
            first.execute(statement)
        first.execute("PRAGMA user_version = 1")
        first.executemany(
            f"INSERT INTO photograph VALUES ({', '.join('?' * 16)})",
            [_former("1", "Acer", "remote"), _former("2", "Rosa härdii", "cached")],
        )
    first.close()
    with closing(SqliteCatalogue(file)) as catalogue:
        assert [one.image_id for one in catalogue.all()] == ["1", "2"]
        assert catalogue.get("2") == Photograph(*_former("2", "Rosa härdii", "cached"))
        assert catalogue.counts().by_state == {"cached": 1, "remote": 1}
        assert catalogue.count_by("family") == {"family": 2}
        assert [one.image_id for one in catalogue.all(Filter(text="HARDII"))] == ["2"]
        assert catalogue.add([Photograph("2", "Acer")]).known == 1


def _former(image_id: str, species: str, state: str) -> tuple[str | int, ...]:
    url = f"https://example.org/{image_id}.jpg"
    words = ("genus", "family", "source", url, "path", "observation", "observer", "cc", "me")
    return (image_id, species, *words, 4, 3, f"ab{image_id}", "", state)
