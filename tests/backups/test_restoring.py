"""Restore: the backup replaces the current files, which are moved aside."""

import pytest

from engine.backups.making import back_up
from engine.backups.restoring import restore_backup
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.store import open_download_store
from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.locks import claim, release


@pytest.fixture
def backed_up(home: Home) -> Home:
    """Two photographs in a backup, a third in the catalogue only; a pin in the download store."""
    catalogue = SqliteCatalogue(home.catalogue)
    catalogue.add([Photograph("1", "Rosa canina"), Photograph("2", "Rosa canina")])
    with open_download_store(home) as journal:
        journal.write("INSERT INTO pin VALUES (?)", ["kept"])
    back_up(home, "2026-11-01")
    catalogue.add([Photograph("3", "Rosa gallica")])
    catalogue.close()
    return home


def photographs(home: Home) -> int:
    catalogue = SqliteCatalogue(home.catalogue)
    try:
        return catalogue.counts().images
    finally:
        catalogue.close()


def test_the_catalogue_is_restored_and_the_former_one_is_kept(backed_up: Home) -> None:
    restored = restore_backup(backed_up)
    assert (restored.backup, restored.photographs) == ("2026-11-01", 2)
    assert photographs(backed_up) == 2
    (aside,) = restored.set_aside
    backed_up.catalogue.unlink()
    backed_up.resolve(aside).rename(backed_up.catalogue)
    assert photographs(backed_up) == 3


def test_the_other_databases_are_restored_only_if_they_are_damaged(backed_up: Home) -> None:
    with open_download_store(backed_up) as journal:
        journal.write("INSERT INTO pin VALUES (?)", ["later"])
    assert restore_backup(backed_up).databases == ("catalogue",)
    backed_up.download_store.write_bytes(b"")
    assert restore_backup(backed_up).databases == ("catalogue", "downloads")
    with open_download_store(backed_up) as journal:
        assert journal.rows("SELECT split FROM pin") == [("kept",)]


def test_a_missing_catalogue_is_restored(backed_up: Home) -> None:
    backed_up.catalogue.unlink()
    restore_backup(backed_up, "2026-11-01")
    assert photographs(backed_up) == 2


def test_a_damaged_backup_is_refused_and_nothing_changes(backed_up: Home) -> None:
    copy = backed_up.backups / "2026-11-01" / "catalogue.sqlite"
    copy.write_bytes(copy.read_bytes()[:-1] + b"x")
    before = backed_up.catalogue.read_bytes()
    with pytest.raises(WorkFailed, match="is damaged"):
        restore_backup(backed_up)
    assert backed_up.catalogue.read_bytes() == before
    assert not backed_up.set_aside.exists()


def test_an_unknown_backup_is_refused_with_the_existing_ones(backed_up: Home) -> None:
    with pytest.raises(BadInput, match=r"one of 2026-11-01\."):
        restore_backup(backed_up, "2020-01-01")


def test_a_restore_is_refused_while_work_is_running(backed_up: Home) -> None:
    lock = claim(backed_up.jobs / "import" / "lock")
    assert lock is not None
    try:
        with pytest.raises(BadInput, match=r"import\)"):
            restore_backup(backed_up)
    finally:
        release(lock)
