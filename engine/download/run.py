"""Running a whole download, from the queue to the summary."""

import time
from dataclasses import dataclass, field, replace

from engine.catalogue.store import Catalogue
from engine.download.cache import Cache, Protect, nothing_protected
from engine.download.contact import require_contact
from engine.download.control import DownloadControl, DownloadStatus
from engine.download.disk_space import DiskSpaceWatch
from engine.download.fetch import Fetcher
from engine.download.gate import Gate
from engine.download.progress import DownloadProgress
from engine.download.queue import Queue
from engine.download.reconcile import PhotographsMissing, Reconciled, reconcile
from engine.download.session import Session
from engine.download.store import DownloadStore, open_download_store
from engine.download.worker import Worker
from engine.errors import StudioError, WorkFailed
from engine.home import Home
from engine.images.store import ImageStore
from engine.language.message import Message, message
from engine.locks import claim, release
from engine.progress import Report, silent
from engine.settings.download import DownloadSettings

_TOLD_EVERY = 0.5
_HOSTS_TOLD = 100
_STRAYS_NAMED = 20


@dataclass(frozen=True)
class Summary:
    """The result of a download.

    `successful` is the number of newly stored photographs, `failed` the number of addresses that
    failed finally, `rate_limited` the number of answers that reported too many requests.
    `cache_before` and `cache_after` are stored photographs, `cache_bytes` is the latter's size.
    `left` addresses remain, on `parked` hosts or because the download was stopped. `waiting`
    gives the reason and the next attempt for each parked host.

    `removed` files of `removed_bytes` are in the folder `trash`, relative to the home. `strays`
    files of `stray_bytes` have no photograph in the catalogue and wait for `Consent`.
    """

    successful: int
    failed: int
    rate_limited: int
    seconds: float
    cache_before: int
    cache_after: int
    cache_bytes: int
    fetched: int
    requests: int
    received_bytes: int
    left: int
    failures: dict[str, int] = field(default_factory=dict)
    parked: list[str] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)
    removed: int = 0
    removed_bytes: int = 0
    trash: str = ""
    strays: int = 0
    stray_bytes: int = 0


@dataclass(frozen=True)
class Consent:
    """The user's consent: to remove many files that no photograph names, and to continue although
    many photographs have no file."""

    remove_strays: bool = False
    accept_missing: bool = False


NO_CONSENT = Consent()


def download(
    home: Home,
    catalogue: Catalogue,
    settings: DownloadSettings,
    limit: int | None = None,
    protect: Protect = nothing_protected,
    report: Report = silent,
    consent: Consent = NO_CONSENT,
) -> Summary:
    """Download the catalogue's remote photographs, at most `limit` addresses.

    Waits for another download of the same home, and reconciles files and rows first. `protect`
    names the files that the cache must keep.

    Raises:
        BadInput: the settings name no contact address.
        PhotographsMissing: many photographs have no file, and `consent` does not accept that.
        WorkFailed: the disk or the cache is full; downloaded files stay. Or images, download
            store or catalogue belong to another home.
    """
    control = DownloadControl(home)
    held = _wait_for_turn(control, report)
    try:
        control.go_on()
        with open_download_store(home) as downloads:
            return _run(
                home, catalogue, settings, limit, protect, report, consent, control, downloads
            )
    finally:
        release(held)


def _run(
    home: Home,
    catalogue: Catalogue,
    settings: DownloadSettings,
    limit: int | None,
    protect: Protect,
    report: Report,
    consent: Consent,
    control: DownloadControl,
    downloads: DownloadStore,
) -> Summary:
    progress, queue = DownloadProgress(), Queue(downloads)
    before = _cached(catalogue)
    control.tell(DownloadStatus("preparing", progress.started, time.time(), cache_before=before))
    report(0, 0, message("Reading the catalogue"))
    queue.fill(catalogue, settings.variant)
    found = _reconciled(home, catalogue, protect, consent, control, downloads, progress, before)
    if found.missing:
        queue.fill(catalogue, settings.variant)
    progress.successful = found.adopted
    progress.total = progress.left = queue.order(catalogue, settings.order, limit)
    gate = Gate(downloads, settings)
    cache = Cache(home, settings, downloads, found.bytes, found.waiting.paths)
    tell = _StatusReporter(control, progress, cache, catalogue, before, found, report)
    note: Message | None = None
    try:
        if progress.total:
            require_contact(queue.hosts(), settings)
            _fetch(
                home, catalogue, settings, protect, control, downloads, gate, cache, progress, tell
            )
    except BaseException as error:
        note = _reason_of(error)
        raise
    finally:
        progress.phase, progress.note = "ended", note
        tell.at_once()
    parked = [view for view in gate.views() if view.state == "parked"] if progress.left else []
    return Summary(
        progress.successful,
        progress.failed,
        progress.rate_limited,
        round(progress.seconds, 3),
        before,
        _cached(catalogue),
        cache.used,
        progress.fetched,
        progress.requests,
        progress.wire,
        progress.left,
        {str(kind): many for kind, many in progress.kinds.items()},
        [view.host for view in parked],
        [view.waiting for view in parked if view.waiting],
        found.removed,
        found.removed_bytes,
        found.trash,
        len(found.waiting.paths),
        found.waiting.bytes,
    )


