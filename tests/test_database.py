"""Open one SQLite file from many places at once."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.database import connect, database_errors
from engine.errors import DatabaseDamaged, WorkFailed
from tests.conftest import Mount, freeze


def make_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS note (text TEXT)")


def test_many_processes_may_create_a_new_file_at_the_same_time(tmp_path: Path) -> None:
    together = threading.Barrier(6)

    def open_it(number: int) -> None:
        together.wait()
        connection = connect(tmp_path / f"{number // 6}.sqlite", make_table)
        with connection:
            connection.execute("INSERT INTO note VALUES ('here')")
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(open_it, range(60)))
    for number in range(10):
        connection = connect(tmp_path / f"{number}.sqlite", make_table)
        assert connection.execute("SELECT COUNT(*) FROM note").fetchone() == (6,)
        connection.close()


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    writer, reader = (connect(tmp_path / "new" / "a.sqlite", make_table) for _ in range(2))
    writer.execute("INSERT INTO note VALUES ('not yet')")
    assert reader.execute("SELECT * FROM note").fetchall() == []
    writer.commit()
    assert reader.execute("SELECT * FROM note").fetchall() == [("not yet",)]
    writer.close()
    reader.close()


def test_a_file_that_is_not_a_database_is_not_modified(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"words " * 200)
    with pytest.raises(sqlite3.DatabaseError):
        connect(tmp_path / "a.sqlite", make_table)
    assert (tmp_path / "a.sqlite").read_bytes() == b"words " * 200


def test_on_a_read_only_disk_an_existing_database_is_read_and_a_missing_one_is_empty(
    tmp_path: Path, mounted: Mount
) -> None:
    folder = tmp_path / "disk"
    with_note = connect(folder / "a.sqlite", make_table)
    with with_note:
        with_note.execute("INSERT INTO note VALUES ('kept')")
    freeze(mounted, folder)
    for file, notes in (("a.sqlite", [("kept",)]), ("none.sqlite", [])):
        frozen = connect(folder / file, make_table)
        assert frozen.execute("SELECT * FROM note").fetchall() == notes
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            frozen.execute("INSERT INTO note VALUES ('no')")
        frozen.close()
    with_note.close()
    closed = connect(folder / "a.sqlite", make_table)
    assert closed.execute("SELECT * FROM note").fetchall() == [("kept",)]
    closed.close()


def test_a_database_error_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(b"words " * 200)
    with (
        pytest.raises(WorkFailed, match=r"^notes cannot be used: file is .*\.$"),
        database_errors(Path("notes")),
    ):
        connect(tmp_path / "a.sqlite", make_table)
    with (
        pytest.raises(DatabaseDamaged, match=r"^notes is broken: file is not a database\.$"),
        database_errors(Path("notes"), damaged="{file} is broken: {reason}."),
    ):
        connect(tmp_path / "a.sqlite", make_table)


def test_an_error_unrelated_to_the_database_is_reraised() -> None:
    with (
        pytest.raises(WorkFailed, match=r"^The notes in notes: full\.$"),
        database_errors(Path("notes"), "The notes in {file}: {reason}.", damaged="Broken."),
    ):
        raise OSError("full")
    with pytest.raises(ValueError, match="other"), database_errors(Path("notes")):
        raise ValueError("other")
