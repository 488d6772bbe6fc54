"""The id of a home, in data/home.json and in everything that belongs to the home.

The images folder, the catalogue, the download store and every run hold the id. Those of older
versions have none; they are marked at their next use. A copy of a whole home keeps the id
everywhere and works like the original.
"""

import contextlib
import os
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.errors import StudioError, WorkFailed
from engine.files import read_json, write_atomic, write_json
from engine.home import Home
from engine.records import Name, read_record_or

MOVING = "moving to "
"""The prefix of the id in a store whose move (`engine.catalogue.moving`) is incomplete."""


RUN_MARK = "home.json"
"""The file in a run's folder that holds the id of its home."""


@dataclass(frozen=True)
class _RunMark:
    home: Name = ""


class Marked(Protocol):
    """A store that can hold the id of its home."""

    def home_id(self) -> str: ...
    def mark_home(self, home_id: str) -> None: ...


class OtherHome(WorkFailed):
    """A store, folder or run belongs to another home; nothing was changed."""


def home_id(home: Home) -> str:
    """The home's id; creates it if there is none. Empty if it cannot be written.

    Raises:
        WorkFailed: data/home.json is damaged.
    """
    file = _id_file(home)
    if not file.exists():
        with contextlib.suppress(OSError, WorkFailed):
            _make(file)
    if not file.exists():
        return ""
    try:
        found = read_json(file)["home"]
    except (StudioError, KeyError, TypeError) as error:
        raise WorkFailed(
            "{file} is damaged. Restore it from a copy, or delete it and run `home claim`.",
            file=file,
        ) from error
    return str(found)


def require_own(home: Home, catalogue: Marked, journal: Marked) -> None:
    """Check that images, catalogue and download store belong to this home; marks those without id.

    Raises:
        OtherHome: one of them belongs to another home.
        WorkFailed: a move of the catalogue is incomplete, or data/home.json is damaged.
    """
    require_own_images(home)
    require_own_catalogue(home, catalogue)
    _require(
        home,
        journal,
        OtherHome(
            "The download history {file} belongs to another home. Move it away, or run "
            "`home claim` to take it over.",
            file=home.download_store,
        ),
    )


def require_own_catalogue(home: Home, catalogue: Marked) -> None:
    """The same as `require_own`, for the catalogue only."""
    _require(
        home,
        catalogue,
        OtherHome(
            "The catalogue of {home} belongs to another home. Choose another catalogue, or run "
            "`home claim` to take it over.",
            home=home.root,
        ),
    )


def require_own_images(home: Home) -> None:
    """The same as `require_own`, for the images folder only."""
    own = home_id(home)
    found = _images_id(home)
    if found and own and found != own:
        raise OtherHome(
            "The folder {folder} belongs to another home. Choose another folder, or run "
            "`home claim` to take it over.",
            folder=home.images,
        )
    if own and not found and home.images.is_dir():
        with contextlib.suppress(WorkFailed):
            write_atomic(_images_file(home), own + "\n")


def require_own_run(home: Home, folder: Path) -> None:
    """The same as `require_own`, for the folder of a run; accepts a folder without id.

    A run folder copied from another home refers to its split and photographs by that home's
    paths.
    """
    own = home_id(home)
    found = read_record_or(_RunMark, folder / RUN_MARK, _RunMark()).home
    if found and own and found != own:
        raise OtherHome(
            "The run {run} belongs to another home. Run `home claim` to take it over.",
            run=folder.name,
        )


def mark_run(home: Home, folder: Path) -> None:
    """Mark the folder of a run as belonging to this home."""
    write_json(folder / RUN_MARK, {"home": home_id(home)})


def claim_home(home: Home, *stores: Marked) -> str:
    """Assign the images folder, every run and these stores to this home; returns its id.

    Raises:
        WorkFailed: one of them cannot be written.
    """
    own = home_id(home)
    if not own:
        raise WorkFailed("{file} cannot be written. Make the disk writable.", file=_id_file(home))
    if home.images.is_dir():
        write_atomic(_images_file(home), own + "\n")
    for mark in home.runs.glob(f"*/{RUN_MARK}"):
        mark_run(home, mark.parent)
    for store in stores:
        store.mark_home(own)
    return own


def _require(home: Home, store: Marked, refusal: OtherHome) -> None:
    own, found = home_id(home), store.home_id()
    if found.startswith(MOVING):
        raise WorkFailed(
            "The catalogue of {home} was moved only in part. Restore data/catalogue.yaml, and run "
            "`catalogue move` again.",
            home=home.root,
        )
    if found and own and found != own:
        raise refusal
    if own and not found:
        # A catalogue on a read-only disk, or without write permission, stays unmarked.
        with contextlib.suppress(StudioError):
            store.mark_home(own)


def _id_file(home: Home) -> Path:
    return home.data / "home.json"


def _images_file(home: Home) -> Path:
    return home.images / ".home"


def _images_id(home: Home) -> str:
    try:
        return _images_file(home).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def _make(file: Path) -> None:
    """Write a new id; if two processes do so at once, one id wins."""
    with tempfile.TemporaryDirectory(prefix=".home.", dir=file.parent) as folder:
        fresh = Path(folder) / file.name
        write_json(fresh, {"home": uuid.uuid4().hex})
        try:
            os.link(fresh, file)
        except FileExistsError:
            return
        except OSError:
            # Some file systems do not support hard links.
            fresh.replace(file)
