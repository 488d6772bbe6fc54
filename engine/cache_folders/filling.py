"""Giving photographs their files from cache folders, whose files are named by their address."""

import csv
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from os import fspath
from pathlib import Path
from typing import NamedTuple

from engine.cache_folders.index import CacheIndex, IndexedFile, index_file, open_index
from engine.cache_folders.matching import Matches, match
from engine.catalogue.importing import BATCH, SHOWN_REFUSALS, Refusal, refused, shown
from engine.catalogue.store import CachedFile, Catalogue
from engine.download.store import DownloadStore, open_download_store
from engine.errors import UnreadableImage
from engine.files import atomic_file, version_of
from engine.home import Home
from engine.images.store import ImageStore, Placing
from engine.language.message import message, ngettext
from engine.progress import Report, silent
from engine.spreadsheet import to_cell
from engine.workers import cores

_NO_DIGEST = message("Its name is no MD5, SHA-1 or SHA-256 of an address.")
_NO_ADDRESS = message("No address of the catalogue has this name. It waits for later imports.")
_READING = message("Reading photographs")
# More threads than cores, because some wait for the disk. Decoding holds no lock of Python's.
_WAITING = 4


@dataclass
class CacheReport:
    """The result of importing a cache folder.

    Of `files`, `filled` gave a photograph its file, `known` belong to photographs that have one,
    `left` fit no address, and `refused` are no photographs. `refusals` are the first thousand of
    the latter two; the table `listing`, relative to the home, holds all.
    """

    folder: str
    files: int = 0
    filled: int = 0
    known: int = 0
    left: int = 0
    refused: int = 0
    listing: str = ""
    refusals: list[Refusal] = field(default_factory=list)


def cache_text(result: CacheReport) -> str:
    """The counts of a report, as sentences."""
    parts = [
        ngettext("{n} file in the folder.", "{n} files in the folder.", result.files),
        ngettext("{n} photograph got its file.", "{n} photographs got their file.", result.filled),
    ]
    if result.known:
        parts.append(
            ngettext(
                "{n} belongs to a photograph that has a file.",
                "{n} belong to photographs that have a file.",
                result.known,
            )
        )
    if result.left:
        parts.append(ngettext("{n} fits no address.", "{n} fit no address.", result.left))
    if result.refused:
        parts.append(ngettext("{n} is no photograph.", "{n} are no photographs.", result.refused))
    return " ".join(parts)


def import_cache(
    home: Home,
    catalogue: Catalogue,
    folder: Path,
    placing: Placing = "copy",
    report: Report = silent,
) -> CacheReport:
    """Give photographs without a file theirs from a folder whose files are named by addresses.

    A file's name is the MD5, SHA-1 or SHA-256 of an address, in hexadecimal, with the suffix of
    an image. The folder is indexed, so that later imports find its files. An import that was cut
    off continues; importing the same folder twice changes nothing.

    Raises:
        BadInput: the folder does not exist or cannot be read.
        WorkFailed: the disk is too full, or refuses links.
    """
    folder = folder.resolve()
    with open_index(home) as index:
        files = index.scan(folder, placing, report)
        named = [file for file in files if file.digest]
        matches = match(catalogue, named)
        filled = _fill_from(index, home, catalogue, matches, report)
    left = [
        refused(file.name, _NO_ADDRESS if file.digest else _NO_DIGEST)
        for file in files
        if file.digest not in matches.fitting
    ]
    refusals = list(filled.unreadable.values()) + left
    listing = _write_listing(home, folder, refusals)
    return CacheReport(
        str(folder),
        len(files),
        len(filled.used),
        len(files) - len(left) - len(filled.used) - len(filled.unreadable),
        len(left),
        len(filled.unreadable),
        home.relative(listing) if refusals else "",
        [shown(one) for one in refusals[:SHOWN_REFUSALS]],
    )


def fill_from_folders(home: Home, catalogue: Catalogue, report: Report = silent) -> int:
    """Give photographs without a file theirs from the folders that were indexed before; returns
    how many. To call after an import.

    Raises:
        WorkFailed: as in `import_cache`.
    """
    if not index_file(home).is_file():
        return 0
    with open_index(home) as index:
        matches = match(catalogue, index.files())
        return _fill_from(index, home, catalogue, matches, report).photographs


class _Filled(NamedTuple):
    """How many photographs got a file, the files that they got, and those that are no
    photographs."""

    photographs: int
    used: set[IndexedFile]
    unreadable: dict[IndexedFile, Refusal]


