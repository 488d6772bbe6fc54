"""Whether the catalogue's file is gone while what it described is still there."""

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
    """What is there without a catalogue: files of photographs, splits, runs, addresses that were
    fetched, and backups that hold a catalogue."""

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
    """Refuse to begin an empty catalogue where another was.

    Raises:
        CatalogueMissing: the file is missing or empty, and something of it is left.
    """
    left = left_behind(home)
    if left:
        what = _EMPTY if home.catalogue.exists() else _MISSING
        raise CatalogueMissing(what, file=str(home.catalogue), found=left.counted())


def left_behind(home: Home) -> LeftBehind | None:
    """What is left of a catalogue that is gone; None where there is one, or never was."""
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
    """Runs that were trained here: one that was imported needs no catalogue."""
    folders = (path.parent for path in home.runs.glob("*/config.yaml"))
    return sum(not (folder / "imported.json").exists() for folder in folders)


def _photographs(home: Home) -> int:
    """Files in the folders of data/images, but for those whose names begin with a dot."""
    if not home.images.is_dir():
        return 0
    with os.scandir(home.images) as entries:
        folders = [entry.path for entry in entries if entry.is_dir() and entry.name[0] != "."]
    files = itertools.chain.from_iterable(map(os.scandir, folders))
    return sum(file.name[0] != "." for file in files)


def _fetched(home: Home) -> int:
    if not home.download_store.is_file():
        return 0
    # One that cannot be read does not say that anything was fetched.
    with (
        contextlib.suppress(Exception),
        contextlib.closing(read_unchanged(home.download_store)) as opened,
    ):
        return int(opened.execute("SELECT COUNT(*) FROM fetched").fetchone()[0])
    return 0
