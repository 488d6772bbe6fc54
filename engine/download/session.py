"""The main loop of a download: choosing the next request, and processing the answers."""

import queue as queues
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from engine.catalogue.store import Catalogue
from engine.download.addresses import host_of
from engine.download.control import DownloadControl
from engine.download.disk_space import DiskSpaceWatch
from engine.download.feedback import report_to_gate
from engine.download.gate import Gate
from engine.download.health import HostHealth
from engine.download.host_queue import HostQueue
from engine.download.outcome import Deferred, DiskFull, Failed, Fetched, Redirected
from engine.download.progress import DownloadProgress
from engine.download.queue import Item, Queue
from engine.download.store import DownloadStore
from engine.download.worker import Landed, Worker
from engine.errors import WorkFailed
from engine.images.store import StoredImage
from engine.language.message import Message, message
from engine.settings.download import DownloadSettings

_TICK = 0.2
_MOST_HOPS = 5
_TRIES_OF_BAD_CONTENT = 2
_LONGEST_BACKOFF = 60.0
# After too many requests, the address is not at fault; the host is parked instead.
_TRIES_AT_A_BUSY_HOST = 20
# The maximum time in seconds that the download waits if only parked hosts are left.
_LONGEST_WAIT = 10.0


class Session:
    """One download. Everything except fetching and decoding runs in the calling thread."""

    def __init__(
        self,
        settings: DownloadSettings,
        downloads: DownloadStore,
        gate: Gate,
        catalogue: Catalogue,
        worker: Worker,
        room: DiskSpaceWatch,
        control: DownloadControl,
        tell: Callable[[DownloadProgress], None],
    ) -> None:
        self._settings, self._downloads, self._gate = settings, downloads, gate
        self._catalogue, self._worker = catalogue, worker
        self._room, self._control, self._tell = room, control, tell
        self._queue = Queue(downloads)
        self._host_queues: dict[str, HostQueue] = {}
        self._landed: queues.SimpleQueue[Landed] = queues.SimpleQueue()
        self._flying = 0
        self._problem: WorkFailed | None = None

    def run(self, progress: DownloadProgress) -> None:
        """Download the queue until it is empty or the download is stopped.

        Raises:
            WorkFailed: the disk or the cache is full; downloaded files stay.
        """
        for host, left in self._queue.hosts().items():
            self._host_queue(host).left = left
        progress.left = sum(host_queue.left for host_queue in self._host_queues.values())
        pool = ThreadPoolExecutor(self._settings.connections, "download")
        try:
            self._loop(pool, progress)
        except BaseException:
            self._worker.abort()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
            self._take_in(progress, wait=0)
            self._room.end()
        if self._problem is not None:
            raise self._problem

    def _loop(self, pool: ThreadPoolExecutor, progress: DownloadProgress) -> None:
        while True:
            pausing = self._control.asked_to_pause
            if not pausing:
                self._tend_room()
                pausing = self._room.waits_for_disk
            stopping = self._control.asked_to_stop or self._problem is not None
            wait = _TICK if stopping or pausing else self._send(pool, progress)
            if not self._flying and (stopping or self._nothing_left()):
                return
            progress.phase = "stopping" if stopping else "paused" if pausing else "running"
            progress.note = None if self._flying else self._room.note or self._why_waiting()
            progress.left_by_host = {
                host: host_queue.left for host, host_queue in self._host_queues.items()
            }
            self._take_in(progress, wait)
            self._tell(progress)

    def _send(self, pool: ThreadPoolExecutor, progress: DownloadProgress) -> float:
        """Send the requests that are due; returns the seconds until the next one may be."""
        now = self._gate.now()
        wait = _TICK
        for host_queue in list(self._host_queues.values()):
            if host_queue.flying >= host_queue.left:
                continue
            if host_queue.wake > now:
                wait = min(wait, host_queue.wake - now)
                continue
            most = (
                self._gate.connections(host_queue.host, host_queue.slow(now))
                if host_queue.host
                else 1
            )
            while host_queue.flying < most and self._flying < self._settings.connections:
                if not self._send_one(pool, host_queue, progress):
                    break
            wait = min(
                [wait, *(due - now for due in (host_queue.wake, host_queue.due) if due > now)]
            )
        return wait

    def _send_one(
        self, pool: ThreadPoolExecutor, host_queue: HostQueue, progress: DownloadProgress
    ) -> bool:
        if self._room.note:
            return False
        now = self._gate.now()
        item = host_queue.next(self._queue, now)
        if item is None:
            return False
        if not host_queue.host:
            refused = Failed("policy", message("Only http and https addresses are downloaded."))
            self._settle_failure(host_queue, item, refused, progress)
            return True
        turn = self._gate.ask(host_queue.host, item.size)
        host_queue.why = turn.why
        if turn.wait > 0:
            host_queue.put_back(item)
            # Another process or the user may shorten a long wait.
            host_queue.wake, host_queue.until = now + min(turn.wait, 1.0), now + turn.wait
            return False
        host_queue.sent.append(now)
        if item.probe:
            host_queue.probes.append(now)
        self._flying += 1
        pool.submit(self._fly, item, now, None if item.attempts else host_queue.health.patience)
        return True

    def _fly(self, item: Item, sent: float, patience: float | None) -> None:
        """Fetch one item, in a thread of the pool."""
        self._landed.put(self._worker.fetch(item, sent, patience))

    def _take_in(self, progress: DownloadProgress, wait: float) -> None:
        """Process all results; waits up to `wait` seconds for the first."""
        batch: list[Landed] = []
        try:
            batch.append(self._landed.get(timeout=wait) if wait else self._landed.get_nowait())
            while True:
                batch.append(self._landed.get_nowait())
        except queues.Empty:
            pass
        fetched: list[tuple[Item, Fetched, StoredImage]] = []
        with self._downloads.transaction():
            report_to_gate(self._gate, self._host_queues, batch)
            for landed in batch:
                fetched += self._settle(landed, progress)
            kept = self._queue.note_fetched(fetched, self._settings.variant) if fetched else []
        # The download store is written first, because after a power cut it restores the rows.
        if kept:
            progress.successful += self._catalogue.mark_cached(kept)
        for landed in batch:
            if landed.error is not None:
                self._stop_for(landed.error)

    def _settle(
        self, landed: Landed, progress: DownloadProgress
    ) -> list[tuple[Item, Fetched, StoredImage]]:
        """Process a result; returns it if it is a photograph."""
        item, outcome = landed.item, landed.outcome
        host_queue = self._host_queues[item.host]
        host_queue.sent.remove(landed.sent)
        if item.probe:
            host_queue.probes.remove(landed.sent)
        self._flying -= 1
        if outcome is None:
            host_queue.put_back(item)
            return []
        progress.received(outcome, host_queue.host)
        if item.probe == "known good":
            return []
        match outcome:
            case Fetched() if landed.stored:
                host_queue.known_good = item.url if not item.at else host_queue.known_good
                host_queue.left -= 1
                progress.left -= 1
                return [(item, outcome, landed.stored)]
            case Redirected():
                self._follow(host_queue, item, outcome, progress)
            case Failed():
                self._settle_failure(host_queue, item, outcome, progress)
            case Deferred():
                host_queue.put_back(replace(item, size=max(item.size, landed.size)))
        return []

    def _follow(
        self, host_queue: HostQueue, item: Item, moved: Redirected, progress: DownloadProgress
    ) -> None:
        if item.hops >= _MOST_HOPS:
            reason = message("The address redirects more than {most} times.", most=_MOST_HOPS)
            many = Failed("policy", reason)
            self._settle_failure(host_queue, item, many, progress)
            return
        host = host_of(moved.target)
        onwards = replace(item, at=moved.target, host=host, hops=item.hops + 1, probe="")
        self._move(host_queue, onwards).put_back(onwards)

    def _host_queue(self, host: str) -> HostQueue:
        if host not in self._host_queues:
            self._host_queues[host] = HostQueue(host, health=HostHealth(self._gate.in_doubt(host)))
        return self._host_queues[host]

    def _move(self, host_queue: HostQueue, item: Item) -> HostQueue:
        """Move the item to the queue of its own host; returns that queue."""
        host_queue.left -= 1
        other = self._host_queue(item.host)
        other.left += 1
        return other

    def _settle_failure(
        self, host_queue: HostQueue, item: Item, failure: Failed, progress: DownloadProgress
    ) -> None:
        attempts, tries = item.attempts + 1, self._tries(host_queue, failure)
        if item.probe and failure.signal != "neutral":
            # The host may be at fault, so the address keeps at least one attempt.
            attempts = min(attempts, tries - 1)
        final = attempts >= tries
        self._queue.note_failure(item, failure, attempts, final)
        if final:
            host_queue.health.forget(item.url)
            host_queue.left -= 1
            progress.left -= 1
            progress.gave_up(failure.kind)
            return
        pause = random.uniform(0, min(_LONGEST_BACKOFF, 2.0**attempts))
        # A redirect's target may expire soon, so retry from the original address.
        again = Item(item.url, host_of(item.url), attempts=attempts)
        self._move(host_queue, again).try_later(again, self._gate.now() + pause)

    def _tries(self, host_queue: HostQueue, failure: Failed) -> int:
        if failure.status == 429 and not host_queue.health.addresses_object:
            return _TRIES_AT_A_BUSY_HOST
        if failure.kind == "transient":
            return self._settings.attempts
        return _TRIES_OF_BAD_CONTENT if failure.kind == "bad content" else 1

    def _tend_room(self) -> None:
        try:
            self._room.tend(self._flying)
        except WorkFailed as error:
            self._problem = self._problem or error

    def _stop_for(self, error: BaseException) -> None:
        """End cleanly if the disk or the store fails, and immediately for any other error."""
        try:
            if isinstance(error, DiskFull):
                self._room.ran_out(error)
            else:
                raise error
        except WorkFailed as failure:
            self._problem = self._problem or failure

    def _nothing_left(self) -> bool:
        """Whether all remaining addresses are on hosts that are parked for long."""
        soon = self._gate.now() + _LONGEST_WAIT
        return all(
            host_queue.left == 0 or (host_queue.why == "parked" and host_queue.until > soon)
            for host_queue in self._host_queues.values()
        )

    def _why_waiting(self) -> Message | None:
        waiting = {
            host_queue.why: host_queue.host
            for host_queue in self._host_queues.values()
            if host_queue.left
        }
        if "" in waiting or "pace" in waiting:
            return None
        if "budget" in waiting:
            return message("The budget of {host} is used up for now.", host=waiting["budget"])
        if "paused" in waiting:
            return message("{host} asked for a pause.", host=waiting["paused"])
        if "parked" in waiting:
            return message(
                "{host} does not answer reliably. Trying again in a moment.",
                host=waiting["parked"],
            )
        return None
