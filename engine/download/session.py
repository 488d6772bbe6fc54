"""A download from its start to its summary: who is asked next, and what becomes of the answers."""

import queue as queues
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from engine.catalogue.store import Catalogue
from engine.download.addresses import host_of
from engine.download.control import Control
from engine.download.feedback import tell_gate
from engine.download.gate import Gate
from engine.download.health import Health
from engine.download.journal import Journal
from engine.download.lane import Lane
from engine.download.outcome import Deferred, DiskFull, Failed, Fetched, Moved
from engine.download.queue import Item, Queue
from engine.download.room import Room
from engine.download.tally import Tally
from engine.download.worker import Landed, Worker
from engine.errors import WorkFailed
from engine.images.store import StoredImage
from engine.settings.download import DownloadSettings

_TICK = 0.2
_MOST_HOPS = 5
_TRIES_OF_BAD_CONTENT = 2
_LONGEST_BACKOFF = 60.0
# A host that was asked too often is at fault, not the photograph; the host is parked for it.
_TRIES_AT_A_BUSY_HOST = 20
# A parked host is waited for where nothing else is left, but no longer than this.
_LONGEST_WAIT = 10.0


class Session:
    """One download. Everything but fetching and judging happens in the thread that runs it."""

    def __init__(
        self,
        settings: DownloadSettings,
        journal: Journal,
        gate: Gate,
        catalogue: Catalogue,
        worker: Worker,
        room: Room,
        control: Control,
        tell: Callable[[Tally], None],
    ) -> None:
        self._settings, self._journal, self._gate = settings, journal, gate
        self._catalogue, self._worker = catalogue, worker
        self._room, self._control, self._tell = room, control, tell
        self._queue = Queue(journal)
        self._lanes: dict[str, Lane] = {}
        self._landed: queues.SimpleQueue[Landed] = queues.SimpleQueue()
        self._flying = 0
        self._problem: WorkFailed | None = None

    def run(self, tally: Tally) -> None:
        """Fetch what the queue holds, until it is done, or told to stop.

        Raises:
            WorkFailed: the disk or the cache takes no more; what came is kept.
        """
        for host, left in self._queue.hosts().items():
            self._lane(host).left = left
        tally.left = sum(lane.left for lane in self._lanes.values())
        pool = ThreadPoolExecutor(self._settings.connections, "download")
        try:
            self._loop(pool, tally)
        except BaseException:
            self._worker.abort()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
            self._take_in(tally, wait=0)
            self._room.end()
        if self._problem is not None:
            raise self._problem

    def _loop(self, pool: ThreadPoolExecutor, tally: Tally) -> None:
        while True:
            pausing = self._control.asked_to_pause
            if not pausing:
                self._tend_room()
                pausing = self._room.waits_for_disk
            stopping = self._control.asked_to_stop or self._problem is not None
            wait = _TICK if stopping or pausing else self._send(pool, tally)
            if not self._flying and (stopping or self._nothing_left()):
                return
            tally.phase = "stopping" if stopping else "paused" if pausing else "running"
            tally.note = "" if self._flying else self._room.note or self._why_waiting()
            tally.left_by_host = {host: lane.left for host, lane in self._lanes.items()}
            self._take_in(tally, wait)
            self._tell(tally)

    def _send(self, pool: ThreadPoolExecutor, tally: Tally) -> float:
        """Let go out what may; returns the seconds until something may be due."""
        now = self._gate.now()
        wait = _TICK
        for lane in list(self._lanes.values()):
            if lane.flying >= lane.left:
                continue
            if lane.wake > now:
                wait = min(wait, lane.wake - now)
                continue
            most = self._gate.connections(lane.host, lane.slow(now)) if lane.host else 1
            while lane.flying < most and self._flying < self._settings.connections:
                if not self._send_one(pool, lane, tally):
                    break
            wait = min([wait, *(due - now for due in (lane.wake, lane.due) if due > now)])
        return wait

    def _send_one(self, pool: ThreadPoolExecutor, lane: Lane, tally: Tally) -> bool:
        if self._room.note:
            return False
        now = self._gate.now()
        item = lane.next(self._queue, now)
        if item is None:
            return False
        if not lane.host:
            refused = Failed("policy", "Only http and https addresses are fetched.")
            self._settle_failure(lane, item, refused, tally)
            return True
        turn = self._gate.ask(lane.host, item.size)
        lane.why = turn.why
        if turn.wait > 0:
            lane.put_back(item)
            # Another process, or the reader of the page, may change a long wait.
            lane.wake, lane.until = now + min(turn.wait, 1.0), now + turn.wait
            return False
        lane.sent.append(now)
        lane.is_probing = lane.is_probing or bool(item.probe)
        self._flying += 1
        pool.submit(self._fly, item, now, None if item.attempts else lane.health.patience)
        return True

    def _fly(self, item: Item, sent: float, patience: float | None) -> None:
        """In a thread of the pool."""
        self._landed.put(self._worker.fetch(item, sent, patience))

    def _take_in(self, tally: Tally, wait: float) -> None:
        """Take in all that has landed; waits for the first so many seconds."""
        batch: list[Landed] = []
        try:
            batch.append(self._landed.get(timeout=wait) if wait else self._landed.get_nowait())
            while True:
                batch.append(self._landed.get_nowait())
        except queues.Empty:
            pass
        fetched: list[tuple[Item, Fetched, StoredImage]] = []
        with self._journal.transaction():
            tell_gate(self._gate, self._lanes, batch)
            for landed in batch:
                fetched += self._settle(landed, tally)
            kept = self._queue.note_fetched(fetched, self._settings.variant) if fetched else []
        # The journal knows them first: rows that a power cut takes are given back from it.
        if kept:
            tally.successful += self._catalogue.keep(kept)
        for landed in batch:
            if landed.error is not None:
                self._stop_for(landed.error)

    def _settle(self, landed: Landed, tally: Tally) -> list[tuple[Item, Fetched, StoredImage]]:
        """What is to become of what landed; returns it where it is a photograph."""
        item, outcome = landed.item, landed.outcome
        lane = self._lanes[item.host]
        lane.sent.remove(landed.sent)
        lane.is_probing = lane.is_probing and not item.probe
        self._flying -= 1
        if outcome is None:
            lane.put_back(item)
            return []
        tally.received(outcome, lane.host)
        if item.probe == "known good":
            return []
        match outcome:
            case Fetched() if landed.stored:
                lane.known_good = item.url if not item.at else lane.known_good
                lane.left -= 1
                tally.left -= 1
                return [(item, outcome, landed.stored)]
            case Moved():
                self._follow(lane, item, outcome, tally)
            case Failed():
                self._settle_failure(lane, item, outcome, tally)
            case Deferred():
                lane.put_back(replace(item, size=max(item.size, landed.size)))
        return []

    def _follow(self, lane: Lane, item: Item, moved: Moved, tally: Tally) -> None:
        if item.hops >= _MOST_HOPS:
            many = Failed("policy", f"The address leads through more than {_MOST_HOPS} redirects.")
            self._settle_failure(lane, item, many, tally)
            return
        host = host_of(moved.target)
        onwards = replace(item, at=moved.target, host=host, hops=item.hops + 1, probe="")
        self._move(lane, onwards).put_back(onwards)

    def _lane(self, host: str) -> Lane:
        if host not in self._lanes:
            self._lanes[host] = Lane(host, health=Health(self._gate.in_doubt(host)))
        return self._lanes[host]

    def _move(self, lane: Lane, item: Item) -> Lane:
        """The lane of the item's own host, which it is counted in from now on."""
        lane.left -= 1
        other = self._lane(item.host)
        other.left += 1
        return other

    def _settle_failure(self, lane: Lane, item: Item, failure: Failed, tally: Tally) -> None:
        attempts, tries = item.attempts + 1, self._tries(lane, failure)
        if item.probe and failure.signal != "neutral":
            # It may be the host that fails, so the address is not given up for it.
            attempts = min(attempts, tries - 1)
        final = attempts >= tries
        self._queue.note_failure(item, failure, attempts, final)
        if final:
            lane.health.forget(item.url)
            lane.left -= 1
            tally.left -= 1
            tally.gave_up(failure.kind)
            return
        pause = random.uniform(0, min(_LONGEST_BACKOFF, 2.0**attempts))
        # Where redirects led may hold for a moment only, so the way begins anew.
        again = Item(item.url, host_of(item.url), attempts=attempts)
        self._move(lane, again).try_later(again, self._gate.now() + pause)

    def _tries(self, lane: Lane, failure: Failed) -> int:
        if failure.status == 429 and not lane.health.addresses_object:
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
        """End in order where the disk or the store fails, at once where the code does."""
        try:
            if isinstance(error, DiskFull):
                self._room.ran_out(error)
            else:
                raise error
        except WorkFailed as failure:
            self._problem = self._problem or failure

    def _nothing_left(self) -> bool:
        """Whether all is settled but what waits for a host that is parked for long."""
        soon = self._gate.now() + _LONGEST_WAIT
        return all(
            lane.left == 0 or (lane.why == "parked" and lane.until > soon)
            for lane in self._lanes.values()
        )

    def _why_waiting(self) -> str:
        waiting = {lane.why: lane.host for lane in self._lanes.values() if lane.left}
        if "" in waiting or "pace" in waiting:
            return ""
        if "budget" in waiting:
            return f"The budget of {waiting['budget']} is spent for now."
        if "paused" in waiting:
            return f"{waiting['paused']} asked for a pause."
        if "parked" in waiting:
            return f"{waiting['parked']} does not answer well; it is asked again in a moment."
        return ""
