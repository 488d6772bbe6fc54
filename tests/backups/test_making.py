"""Backups: made once a day, verified, kept for seven days, and made before a migration."""

import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from engine.backups import making
from engine.backups.listing import list_backups
from engine.backups.making import KEPT, back_up, write_backup
from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.schema import MIGRATIONS, statements
from engine.catalogue.sqlite import SqliteCatalogue
from engine.crop.manual import ManualSquares
from engine.download.store import open_download_store
from engine.errors import WorkFailed
from engine.files import read_json
from engine.home import Home
from engine.language.current import language_set
from engine.language.message import Message


@pytest.fixture(autouse=True)
def _no_backup_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_begun", {})


def wait_for_backup() -> None:
    for thread in threading.enumerate():
        if thread.name == "backup":
            thread.join()


def add_photographs(home: Home, count: int, first: int = 0) -> None:
    catalogue = SqliteCatalogue(home.catalogue)
    numbers = range(first, first + count)
    catalogue.add(Photograph(str(n), "Rosa canina", url=f"u{n}") for n in numbers)
    catalogue.close()


def test_a_backup_contains_every_database_with_its_rows(home: Home) -> None:
    add_photographs(home, 3)
    with open_download_store(home) as journal:
        journal.write("INSERT INTO pin VALUES (?)", ["split"])
    assert ManualSquares(home).find("none") is None
    made = back_up(home)
    assert set(made.databases) == {"catalogue", "downloads"}
    assert made.photographs == 3
    assert made.databases["downloads"].rows["pin"] == 1


def test_the_first_opening_of_a_day_makes_the_backup_in_the_background(home: Home) -> None:
    with open_catalogue(home):
        pass
    wait_for_backup()
    assert list_backups(home) == []
    add_photographs(home, 2)
    for _ in range(3):
        with open_catalogue(home):
            pass
    wait_for_backup()
    assert [backup.photographs for backup in list_backups(home)] == [2]


def test_writers_continue_while_a_backup_is_made(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_photographs(home, 30_000)
    monkeypatch.setattr(making, "_PAGES_AT_ONCE", 1)
    ended = threading.Event()
    written = []

    def write() -> None:
        while not ended.is_set():
            add_photographs(home, 1, first=30_000 + len(written))
            written.append(time.monotonic())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = back_up(home)
    finally:
        ended.set()
        writer.join()
    assert len(written) > 1
    assert made.photographs is not None
    assert 30_000 <= made.photographs <= 30_000 + len(written)


def test_a_large_catalogue_is_backed_up_by_a_separate_process(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_photographs(home, 2)
    monkeypatch.setattr(making, "_SOON_COPIED", 1)
    with open_catalogue(home):
        pass
    assert "backup" not in [thread.name for thread in threading.enumerate()]
    for thread in threading.enumerate():
        if thread.name == "backup-apart":
            thread.join()
    assert [backup.photographs for backup in list_backups(home)] == [2]


def test_a_daily_backup_has_a_low_priority_after_the_copy(home: Home) -> None:
    add_photographs(home, 2)
    priorities = []

    def make() -> None:
        making.make_daily(home)
        priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    assert priorities == [19]
    assert os.getpriority(os.PRIO_PROCESS, 0) < 19
    assert len(list_backups(home)) == 1


def test_backups_of_seven_days_are_kept(home: Home) -> None:
    add_photographs(home, 1)
    for day in range(1, 10):
        back_up(home, f"2026-11-{day:02}")
        time.sleep(0.01)
    write_backup(home.backups, "2026-01-01-version-2", {"catalogue": home.catalogue})
    back_up(home, "2026-11-10")
    names = [backup.name for backup in list_backups(home)]
    assert len(names) == KEPT + 1
    assert names[0] == "2026-11-10"
    assert "2026-11-03" not in names
    assert "2026-01-01-version-2" in names


def test_the_first_and_the_last_backup_of_a_day_are_kept(home: Home) -> None:
    for second in range(4):
        add_photographs(home, 1, first=second)
        write_backup(home.backups, f"2026-11-01-{second:06}", {"catalogue": home.catalogue})
    back_up(home)
    first, last = [b for b in list_backups(home) if b.name.startswith("2026-11-01")][::-1]
    assert (first.photographs, last.photographs) == (1, 4)


def test_a_damaged_catalogue_does_not_replace_a_good_backup(home: Home) -> None:
    add_photographs(home, 2_000)
    good = back_up(home)
    content = bytearray(home.catalogue.read_bytes())
    content[40_000:48_192] = b"\x5a" * 8_192
    home.catalogue.write_bytes(bytes(content))
    with pytest.raises(WorkFailed, match="Earlier backups are kept"):
        back_up(home)
    assert list_backups(home) == [good]
    assert [path.name for path in home.backups.iterdir()] == [good.name]


def test_the_reason_of_a_failed_daily_backup_is_kept(home: Home) -> None:
    home.catalogue.write_bytes(b"no database " * 1_000)
    making.back_up_daily(home)
    wait_for_backup()
    assert "could not be backed up" in (home.backups / "failed.json").read_text()


def catalogue_of_version_2(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(file) as connection:
        connection.create_function("search_form", 1, str.lower, deterministic=True)
        for script in MIGRATIONS[:2]:
            for statement in statements(script):
                connection.execute(statement)
        connection.execute("PRAGMA user_version = 2")
    connection.close()


def test_a_migration_is_preceded_by_a_backup(home: Home) -> None:
    catalogue_of_version_2(home.catalogue)
    SqliteCatalogue(home.catalogue).close()
    (backup,) = list_backups(home)
    assert backup.before_migration
    with sqlite3.connect(backup.databases["catalogue"].file) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_migration_is_refused_without_a_backup(home: Home) -> None:
    catalogue_of_version_2(home.catalogue)
    home.backups.write_text("in the way")
    with pytest.raises(WorkFailed, match="could not be written"):
        SqliteCatalogue(home.catalogue)
    with sqlite3.connect(home.catalogue) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_why_a_daily_backup_failed_is_kept_in_no_language(home: Home) -> None:
    add_photographs(home, 1)
    making._lock_of(home).mkdir(parents=True)
    thread = threading.Thread(target=making.make_daily, args=[home])
    thread.start()
    thread.join()
    kept = Message(**read_json(home.backups / "failed.json")["message"])
    with language_set("es"):
        assert str(kept).endswith("(Es un directorio).")
