"""Detecting a missing catalogue file while the data that it described still exists."""

import contextlib
import itertools
import os
from dataclasses import dataclass

from engine.database import read_unchanged
from engine.errors import CatalogueMissing
from engine.home import Home
from engine.language.message import Message, deferred, plural_message

_EMPTY = deferred(
    "The catalogue {file} is empty, but its data is still here: {found}. Bring it back with "
    "`catalogue restore` or `catalogue rebuild`. To start an empty one, use `catalogue new`."
)
_MISSING = deferred(
    "The catalogue {file} is missing, but its data is still here: {found}. Bring it back with "
    "`catalogue restore` or `catalogue rebuild`. To start an empty one, use `catalogue new`."
)


@dataclass(frozen=True)
class LeftBehind:
    """Data without a catalogue: photograph files, splits, runs, downloaded addresses, and
    backups that hold a catalogue."""

    photographs: int
    splits: int
    runs: int
    fetched: int
    backups: int

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def counted(self) -> list[Message]:
        """What is there: 1 photograph, 2 splits, 1 run."""
        counted = [
            plural_message("{n} photograph", "{n} photographs", self.photographs),
            plural_message("{n} split", "{n} splits", self.splits),
            plural_message("{n} run", "{n} runs", self.runs),
            plural_message("{n} downloaded address", "{n} downloaded addresses", self.fetched),
            plural_message("{n} backup", "{n} backups", self.backups),
        ]
        return [part for part in counted if part.fields["n"]]


def require_catalogue(home: Home) -> None:
    """Check that a new, empty catalogue would not replace a lost one.

    Raises:
        CatalogueMissing: the file is missing or empty, but data that it described exists.
    """
    left = left_behind(home)
    if left:
        what = _EMPTY if home.catalogue.exists() else _MISSING
        raise CatalogueMissing(what, file=str(home.catalogue), found=left.counted())


def left_behind(home: Home) -> LeftBehind | None:
    """The data of a missing catalogue; None if the catalogue exists or never existed."""
    with contextlib.suppress(OSError):
        if home.catalogue.stat().st_size:
            return None
    left = LeftBehind(
        _photographs(home),
        sum(1 for _ in home.splits.glob("[!.]*/manifest.json")),
        _runs(home),
        _fetched(home),
        sum(1 for _ in home.backups.glob("*/catalogue.sqlite")),
    )
    return left if left else None


def _runs(home: Home) -> int:
    """The number of runs trained here; an imported run needs no catalogue."""
    folders = (path.parent for path in home.runs.glob("*/config.yaml"))
    return sum(not (folder / "imported.json").exists() for folder in folders)


def _photographs(home: Home) -> int:
    """The number of files in the folders of data/images, without hidden files."""
    if not home.images.is_dir():
        return 0
    with os.scandir(home.images) as entries:
        folders = [entry.path for entry in entries if entry.is_dir() and entry.name[0] != "."]
    files = itertools.chain.from_iterable(map(os.scandir, folders))
    return sum(file.name[0] != "." for file in files)


def _fetched(home: Home) -> int:
    if not home.download_store.is_file():
        return 0
    # An unreadable database does not prove that anything was downloaded.
    with (
        contextlib.suppress(Exception),
        contextlib.closing(read_unchanged(home.download_store)) as opened,
    ):
        return int(opened.execute("SELECT COUNT(*) FROM fetched").fetchone()[0])
    return 0
