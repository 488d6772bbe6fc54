"""The trash: files that a download removed, kept for restoring, in data/images/.trash/DATE/.

A day's folder holds the files and manifest.jsonl with one line per file. The trash counts as part
of the image cache. A day is deleted when it is older than `KEPT_DAYS` or, oldest first, when the
cache limit or the disk needs the space.
"""

import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from engine.download.store import DownloadStore
from engine.errors import BadInput, WorkFailed
from engine.files import read_json_lines
from engine.home import Home
from engine.reasons import reason_of

KEPT_DAYS = 30
Why = Literal["stray", "damaged"]
"""stray: no photograph of the catalogue names the file; damaged: its size differs from the
downloaded size."""

_MANIFEST = "manifest.jsonl"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLAIM = (
    "url", "final_url", "sha256", "path", "width", "height", "bytes", "etag", "license", "host",
    "variant", "t",
)  # fmt: skip


@dataclass(frozen=True)
class Discard:
    """A file to move to the trash; `path` is relative to the home, `bytes` is its size."""

    path: str
    sha256: str
    bytes: int
    why: Why
    image_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class DiscardedFiles:
    """The files moved to the trash; `folder` is relative to the home, empty if there are none."""

    paths: tuple[str, ...] = ()
    bytes: int = 0
    folder: str = ""


@dataclass(frozen=True)
class Day:
    """The files in the trash that one day's downloads removed."""

    date: str
    files: int
    bytes: int


@dataclass(frozen=True)
class RestoredFiles:
    """The restored files; `left` files stay in the trash because their path is taken."""

    files: int
    left: int


@dataclass(frozen=True)
class _Entry:
    """A line of the manifest whose file exists; `claims` are rows of the table `fetched`."""

    path: str
    file: Path
    why: str
    claims: tuple[dict[str, Any], ...]


def discard(home: Home, downloads: DownloadStore, items: Sequence[Discard]) -> DiscardedFiles:
    """Move files to today's trash; a file that cannot be moved stays where it is.

    Raises:
        WorkFailed: the manifest cannot be written; nothing was moved.
    """
    if not items:
        return DiscardedFiles()
    now = time.time()
    folder = _root(home) / date.fromtimestamp(now).isoformat()
    targets = [_free_place(folder, item.path, now) for item in items]
    lines = [
        _line(downloads, item, target.relative_to(folder).as_posix(), now)
        for item, target in zip(items, targets, strict=True)
    ]
    _append(folder / _MANIFEST, lines)
    moved: list[Discard] = []
    for item, target in zip(items, targets, strict=True):
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            home.resolve(item.path).rename(target)
            moved.append(item)
    downloads.write_many("DELETE FROM fetched WHERE path = ?", ([item.path] for item in moved))
    size = sum(item.bytes for item in moved)
    return DiscardedFiles(tuple(item.path for item in moved), size, home.relative(folder))


def days(home: Home) -> list[Day]:
    """The days of the trash, latest first."""
    found = [_day(folder) for folder in reversed(_folders(home))]
    return [day for day in found if day.files]


def restore_discarded(home: Home, date: str) -> RestoredFiles:
    """Restore a day's files to their paths.

    They no longer belong to the cache afterwards: no later download removes them.

    Raises:
        BadInput: the trash holds no files of that day.
        WorkFailed: moving the files fails.
    """
    entries = list(_entries(_root(home) / date)) if _DATE.fullmatch(date) else []
    if not entries:
        raise BadInput(
            "The trash holds nothing from {date}. List it to see its days.", date=repr(date)
        )
    back = sum(_move_back(home, entry) for entry in entries)
    _remove_if_empty(_root(home) / date)
    return RestoredFiles(back, len(entries) - back)


def recover(home: Home, downloads: DownloadStore, paths: Collection[str]) -> set[str]:
    """Restore files that photographs of the catalogue name again; returns their paths."""
    back: set[str] = set()
    for folder in _folders(home) if paths else []:
        for entry in _entries(folder):
            if entry.why == "stray" and entry.path in paths and _move_back(home, entry):
                back.add(entry.path)
                _claim(downloads, entry)
        _remove_if_empty(folder)
    return back