def _fetch(
    home: Home,
    catalogue: Catalogue,
    settings: DownloadSettings,
    protect: Protect,
    control: DownloadControl,
    downloads: DownloadStore,
    gate: Gate,
    cache: Cache,
    progress: DownloadProgress,
    tell: "_StatusReporter",
) -> None:
    fetcher = Fetcher(settings, home.images / ".incoming")
    worker = Worker(fetcher, ImageStore(home), cache, gate)
    room = DiskSpaceWatch(settings, cache, catalogue, protect)
    try:
        Session(settings, downloads, gate, catalogue, worker, room, control, tell.now_and_then).run(
            progress
        )
    finally:
        fetcher.close()


def _reconciled(
    home: Home,
    catalogue: Catalogue,
    protect: Protect,
    consent: Consent,
    control: DownloadControl,
    downloads: DownloadStore,
    progress: DownloadProgress,
    before: int,
) -> Reconciled:
    """The same as `reconcile`; writes the status if an error ends the download."""
    try:
        return reconcile(
            home,
            downloads,
            catalogue,
            protect,
            remove_strays=consent.remove_strays,
            accept_missing=consent.accept_missing,
        )
    except WorkFailed as error:
        missing = error.images if isinstance(error, PhotographsMissing) else 0
        ended = DownloadStatus(
            "ended", progress.started, time.time(), cache_before=before, cache_after=before
        )
        control.tell(replace(ended, message=error.message, missing=missing))
        raise


class _StatusReporter:
    """Reports the progress to the page and the terminal, twice a second."""

    def __init__(
        self,
        control: DownloadControl,
        progress: DownloadProgress,
        cache: Cache,
        catalogue: Catalogue,
        before: int,
        found: Reconciled,
        report: Report,
    ) -> None:
        self._control, self._progress, self._cache = control, progress, cache
        self._catalogue, self._before, self._report = catalogue, before, report
        self._found = found
        self._next = 0.0

    def now_and_then(self, progress: DownloadProgress) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _TOLD_EVERY
            self.at_once()

    def at_once(self) -> None:
        progress, found = self._progress, self._found
        photographs, size = progress.rates()
        self._control.tell(
            DownloadStatus(
                progress.phase,
                progress.started,
                time.time(),
                progress.total,
                progress.successful,
                progress.failed,
                progress.left,
                progress.rate_limited,
                {str(kind): many for kind, many in progress.kinds.items()},
                photographs,
                size,
                progress.wire,
                progress.left / photographs if photographs else None,
                self._cache.used,
                self._cache.most,
                self._before,
                _cached(self._catalogue),
                "",
                _hosts(progress),
                found.removed,
                found.removed_bytes,
                found.trash,
                len(found.waiting.paths),
                found.waiting.bytes,
                list(found.waiting.paths[:_STRAYS_NAMED]),
                message=progress.note,
            )
        )
        done = progress.total - progress.left
        note = progress.note or message("Downloading photographs")
        self._report(done, progress.total, note)


def _reason_of(error: BaseException) -> Message:
    if isinstance(error, StudioError):
        return error.message
    if isinstance(error, KeyboardInterrupt) or not str(error):
        return message("Interrupted.")
    name = type(error).__name__
    return message("Unexpected error: {name}: {error}", name=name, error=str(error))


def _hosts(progress: DownloadProgress) -> dict[str, tuple[int, float]]:
    asked = progress.asked()
    most_left = sorted(progress.left_by_host, key=lambda host: -progress.left_by_host[host])
    return {
        host: (progress.left_by_host[host], round(asked.get(host, 0.0), 3))
        for host in most_left[:_HOSTS_TOLD]
    }


def _wait_for_turn(control: DownloadControl, report: Report) -> int:
    """Take the lock of the home's downloads; waits for another download."""
    while (held := claim(control.lock)) is None:
        report(0, 0, message("Waiting for another download to end"))
        time.sleep(0.3)
    return held


def _cached(catalogue: Catalogue) -> int:
    return catalogue.counts().by_state.get("cached", 0)
