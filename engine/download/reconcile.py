"""Reconciling files and rows after the last download, however it ended.

A file is removed only if the download store's table `fetched` lists it with this path and size.
It is moved to the trash (`engine.download.trash`). Imported files are not part of the cache and
stay, also those of the table `imported`, whose addresses may have been downloaded too.
"""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from engine.catalogue.store import CachedFile, Catalogue, Filter
from engine.download import trash
from engine.download.cache import Protect, nothing_protected
from engine.download.store import DownloadStore
from engine.download.trash import Discard
from engine.errors import WorkFailed
from engine.files import sha256_of
from engine.home import Home
from engine.home_id import require_own
from engine.images.leftovers import sweep_leftovers
from engine.language.message import plural_message

STRAY_SECONDS = 600.0
"""An import may still add the row of a younger file."""

MOST_UNASKED = 20
MOST_UNASKED_SHARE = 0.01


class PhotographsMissing(WorkFailed):
    """Many photographs (`images`) of the catalogue have no file; nothing was changed."""

    def __init__(self, images: int, home: Home) -> None:
        self.images = images
        super().__init__(
            plural_message(
                "{n} photograph is missing from {folder}. Is the disk mounted? "
                "If it is gone for good, download with --accept-missing.",
                "{n} photographs are missing from {folder}. Is the disk mounted? "
                "If they are gone for good, download with --accept-missing.",
                images,
                folder=home.images,
            )
        )


@dataclass(frozen=True)
class Waiting:
    """Files to remove that are too many to remove without consent; paths are relative to the
    home."""

    paths: tuple[str, ...] = ()
    bytes: int = 0


@dataclass(frozen=True)
class Reconciled:
    """The result of reconciling.

    `missing` rows had no file, or one of another size, and are remote again; `adopted` rows got
    their file back. `removed` files of `removed_bytes` are in the folder `trash`, relative to the
    home; `waiting` files wait for the user's consent. `bytes` are on disk, including the trash.
    """

    missing: int = 0
    adopted: int = 0
    removed: int = 0
    removed_bytes: int = 0
    trash: str = ""
    waiting: Waiting = Waiting()
    bytes: int = 0


@dataclass(frozen=True)
class _File:
    path: str
    size: int
    changed: float

    @property
    def sha256(self) -> str:
        return PurePosixPath(self.path).stem


@dataclass
class _Rows:
    """The photographs that the catalogue marks as cached: hashes and rows of those without a
    file, ids of those whose file has a wrong size, by path, and the correct paths."""

    cached: int = 0
    missing: dict[str, set[str]] = field(default_factory=dict)
    missing_images: int = 0
    damaged: dict[str, list[str]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)


def reconcile(
    home: Home,
    downloads: DownloadStore,
    catalogue: Catalogue,
    protect: Protect = nothing_protected,
    *,
    remove_strays: bool = False,
    accept_missing: bool = False,
) -> Reconciled:
    """Reconcile files and rows.

    Call it while no other download is running, after filling the queue's table `wanted`. Strays
    that `protect` names stay. More than `MOST_UNASKED` files, or more than one and
    `MOST_UNASKED_SHARE` of all, are removed only with `remove_strays`.

    Raises:
        PhotographsMissing: that many photographs have no file, and `accept_missing` is False.
        WorkFailed: images, download store or catalogue belong to another home.
    """
    require_own(home, catalogue, downloads)
    shutil.rmtree(home.images / ".incoming", ignore_errors=True)
    sweep_leftovers(home)
    trash.empty_expired(home)
    files = {file.path: file for file in _files(home)}
    sizes: dict[str, int] = _removable(downloads)
    rows = _check_rows(home, catalogue, files, sizes)
    if rows.missing and _recover(home, downloads, rows):
        files = {file.path: file for file in _files(home)}
        sizes = _removable(downloads)
        rows = _check_rows(home, catalogue, files, sizes)
    many = _are_many(rows.missing_images, rows.cached) or (rows.missing_images and not files)
    if many and not accept_missing:
        raise PhotographsMissing(rows.missing_images, home)
    gone = catalogue.mark_remote(rows.missing, even_without_url=True) if rows.missing else []
    adopted = _adopt_fetched(downloads, catalogue, files, rows.named)
    adopted += _adopt_known(home, downloads, catalogue, files, rows.named)
    going = _damaged(files, rows) + _strays(files, sizes, rows, protect)
    waiting, removed = Waiting(), trash.DiscardedFiles()
    if remove_strays or not _are_many(len(going), len(files)):
        removed = trash.discard(home, downloads, going)
        damaged = {item.sha256 for item in going if item.why == "damaged"} & {
            files[path].sha256 for path in removed.paths
        }
        gone += catalogue.mark_remote(damaged, even_without_url=True) if damaged else []
    else:
        waiting = Waiting(tuple(item.path for item in going), sum(item.bytes for item in going))
    return Reconciled(
        len(gone),
        adopted,
        len(removed.paths),
        removed.bytes,
        removed.folder,
        waiting,
        sum(file.size for file in files.values()) - removed.bytes + trash.bytes_in_trash(home),
    )


