"""Bringing files and rows into agreement, after whatever ended the last download."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

from engine.catalogue.store import Catalogue, Filter, Kept
from engine.download.journal import Journal
from engine.errors import WorkFailed
from engine.home import Home

STRAY_SECONDS = 600.0
"""A file that no row names may be one that an import is about to name, while it is so young."""


@dataclass(frozen=True)
class Reconciled:
    """What was put right: rows whose file was missing or of another size, files that got their
    row back, files without a row that were removed; and the bytes that are there."""

    missing: int = 0
    adopted: int = 0
    removed: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class _File:
    path: str
    size: int
    changed: float


def reconcile(home: Home, journal: Journal, catalogue: Catalogue) -> Reconciled:
    """To call while no other download is at work, the queue's `wanted` filled.

    Raises:
        WorkFailed: there is no photograph where the catalogue says there are some, as where
            their disk is not mounted.
    """
    shutil.rmtree(home.images / ".incoming", ignore_errors=True)
    files = {file.path: file for file in _files(home)}
    cached = catalogue.counts(Filter(excluded=None)).by_state.get("cached", 0)
    if cached and not files:
        raise WorkFailed(
            f"{home.images} is empty, but the catalogue says that {cached:,} photographs are in "
            "it; is the disk that holds them mounted?"
        )
    sizes = dict(journal.rows("SELECT path, bytes FROM fetched"))
    missing, named = _check_rows(home, catalogue, files, sizes)
    gone = catalogue.let_go(missing, even_without_url=True) if missing else []
    adopted = _adopt(journal, catalogue, files, named)
    removed = _remove_strays(home, files, named)
    total = sum(file.size for file in files.values())
    return Reconciled(len(gone), adopted, removed, total)


def bytes_on_disk(home: Home) -> int:
    """The bytes of the photographs on this machine."""
    return sum(file.size for file in _files(home))


def _files(home: Home) -> Iterator[_File]:
    if not home.images.is_dir():
        return
    for folder in os.scandir(home.images):
        if folder.is_dir():
            for entry in os.scandir(folder):
                if entry.is_file(follow_symlinks=False):
                    about = entry.stat(follow_symlinks=False)
                    path = f"data/images/{folder.name}/{entry.name}"
                    yield _File(path, about.st_size, about.st_mtime)


def _check_rows(
    home: Home, catalogue: Catalogue, files: dict[str, _File], sizes: dict[str, int]
) -> tuple[list[str], set[str]]:
    """The hashes whose files are missing or damaged, and the paths that rows name rightly."""
    missing: dict[str, None] = {}
    named: set[str] = set()
    for photograph in catalogue.all(Filter(state="cached", excluded=None)):
        path = photograph.path
        file = files.get(path)
        if file is None and not home.resolve(path).is_file():
            missing[photograph.sha256] = None
        elif file is not None and file.size != sizes.get(path, file.size):
            missing[photograph.sha256] = None
            home.resolve(path).unlink(missing_ok=True)
            del files[path]
        else:
            named.add(path)
    return list(missing), named


def _adopt(journal: Journal, catalogue: Catalogue, files: dict[str, _File], named: set[str]) -> int:
    """Give rows the bytes that were fetched for their address before."""
    query = (
        "SELECT image_id, path, sha256, fetched.width, height, bytes, url "
        "FROM wanted JOIN fetched USING (url)"
    )
    kept, urls = [], set()
    for image_id, path, sha256, width, height, size, url in journal.rows(query):
        if path in files and files[path].size == size:
            kept.append(Kept(image_id, path, sha256, width, height))
            named.add(path)
            urls.add(url)
    if kept:
        catalogue.keep(kept)
        journal.write_many("DELETE FROM wanted WHERE url = ?", ([url] for url in urls))
    return len(kept)


def _remove_strays(home: Home, files: dict[str, _File], named: set[str]) -> int:
    oldest_kept = time.time() - STRAY_SECONDS
    strays = [
        file for path, file in files.items() if path not in named and file.changed < oldest_kept
    ]
    for file in strays:
        home.resolve(file.path).unlink(missing_ok=True)
        del files[file.path]
    return len(strays)
