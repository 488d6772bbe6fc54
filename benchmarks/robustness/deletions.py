"""Situations in which `download` once deleted photographs without a request.

They are those of tests/download/situations.py, which the tests run too; the files are counted here.
"""

import shutil
import traceback
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.robustness.line import Line
from engine.home import open_home
from tests.download.server import Server
from tests.download.situations import SITUATIONS, Situation, files, filled, serving_photographs


def lines(root: Path, given: Namespace) -> Iterator[Line]:
    """One line per situation, with the number of files before and after it."""
    with closing(serving_photographs()) as host:
        full = filled(_made(root / "full"), host)
        for name, situation in SITUATIONS.items():
            folder = _made(root / name.replace(" ", "-"))
            shutil.copytree(full.root, folder / "home")
            try:
                yield _line(name, situation, host, folder)
            except pytest.skip.Exception as reason:
                print(f"deletions: {name}: not checked; {reason}")


def _line(name: str, situation: Situation, host: Server, folder: Path) -> Line:
    home = open_home(folder / "home")
    before = files(home)
    wrong = []
    try:
        situation(home, host, folder)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        wrong.append(f"{name}: {place.line}: {type(error).__name__}: {str(error)[:300]}")
    after = files(home)
    if lost := before - after:
        wrong.append(f"{name}: {len(lost)} files were lost")
    return Line(f"download, {name}: {len(before)} files before, {len(after)} after", 1, wrong)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