def _removable(downloads: DownloadStore) -> dict[str, int]:
    """The size of each file that a download fetched and nobody brought in."""
    query = "SELECT path, bytes FROM fetched WHERE path NOT IN (SELECT path FROM imported)"
    return dict(downloads.rows(query))


def bytes_on_disk(home: Home) -> int:
    """The bytes of the stored photographs, including the trash."""
    return sum(file.size for file in _files(home)) + trash.bytes_in_trash(home)


def _are_many(some: int, of: int) -> bool:
    """Whether the user's consent is required."""
    return some > MOST_UNASKED or (some > 1 and some > of * MOST_UNASKED_SHARE)


def _files(home: Home) -> Iterator[_File]:
    if not home.images.is_dir():
        return
    for folder in os.scandir(home.images):
        if folder.is_dir() and not folder.name.startswith("."):
            for entry in os.scandir(folder):
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                    about = entry.stat(follow_symlinks=False)
                    path = f"data/images/{folder.name}/{entry.name}"
                    yield _File(path, about.st_size, about.st_mtime)


def _check_rows(
    home: Home, catalogue: Catalogue, files: dict[str, _File], sizes: dict[str, int]
) -> _Rows:
    rows = _Rows()
    for photograph in catalogue.all(Filter(state="cached", excluded=None)):
        path = photograph.path
        file = files.get(path)
        rows.cached += 1
        if file is None and not home.resolve(path).is_file():
            rows.missing.setdefault(photograph.sha256, set()).add(path)
            rows.missing_images += 1
        elif file is not None and file.size != sizes.get(path, file.size):
            rows.damaged.setdefault(path, []).append(photograph.image_id)
        else:
            rows.named.add(path)
    return rows


def _recover(home: Home, downloads: DownloadStore, rows: _Rows) -> set[str]:
    """Restore files from the trash that a restored catalogue names again."""
    return trash.recover(
        home, downloads, {path for paths in rows.missing.values() for path in paths}
    )


def _adopt_fetched(
    downloads: DownloadStore, catalogue: Catalogue, files: dict[str, _File], named: set[str]
) -> int:
    """Assign rows the files that were downloaded from their address before."""
    query = (
        "SELECT image_id, path, sha256, fetched.width, height, bytes, url "
        "FROM wanted JOIN fetched USING (url)"
    )
    kept, urls = [], set()
    for image_id, path, sha256, width, height, size, url in downloads.rows(query):
        if path in files and files[path].size == size:
            kept.append(CachedFile(image_id, path, sha256, width, height))
            named.add(path)
            urls.add(url)
    if kept:
        catalogue.mark_cached(kept)
        downloads.write_many("DELETE FROM wanted WHERE url = ?", ([url] for url in urls))
    return len(kept)


def _adopt_known(
    home: Home,
    downloads: DownloadStore,
    catalogue: Catalogue,
    files: dict[str, _File],
    named: set[str],
) -> int:
    """Assign rows the files they had before, for a disk that was temporarily missing."""
    unnamed = {file.sha256: path for path, file in files.items() if path not in named}
    kept = []
    for photograph in catalogue.all(Filter(state="remote", excluded=None)) if unnamed else ():
        path = unnamed.get(photograph.sha256)
        if path and (path in named or sha256_of(home.resolve(path)) == photograph.sha256):
            named.add(path)
            kept.append(
                CachedFile(
                    photograph.image_id,
                    path,
                    photograph.sha256,
                    photograph.width,
                    photograph.height,
                )
            )
    if kept:
        catalogue.mark_cached(kept)
        downloads.write_many(
            "DELETE FROM wanted WHERE image_id = ?", ([item.image_id] for item in kept)
        )
    return len(kept)


def _damaged(files: dict[str, _File], rows: _Rows) -> list[Discard]:
    return [
        Discard(path, files[path].sha256, files[path].size, "damaged", tuple(image_ids))
        for path, image_ids in rows.damaged.items()
    ]


def _strays(
    files: dict[str, _File], sizes: dict[str, int], rows: _Rows, protect: Protect
) -> list[Discard]:
    """Downloaded files that no row names."""
    oldest_kept = time.time() - STRAY_SECONDS
    found = [
        Discard(path, file.sha256, file.size, "stray")
        for path, file in files.items()
        if sizes.get(path) == file.size
        and path not in rows.named
        and path not in rows.damaged
        and file.changed < oldest_kept
    ]
    protected = protect().sha256s if found else frozenset()
    return [item for item in found if item.sha256 not in protected]
