"""Downloading the newest file of a taxonomy."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import requests

from engine.download.addresses import RefusedAddress, host_of
from engine.download.contact import require_contact
from engine.download.exchange import Exchange
from engine.download.outcome import Answered, Failed, NeverFits, Outcome, Redirected
from engine.errors import BadInput, WorkFailed
from engine.files import free_disk_bytes
from engine.home import Home
from engine.language.message import Message, message
from engine.progress import Report, silent
from engine.settings.download import DownloadSettings
from engine.taxonomy.shapes import SHAPES
from engine.taxonomy.store import TaxonomyAbout, add_table

_LARGEST_MEGABYTES = 8_000
_LONGEST_SECONDS = 6 * 3_600
_MOST_REDIRECTS = 5
_LONGEST_PAUSE = 30.0


def fetch_table(
    home: Home, name: str, settings: DownloadSettings, report: Report = silent
) -> TaxonomyAbout:
    """Download the newest file of a taxonomy of `SHAPES` and read it into the home.

    The file itself is not kept.

    Raises:
        BadInput: there is no such taxonomy, or the settings name no contact address.
        WorkFailed: it cannot be downloaded.
    """
    if name not in SHAPES:
        raise BadInput("{name} is not {names:or}.", name=name, names=list(SHAPES))
    shape = SHAPES[name]
    require_contact([host_of(shape.address)], settings)
    home.downloads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".taxonomy-", dir=home.downloads) as folder:
        # The ending says how the file is written; an archive may be dated by its name.
        file = Path(folder) / Path(urlsplit(shape.address).path).name
        _Transfer(file, settings, report).run(shape.address, shape.title)
        return add_table(home, file, report=report)


class _Transfer:
    """One file from the network, with retries and redirects."""

    def __init__(self, file: Path, settings: DownloadSettings, report: Report) -> None:
        # The limits are those of photographs.
        larger = {"largest_megabytes": _LARGEST_MEGABYTES, "total_seconds": _LONGEST_SECONDS}
        self._settings = settings.model_copy(update=larger)
        self._file, self._report = file, report

    def run(self, url: str, title: str) -> None:
        """Download the file.

        Raises:
            WorkFailed: every attempt failed; the message says why.
        """
        exchange = Exchange(self._settings)
        try:
            attempts = redirects = 0
            while True:
                outcome = exchange.ask(url, self._admit, self._receive)
                if isinstance(outcome, Answered):
                    return
                if isinstance(outcome, Redirected) and redirects < _MOST_REDIRECTS:
                    url, redirects = outcome.target, redirects + 1
                    continue
                attempts += 1
                if not _is_temporary(outcome) or attempts >= self._settings.attempts:
                    raise WorkFailed(
                        "{title} was not downloaded from {host}. {reason}",
                        title=title,
                        host=_host(url),
                        reason=_reason(outcome),
                    )
                self._report(0, 0, message("No answer from {host}; trying again", host=_host(url)))
                time.sleep(min(_LONGEST_PAUSE, 2.0 ** (attempts - 1)))
        finally:
            exchange.close()

    def _admit(self, size: int) -> Message | None:
        free = free_disk_bytes(self._file.parent) - round(self._settings.free_gigabytes * 1e9)
        if size > free:
            raise NeverFits(message("The disk has no room for {size:size}.", size=size))
        return None

    def _receive(self, response: requests.Response, pieces: Iterator[bytes]) -> Outcome:
        total = int(response.raw.length_remaining or 0)
        done = told = 0
        with self._file.open("wb") as stream:
            for piece in pieces:
                stream.write(piece)
                done += len(piece)
                if done - told > 10_000_000:
                    told = done
                    self._report(done, total, message("Downloading"))
        return Answered(b"", done)


def _is_temporary(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.kind == "transient"


def _reason(outcome: Outcome) -> Message:
    if isinstance(outcome, Redirected):
        return message("The address redirects too often.")
    return getattr(outcome, "reason", message("The answer is damaged."))


def _host(url: str) -> str:
    try:
        return host_of(url)
    except RefusedAddress:
        return url
