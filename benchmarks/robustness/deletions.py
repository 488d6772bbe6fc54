"""Situations in which `download` once deleted photographs that nobody had asked it to delete.

They are the tests of tests/download/test_removing.py, run as they stand; the files are counted
here.
"""

import shutil
import traceback
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.robustness.line import Line
from engine.home import Home, open_home
from tests.conftest import flower
from tests.download import test_removing as removing
from tests.download.server import Server

Situation = Callable[[Home, Server, Path], None]


def lines(root: Path, given: Namespace) -> Iterator[Line]:
    """A line for each situation, with the number of files before and after it."""
    with closing(removing.serving_photographs()) as host:
        full = removing.filled(_made(root / "full"), host)
        for name, situation in _SITUATIONS.items():
            folder = _made(root / name.replace(" ", "-"))
            shutil.copytree(full.root, folder / "home")
            try:
                yield _line(name, situation, host, folder)
            except pytest.skip.Exception as reason:
                print(f"deletions: {name}: not checked; {reason}")


def _line(name: str, situation: Situation, host: Server, folder: Path) -> Line:
    home = open_home(folder / "home")
    before = removing.files(home)
    wrong = []
    try:
        situation(home, host, folder)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        wrong.append(f"{name}: {place.line}: {type(error).__name__}: {str(error)[:300]}")
    after = removing.files(home)
    if lost := before - after:
        wrong.append(f"{name}: {len(lost)} files were lost")
    return Line(f"download, {name}: {len(before)} files before, {len(after)} after", 1, wrong)


def _lost_catalogue(home: Home, host: Server, folder: Path) -> None:
    removing.test_a_lost_catalogue_costs_no_file(home, host)


def _change_of_store(home: Home, host: Server, folder: Path) -> None:
    removing.test_a_change_of_store_by_hand_costs_no_file_and_a_pinned_split_stays(
        home, host, folder
    )


def _unmounted_disk(home: Home, host: Server, folder: Path) -> None:
    removing.test_an_unmounted_disk_costs_neither_files_nor_rows(
        home, host, partial(_drawn, folder)
    )


def _shared_folder(home: Home, host: Server, folder: Path) -> None:
    removing.test_a_folder_of_photographs_shared_by_two_homes_is_refused_to_the_second(
        home, host, folder
    )


def _old_catalogue(home: Home, host: Server, folder: Path) -> None:
    removing.test_a_catalogue_of_yesterday_costs_no_file(
        home, host, folder, partial(_drawn, folder)
    )


_SITUATIONS: dict[str, Situation] = {
    "catalogue lost": _lost_catalogue,
    "store changed by hand": _change_of_store,
    "disk not mounted": _unmounted_disk,
    "folder shared by two homes": _shared_folder,
    "catalogue of yesterday": _old_catalogue,
}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _drawn(folder: Path, name: str, seed: int) -> Path:
    path = folder / "pictures" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(flower(64, 48, seed)).save(path)
    return path
