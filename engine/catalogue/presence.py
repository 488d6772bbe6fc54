"""Whether the catalogue's file is gone while what it described is still there."""

import contextlib
import itertools
import os
from dataclasses import dataclass

from engine.database import read_unchanged
from engine.errors import CatalogueMissing
from engine.home import Home


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

    def __str__(self) -> str:
        nouns = {
            "photographs": "photograph",
            "splits": "split",
            "runs": "run",
            "fetched": "fetched address",
            "backups": "backup",
        }
        parts = []
        for name, noun in nouns.items():
            many = getattr(self, name)
            plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
            if many:
                parts.append(f"{many:,} {noun if many == 1 else plural}")
        return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def require_catalogue(home: Home) -> None:
    """Refuse to begin an empty catalogue where another was.

    Raises:
        CatalogueMissing: the file is missing or empty, and something of it is left.
    """
    left = left_behind(home)
    if left:
        what = "empty" if home.catalogue.exists() else "missing"
        raise CatalogueMissing(
            f"The catalogue {home.catalogue} is {what}, but these are here: {left}. "
            "Bring it back with `catalogue restore` or `catalogue rebuild`. "
            "To begin an empty one on purpose, use `catalogue new`."
        )


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
