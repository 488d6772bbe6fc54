"""A whole download: what to fetch, who may, and what came of it."""

import time
from dataclasses import dataclass, field, replace

from engine.catalogue.store import Catalogue
from engine.download.cache import Cache, Protect, nothing_protected
from engine.download.contact import require_contact
from engine.download.control import Control, Status
from engine.download.fetch import Fetcher
from engine.download.gate import Gate
from engine.download.journal import Journal, open_journal
from engine.download.queue import Queue
from engine.download.reconcile import PhotographsMissing, Reconciled, reconcile
from engine.download.room import Room
from engine.download.session import Session
from engine.download.tally import Tally
from engine.download.worker import Worker
from engine.errors import WorkFailed
from engine.home import Home
from engine.images.store import ImageStore
from engine.locks import claim, release
from engine.progress import Report, silent
from engine.settings.download import DownloadSettings

_TOLD_EVERY = 0.5
_HOSTS_TOLD = 100
_STRAYS_NAMED = 20


@dataclass(frozen=True)
class Summary:
    """How a session went.

    `successful` photographs are on this machine now that were not; `failed` addresses were
    given up; `rate_limited` answers said that we asked too often; `cache_before` and
    `cache_after` are photographs on this machine, `cache_bytes` the latter's size; `left`
    addresses wait, on hosts that are `parked` or because the download was stopped; `waiting` says
    of each parked host why, and when it is tried next.

    `removed` files of `removed_bytes` are in the folder `trash`, relative to the home; `strays`
    of `stray_bytes` are named by no photograph and wait for `Consent` to be removed.
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
    waiting: list[str] = field(default_factory=list)
    removed: int = 0
    removed_bytes: int = 0
    trash: str = ""
    strays: int = 0
    stray_bytes: int = 0


@dataclass(frozen=True)
class Consent:
    """What a person has agreed to: removing many files that no photograph names, and going on
    although many photographs have no file."""

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
    """Fetch the catalogue's remote photographs, at most `limit` addresses of them.

    Files and rows are brought into agreement first. Another download of the same home is
    waited for. `protect` says what the cache must keep.

    Raises:
        BadInput: servers would not be told whom to write to.
        PhotographsMissing: many photographs have no file, and `consent` does not accept that.
        WorkFailed: the disk or the cache takes no more; what came is kept. Or images, journal or
            catalogue belong to another home.
    """
    control = Control(home)
    held = _wait_for_turn(control, report)
    try:
        control.go_on()
        with open_journal(home) as journal:
            return _run(
                home, catalogue, settings, limit, protect, report, consent, control, journal
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
    control: Control,
    journal: Journal,
) -> Summary:
    tally, queue = Tally(), Queue(journal)
    before = _cached(catalogue)
    control.tell(Status("preparing", tally.started, time.time(), cache_before=before))
    report(0, 0, "Looking through the catalogue")
    queue.fill(catalogue, settings.variant)
    found = _reconciled(home, catalogue, protect, consent, control, journal, tally, before)
    if found.missing:
        queue.fill(catalogue, settings.variant)
    tally.successful = found.adopted
    tally.total = tally.left = queue.order(catalogue, settings.order, limit)
    gate = Gate(journal, settings)
    cache = Cache(home, settings, journal, found.bytes, found.waiting.paths)
    tell = _Telling(control, tally, cache, catalogue, before, found, report)
    note = ""
    try:
        if tally.total:
            require_contact(queue.hosts(), settings)
            _fetch(home, catalogue, settings, protect, control, journal, gate, cache, tally, tell)
    except BaseException as error:
        note = str(error) or "Interrupted."
        raise
    finally:
        tally.phase, tally.note = "ended", note
        tell.at_once()
    parked = [view for view in gate.views() if view.state == "parked"] if tally.left else []
    return Summary(
        tally.successful,
        tally.failed,
        tally.rate_limited,
        round(tally.seconds, 3),
        before,
        _cached(catalogue),
        cache.used,
        tally.fetched,
        tally.requests,
        tally.wire,
        tally.left,
        {str(kind): many for kind, many in tally.kinds.items()},
        [view.host for view in parked],
        [view.waiting for view in parked],
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
    control: Control,
    journal: Journal,
    gate: Gate,
    cache: Cache,
    tally: Tally,
    tell: "_Telling",
) -> None:
    fetcher = Fetcher(settings, home.images / ".incoming")
    worker = Worker(fetcher, ImageStore(home), cache, gate)
    room = Room(settings, cache, catalogue, protect)
    try:
        Session(settings, journal, gate, catalogue, worker, room, control, tell.now_and_then).run(
            tally
        )
    finally:
        fetcher.close()


def _reconciled(
    home: Home,
    catalogue: Catalogue,
    protect: Protect,
    consent: Consent,
    control: Control,
    journal: Journal,
    tally: Tally,
    before: int,
) -> Reconciled:
    """As `reconcile`; the status says so if it ends the download."""
    try:
        return reconcile(
            home,
            journal,
            catalogue,
            protect,
            remove_strays=consent.remove_strays,
            accept_missing=consent.accept_missing,
        )
    except WorkFailed as error:
        missing = error.images if isinstance(error, PhotographsMissing) else 0
        ended = Status("ended", tally.started, time.time(), cache_before=before, cache_after=before)
        control.tell(replace(ended, note=str(error), missing=missing))
        raise


class _Telling:
    """Tells the page and the terminal how far the download is, twice a second."""

    def __init__(
        self,
        control: Control,
        tally: Tally,
        cache: Cache,
        catalogue: Catalogue,
        before: int,
        found: Reconciled,
        report: Report,
    ) -> None:
        self._control, self._tally, self._cache = control, tally, cache
        self._catalogue, self._before, self._report = catalogue, before, report
        self._found = found
        self._next = 0.0

    def now_and_then(self, tally: Tally) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _TOLD_EVERY
            self.at_once()

    def at_once(self) -> None:
        tally, found = self._tally, self._found
        photographs, size = tally.rates()
        self._control.tell(
            Status(
                tally.phase,
                tally.started,
                time.time(),
                tally.total,
                tally.successful,
                tally.failed,
                tally.left,
                tally.rate_limited,
                {str(kind): many for kind, many in tally.kinds.items()},
                photographs,
                size,
                tally.wire,
                tally.left / photographs if photographs else None,
                self._cache.used,
                self._cache.most,
                self._before,
                _cached(self._catalogue),
                tally.note,
                _hosts(tally),
                found.removed,
                found.removed_bytes,
                found.trash,
                len(found.waiting.paths),
                found.waiting.bytes,
                list(found.waiting.paths[:_STRAYS_NAMED]),
            )
        )
        done = tally.total - tally.left
        self._report(done, tally.total, tally.note or "Fetching photographs")


def _hosts(tally: Tally) -> dict[str, tuple[int, float]]:
    asked = tally.asked()
    most_left = sorted(tally.left_by_host, key=lambda host: -tally.left_by_host[host])
    return {
        host: (tally.left_by_host[host], round(asked.get(host, 0.0), 3))
        for host in most_left[:_HOSTS_TOLD]
    }


def _wait_for_turn(control: Control, report: Report) -> int:
    """The lock of the home's downloads; another download is waited for."""
    while (held := claim(control.lock)) is None:
        report(0, 0, "Waiting for another download to end")
        time.sleep(0.3)
    return held


def _cached(catalogue: Catalogue) -> int:
    return catalogue.counts().by_state.get("cached", 0)