def empty_discarded(home: Home, date: str = "") -> Day:
    """Delete a day's files, or those of all days; returns their number and bytes.

    Raises:
        BadInput: the trash holds no files of that day.
    """
    chosen = [folder for folder in _folders(home) if date in ("", folder.name)]
    if date and not chosen:
        raise BadInput(
            "The trash holds nothing from {date}. List it to see its days.", date=repr(date)
        )
    removed = [_remove(folder) for folder in chosen]
    return Day(date, sum(day.files for day in removed), sum(day.bytes for day in removed))


def empty_expired(home: Home) -> int:
    """Delete the days older than `KEPT_DAYS`; returns their bytes."""
    first_kept = (date.today() - timedelta(days=KEPT_DAYS)).isoformat()
    return sum(_remove(folder).bytes for folder in _folders(home) if folder.name < first_kept)


def empty_oldest(home: Home) -> int:
    """Delete the oldest day; returns its bytes, 0 if the trash is empty."""
    for folder in _folders(home):
        if freed := _remove(folder).bytes:
            return freed
    return 0


def bytes_in_trash(home: Home) -> int:
    """The bytes of all files in the trash."""
    return sum(day.bytes for day in days(home))


def _root(home: Home) -> Path:
    return home.images / ".trash"


def _folders(home: Home) -> list[Path]:
    """The days' folders, oldest first."""
    found = (path for path in _root(home).glob("*") if _DATE.fullmatch(path.name))
    return sorted(path for path in found if path.is_dir() and not path.is_symlink())


def _entries(folder: Path) -> Iterator[_Entry]:
    if not (folder / _MANIFEST).is_file():
        return
    for line in read_json_lines(folder / _MANIFEST):
        path, kept, claims = line.get("path"), line.get("kept"), line.get("fetched")
        if not (isinstance(path, str) and isinstance(kept, str) and isinstance(claims, list)):
            continue
        file = Path(os.path.normpath(folder / kept))
        # A manifest may be damaged or edited; its paths must stay inside its folder.
        if file.is_relative_to(folder) and file.is_file():
            rows = tuple(claim for claim in claims if isinstance(claim, dict))
            yield _Entry(path, file, str(line.get("why")), rows)


def _free_place(folder: Path, path: str, now: float) -> Path:
    place = folder / Path(path).parent.name / Path(path).name
    return place if not place.exists() else place.with_name(f"{place.name}.{now:.0f}")


def _line(downloads: DownloadStore, item: Discard, kept: str, now: float) -> dict[str, Any]:
    rows = downloads.rows(f"SELECT {', '.join(_CLAIM)} FROM fetched WHERE path = ?", [item.path])
    return {
        "path": item.path,
        "kept": kept,
        "sha256": item.sha256,
        "bytes": item.bytes,
        "why": item.why,
        "t": now,
        "image_ids": item.image_ids,
        "fetched": [dict(zip(_CLAIM, row, strict=True)) for row in rows],
    }


def _append(file: Path, lines: Sequence[dict[str, Any]]) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as stream:
            # A line cut short by a power failure must not merge with the next one.
            start = b"\n" if stream.tell() else b""
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            stream.write(start + text.encode(errors="surrogatepass"))
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise WorkFailed(
            "{file} could not be written ({reason}).", file=file, reason=reason_of(error)
        ) from error


def _move_back(home: Home, entry: _Entry) -> bool:
    """Move a file back; False if its path is taken or outside the images folder."""
    target = home.resolve(entry.path)
    if target.exists() or not target.is_relative_to(home.images):
        return False
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        entry.file.rename(target)
    except OSError as error:
        raise WorkFailed(
            "{file} could not be restored ({reason}).", file=target, reason=reason_of(error)
        ) from error
    return True


def _claim(downloads: DownloadStore, entry: _Entry) -> None:
    statement = (
        f"INSERT OR IGNORE INTO fetched ({', '.join(_CLAIM)}) "
        f"VALUES ({', '.join('?' * len(_CLAIM))})"
    )
    whole = [row for row in entry.claims if set(_CLAIM) <= row.keys()]
    downloads.write_many(statement, ([row[name] for name in _CLAIM] for row in whole))


def _day(folder: Path) -> Day:
    sizes = [file.stat().st_size for file in folder.rglob("*") if _is_kept(file)]
    return Day(folder.name, len(sizes), sum(sizes))


def _is_kept(file: Path) -> bool:
    return file.is_file() and file.name != _MANIFEST


def _remove(folder: Path) -> Day:
    day = _day(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return day


def _remove_if_empty(folder: Path) -> None:
    if not _day(folder).files:
        shutil.rmtree(folder, ignore_errors=True)
