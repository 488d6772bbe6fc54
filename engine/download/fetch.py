"""One attempt at one photograph: ask, judge, and leave a whole file or none."""

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from engine.download.acceptance import SNIFFED, accept, photograph_begins, what_it_is
from engine.download.exchange import Admit, Exchange, Unusable
from engine.download.outcome import DiskFull, Failed, Fetched, Outcome
from engine.errors import UnreadableImage, WorkFailed
from engine.settings.download import DownloadSettings

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


class Fetcher:
    """Fetches photographs into a folder of temporary files. For any number of threads."""

    def __init__(self, settings: DownloadSettings, incoming: Path) -> None:
        self._settings, self._incoming = settings, incoming
        self._exchange = Exchange(settings)

    def abort(self) -> None:
        """Cut what is on its way."""
        self._exchange.abort()

    def close(self) -> None:
        self._exchange.close()

    def fetch(self, url: str, admit: Admit) -> Outcome:
        """Ask for `url` once. Redirects are not followed but returned, to be asked in turn.

        Raises:
            DiskFull: the disk takes no more.
        """
        return self._exchange.ask(url, admit, self._receive)

    def _receive(self, response: requests.Response, pieces: Iterator[bytes]) -> Fetched:
        with _temporary(self._incoming) as (file, path):
            digest, size, first = hashlib.sha256(), 0, b""
            for piece in pieces:
                if not first:
                    first = piece[:SNIFFED]
                    _require_photograph(first, response)
                digest.update(piece)
                size += len(piece)
                _write(file, piece)
            _require_photograph(first, response)
            try:
                header = accept(path, round(self._settings.largest_megapixels * 1e6))
            except UnreadableImage as error:
                raise Unusable(Failed("bad content", str(error), status=200)) from error
            _write_through(file)
            etag = response.headers.get("ETag", "")[:200]
            return Fetched(path, header, digest.hexdigest(), size, 0, etag)


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[tuple[Any, Path]]:
    """A file that is gone again where the block fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)
    except OSError as error:
        raise _disk_error(error) from error
    path = Path(name)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:
            yield file, path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(file: Any, piece: bytes) -> None:
    try:
        view = memoryview(piece)
        while view:
            view = view[file.write(view) :]
    except OSError as error:
        raise _disk_error(error) from error


def _write_through(file: Any) -> None:
    try:
        os.fchmod(file.fileno(), 0o644)
        os.fsync(file.fileno())
    except OSError as error:
        raise _disk_error(error) from error


def _disk_error(error: OSError) -> WorkFailed:
    if error.errno in _FULL:
        return DiskFull(
            "The disk that holds the photographs takes no more; make room on it. "
            "What is here stays."
        )
    return WorkFailed(f"The photographs' folder cannot be written to ({error.strerror}).")


def _require_photograph(first: bytes, response: requests.Response) -> None:
    if not photograph_begins(first):
        told = what_it_is(first, response.headers.get("Content-Type", ""))
        raise Unusable(Failed("bad content", told, status=200))
