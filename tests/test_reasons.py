"""What the system and SQLite refuse, in the reader's language."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from engine.database import connect, database_errors
from engine.errors import BadInput, WorkFailed
from engine.files import read_bounded
from engine.language.current import language_set
from engine.reasons import reason_of


def test_a_common_reason_is_in_the_readers_language(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Is a directory") as caught:
        tmp_path.read_bytes()
    reason = reason_of(caught.value)
    assert reason.in_english() == os.strerror(errno.EISDIR)
    with language_set("es"):
        assert str(reason) == "Es un directorio"


def test_another_reason_stays_as_it_was_told() -> None:
    with language_set("es"):
        assert str(reason_of(OSError(errno.EPROTO, "The {gate} is shut"))) == "The {gate} is shut"
        assert str(reason_of(OSError(errno.EIO, "The lens is wet"))) == "The lens is wet"
        assert str(reason_of(OSError("full"))) == "full"


def test_an_error_that_quotes_a_reason_is_whole_in_spanish(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_bounded(tmp_path / ("a" * 300), 10)
    with language_set("es"):
        assert str(caught.value).endswith("(Nombre de archivo demasiado largo).")
    with pytest.raises(BadInput) as refused:
        read_bounded(tmp_path, 10)
    with language_set("es"):
        assert str(refused.value).endswith("(no es un archivo normal).")


def test_what_sqlite_says_is_in_the_readers_language(tmp_path: Path) -> None:
    file = tmp_path / "a.sqlite"
    file.write_bytes(b"words " * 200)
    with pytest.raises(WorkFailed) as caught, database_errors(file):
        connect(file, lambda _: None)
    assert str(caught.value) == f"{file} cannot be used: file is not a database."
    with language_set("es"):
        assert str(caught.value).endswith("el archivo no es una base de datos.")


@pytest.mark.parametrize("pragma", ["max_page_count = 1", "query_only = ON"])
def test_a_database_that_cannot_grow_says_so_in_spanish(tmp_path: Path, pragma: str) -> None:
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    connection.execute(f"PRAGMA {pragma}")
    with pytest.raises(WorkFailed) as caught, database_errors(tmp_path / "a.sqlite"):
        connection.execute("CREATE TABLE note (text TEXT)")
    connection.close()
    with language_set("es"):
        said = str(caught.value)
    assert ("base de datos" in said and "disco" in said) or "solo lectura" in said
