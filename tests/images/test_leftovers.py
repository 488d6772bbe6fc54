"""Temporary files of killed processes are removed after one day, and nothing else is."""

import os
import tempfile
import time
from pathlib import Path

from engine.home import Home
from engine.images.leftovers import KEPT_SECONDS, sweep_leftovers


def _temporary(home: Home, folder: Path, seconds: float) -> Path:
    """A file as `engine.files.atomic_writer` leaves it behind when it is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{'ab' * 20}.", dir=folder)
    os.close(handle)
    os.utime(name, (time.time() - seconds,) * 2)
    return Path(name)


def test_old_temporary_files_of_images_thumbnails_and_small_copies_are_removed(home: Home) -> None:
    folders = (home.images / "ab", home.thumbnails / "ab", home.shrunk / "512" / "ab")
    old = [_temporary(home, folder, KEPT_SECONDS + 60) for folder in folders]
    young = [_temporary(home, folder, KEPT_SECONDS - 600) for folder in folders]
    assert sweep_leftovers(home) == 3
    assert not any(file.exists() for file in old)
    assert all(file.exists() for file in young)


def test_a_file_of_any_other_name_is_kept(home: Home) -> None:
    folder = home.images / "ab"
    folder.mkdir(parents=True)
    names = (".home", ".hidden", f"{'ab' * 32}.jpg", f".{'ab' * 20}.jpg", f".{'xy' * 20}.abcdefgh")
    for name in names:
        (folder / name).write_text("mine")
        os.utime(folder / name, (0, 0))
    assert sweep_leftovers(home) == 0
    assert {file.name for file in folder.iterdir()} == set(names)


def test_a_home_without_photographs_has_no_leftovers(home: Home) -> None:
    assert sweep_leftovers(home) == 0
