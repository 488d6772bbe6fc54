"""One attempt to download a photograph: request, check, and store a complete file or none."""

import contextlib
import errno
import hashlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import requests

from engine.download.acceptance import SNIFFED, accept, photograph_begins, what_it_is
from engine.download.exchange import Admit, Exchange, Unusable
from engine.download.outcome import DiskFull, Failed, Fetched, Outcome
from engine.errors import UnreadableImage, WorkFailed
from engine.reasons import reason_of
from engine.settings.download import DownloadSettings

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})

_CHUNK = 1_048_576
_numbers = itertools.count()


class Fetcher:
    """Downloads photographs to a folder of temporary files. Safe for any number of threads."""

    def __init__(self, settings: DownloadSettings, incoming: Path) -> None:
        self._settings, self._incoming = settings, incoming
        self._exchange = Exchange(settings)

    def abort(self) -> None:
        """Abort the requests in flight."""
        self._exchange.abort()

    def close(self) -> None:
        self._exchange.close()

    def fetch(self, url: str, admit: Admit, patience: float | None = None) -> Outcome:
        """Request `url` once. Redirects are returned, not followed.

        `patience` is the maximum time in seconds until the answer begins, and then for each 16 kB,
        if that is less than in the settings.

        Raises:
            DiskFull: the disk is full.
        """
        return self._exchange.ask(url, admit, self._receive, patience=patience)

    def _receive(self, response: requests.Response, pieces: Iterator[bytes]) -> Fetched:
        with self._temporary() as (file, path):
            digest, size, chunk = hashlib.sha256(), 0, b""
            for chunk in _in_chunks(pieces):
                if not size:
                    _require_photograph(chunk[:SNIFFED], response)
                digest.update(chunk)
                size += len(chunk)
                _write(file, chunk)
            if not size:
                _require_photograph(b"", response)
            try:
                # A file that arrived in one chunk is decoded from memory.
                whole = chunk if len(chunk) == size else path
                header = accept(whole, round(self._settings.largest_megapixels * 1e6))
            except UnreadableImage as error:
                raise Unusable(Failed("bad content", error.message, status=200)) from error
            _write_through(file)
            etag = response.headers.get("ETag", "")[:200]
            return Fetched(path, header, digest.hexdigest(), size, 0, etag)

    @contextlib.contextmanager
    def _temporary(self) -> Iterator[tuple[int, Path]]:
        """The descriptor and path of a new file, which is removed if the block fails."""
        path = self._incoming / f"{os.getpid()}-{next(_numbers)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            try:
                file = os.open(path, flags, 0o660)
            except FileNotFoundError:
                self._incoming.mkdir(parents=True, exist_ok=True)
                file = os.open(path, flags, 0o660)
        except OSError as error:
            raise _disk_error(error) from error
        try:
            yield file, path
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(file)


def _in_chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join pieces to larger chunks; yields a first piece that begins no photograph at once.

    With many small pieces, threads that hash and write would mostly wait for each other.
    """
    gathered, size, seen = list[bytes](), 0, False
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        first_seen = not seen and size >= SNIFFED
        seen = seen or first_seen
        is_none = first_seen and not photograph_begins(b"".join(gathered)[:SNIFFED])
        if size >= _CHUNK or is_none:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def _write(file: int, chunk: bytes) -> None:
    try:
        view = memoryview(chunk)
        while view:
            view = view[os.write(file, view) :]
    except OSError as error:
        raise _disk_error(error) from error


def _write_through(file: int) -> None:
    try:
        os.fsync(file)
    except OSError as error:
        raise _disk_error(error) from error


def _disk_error(error: OSError) -> WorkFailed:
    if error.errno in _FULL:
        return DiskFull(
            "The disk with the photographs is full. Free some space. "
            "Downloaded photographs are kept."
        )
    return WorkFailed(
        "The photographs cannot be written to the disk ({reason}).", reason=reason_of(error)
    )


def _require_photograph(first: bytes, response: requests.Response) -> None:
    if not photograph_begins(first):
        kind = what_it_is(first, response.headers.get("Content-Type", ""))
        raise Unusable(Failed("bad content", kind, status=200))