def _fill_from(
    index: CacheIndex,
    home: Home,
    catalogue: Catalogue,
    matches: Matches,
    report: Report,
) -> _Filled:
    """Fill photographs from their files; where the largest of one is unreadable, the next."""
    photographs = 0
    used: set[IndexedFile] = set()
    unreadable: dict[IndexedFile, Refusal] = {}
    wanted = matches.wanted
    while wanted:
        filled = _fill(home, catalogue, {one: files[0] for one, files in wanted.items()}, report)
        index.refuse(filled.unreadable)
        photographs += filled.photographs
        used |= filled.used
        unreadable |= filled.unreadable
        wanted = {
            one: rest
            for one, files in wanted.items()
            if files[0] in filled.unreadable
            and (rest := [file for file in files if file not in unreadable])
        }
    return _Filled(photographs, used, unreadable)


def _fill(
    home: Home, catalogue: Catalogue, wanted: Mapping[str, IndexedFile], report: Report
) -> _Filled:
    """Store the files in batches, each of which is committed while the next is read."""
    photographs = done = 0
    used: set[IndexedFile] = set()
    unreadable: dict[IndexedFile, Refusal] = {}
    in_order = sorted(wanted.items(), key=_place_on_disk)
    with (
        open_download_store(home) as downloads,
        closing(_batches(ImageStore(home), in_order)) as batches,
    ):
        for batch in batches:
            unreadable |= {file: one for file, one in batch if isinstance(one, Refusal)}
            kept = [one for _, one in batch if isinstance(one, CachedFile)]
            _commit(catalogue, downloads, kept)
            used |= {file for file, one in batch if isinstance(one, CachedFile)}
            photographs += len(kept)
            done += len(batch)
            report(done, len(wanted), _READING)
    return _Filled(photographs, used, unreadable)


def _batches(
    store: ImageStore, wanted: Iterable[tuple[str, IndexedFile]]
) -> Generator[list[tuple[IndexedFile, CachedFile | Refusal]]]:
    """Store the files; the next batch is read while the caller commits one."""
    rest = iter(wanted)
    before: list[tuple[IndexedFile, Future[CachedFile | Refusal]]] = []
    pool = ThreadPoolExecutor(cores() + _WAITING)
    try:
        while some := list(islice(rest, BATCH)):
            batch = [(file, pool.submit(_stored, store, one, file)) for one, file in some]
            if before:
                yield [(file, outcome.result()) for file, outcome in before]
            before = batch
        if before:
            yield [(file, outcome.result()) for file, outcome in before]
    finally:
        pool.shutdown(cancel_futures=True)


def _place_on_disk(match: tuple[str, IndexedFile]) -> tuple[int, ...]:
    """A key that sorts files about as they lie on the disk: a hard disk reads them faster."""
    return version_of(match[1].path)[:2]


def _stored(store: ImageStore, image_id: str, file: IndexedFile) -> CachedFile | Refusal:
    try:
        # Writing thumbnails would take most of the time.
        found = store.keep(file.path, file.placing, with_thumbnail=False)
    except UnreadableImage as error:
        return refused(file.name, error.message)
    return CachedFile(image_id, found.path, found.sha256, found.width, found.height)


def _commit(catalogue: Catalogue, downloads: DownloadStore, kept: list[CachedFile]) -> None:
    # Noted first: a download that runs meanwhile must not remove them.
    downloads.note_imported(one.path for one in kept)
    catalogue.keep(kept)


def _write_listing(home: Home, folder: Path, refusals: list[Refusal]) -> Path:
    """Write the files that gave no photograph as a table."""
    name = "".join(letter if letter.isalnum() else "_" for letter in folder.name)[:40]
    mark = blake2b(fspath(folder).encode(errors="surrogateescape"), digest_size=4).hexdigest()
    listing = home.cache_folders / f"{name}-{mark}.csv"
    with (
        atomic_file(listing) as temporary,
        temporary.open("w", encoding="utf-8", errors="replace", newline="") as stream,
    ):
        csv.writer(stream).writerows(_rows(refusals))
    return listing


def _rows(refusals: list[Refusal]) -> Iterator[tuple[str, str]]:
    yield "file", "reason"
    for one in refusals:
        yield to_cell(one.origin, safe=True), to_cell(str(one), safe=True)
