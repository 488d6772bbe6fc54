"""The supervisor: starts queued work, stops it on request, and records how it ended.

There is one process per home, separate from the web server. It starts when first needed and ends
when there is nothing left to do. Its state is in files and kernel locks, so a new supervisor
continues where a killed one stopped.
"""

import contextlib
import dataclasses
import logging
import os
import signal
import time
from collections.abc import Iterator
from typing import Protocol

from engine.errors import BadInput, StudioError
from engine.files import printable
from engine.home import Home
from engine.jobs.launcher import Launcher
from engine.jobs.queue import Resource, Ticket, edit_queue, read_queue, this_home
from engine.jobs.stop_request import Stage, write_stop_request
from engine.jobs.supervision import wake_file
from engine.jobs.work import Work, free_gpus, stop_request_of, work_of
from engine.language.message import Message, message
from engine.locks import claim, is_held, release
from engine.settings.configs import studio_settings
from engine.settings.studio import QueueSettings

log = logging.getLogger(__name__)

_TICK = 0.1
_LOOK_AROUND = 5.0
_IDLE = 2.0


class Watch(Protocol):
    """Receives the runs and jobs that the supervisor handles; see `engine.runs.alert_rules`."""

    def check(self, names: list[str]) -> None:
        """Check these, run:ID or job:NAME; called in every tick."""

    def check_one(self, name: str) -> None:
        """Check one of them now."""


class Supervisor:
    """Starts work by a launcher and tracks it by name.

    `_live` holds all running work. `_locks` holds the locks that this process keeps until the end
    of the work is recorded. `lock` is the descriptor of the supervisor's own lock, released when it
    ends.
    """

    def __init__(
        self, home: Home, watch: Watch, launcher: Launcher, lock: int | None = None
    ) -> None:
        self._home, self._launcher, self._lock = home, launcher, lock
        self._live: dict[str, Work] = {}
        # The resource and GPUs of each; cached, because finding them reads files.
        self._resources: dict[str, tuple[Resource, str]] = {}
        self._locks: dict[str, int] = {}
        # The monotonic start time of each stage of stopping.
        self._stages: dict[str, tuple[Stage, float]] = {}
        self._watch = watch
        self._looked = -_LOOK_AROUND
        self._heard = 0
        self._considered: tuple[object, ...] = ()

    def run(self) -> None:
        """Work until there has been nothing to do for a while."""
        self._launcher.end_orphans(self._home)
        busy = time.monotonic()
        while self._home.queue.is_dir():
            if self.tick():
                busy = time.monotonic()
            elif time.monotonic() - busy > _IDLE and self._leave():
                return
            time.sleep(_TICK)

    def tick(self) -> bool:
        """Do one round; return whether there is anything to do or to wait for."""
        self._note_ends()
        self._look_around()
        tickets = read_queue(self._home)
        considered = (tickets, tuple(self._live))
        if considered != self._considered:
            self._start_what_fits()
            self._considered = considered
        for name, work in list(self._live.items()):
            with _alone(name):
                self._stop(name, work)
        with _alone("watch"):
            self._watch.check(list(self._live))
        return bool(self._live) or any(self._is_ours(ticket) for ticket in tickets)

    def _is_ours(self, ticket: Ticket) -> bool:
        return ticket.where == this_home(self._home) and not ticket.held

    def _leave(self) -> bool:
        """Release the lock unless something was queued meanwhile; return whether it did."""
        with edit_queue(self._home) as tickets:
            if any(self._is_ours(ticket) for ticket in tickets):
                return False
            # Still under the queue's lock: a process that queues next waits for it and finds no
            # supervisor.
            if self._lock is not None:
                release(self._lock)
            return True

    def _look_around(self) -> None:
        """Track work that is alive and was started elsewhere: in a terminal, or by an earlier
        supervisor.
        """
        with contextlib.suppress(OSError):
            rung = wake_file(self._home).stat().st_mtime_ns
            if rung != self._heard:
                self._heard, self._looked = rung, -_LOOK_AROUND
        if time.monotonic() - self._looked < _LOOK_AROUND:
            return
        self._looked = time.monotonic()
        for name in _names(self._home):
            with _alone(name):
                work = work_of(self._home, name)
                if name not in self._live and self._launcher.is_alive(work.root):
                    log.info("Found %s alive.", name)
                    self._take_on(work)

    def _take_on(self, work: Work) -> None:
        self._resources[work.name] = work.resource, self._launcher.where(work.root).gpu
        self._live[work.name] = work

    def _note_ends(self) -> None:
        for name, work in list(self._live.items()):
            with _alone(name):
                self._note_end(name, work)

    def _note_end(self, name: str, work: Work) -> None:
        if self._launcher.is_alive(work.root):
            return
        status = self._launcher.reap(work.root)
        del self._live[name], self._resources[name]
        self._end(work, status)
        self._stages.pop(name, None)

    def _end(self, work: Work, status: int | None, reason: Message | None = None) -> None:
        log.info("%s ended%s.", work.name, "" if status is None else f" with {status}")
        lock = self._locks.pop(work.name, None)
        if lock is None and work.exists:
            lock = claim(work.lock)
        if lock is None:
            return
        try:
            if work.exists:
                work.note_end(status, stop_request_of(work), reason)
        except Exception:
            log.exception("How %s ended could not be written.", work.name)
        finally:
            release(lock)
        with _alone(work.name):
            self._watch.check_one(work.name)

    def _start_what_fits(self) -> None:
        if not read_queue(self._home):
            return
        limits = _limits()
        with edit_queue(self._home) as tickets:
            for ticket in list(tickets):
                with _alone(ticket.name):
                    if self._is_ours(ticket):
                        self._start_if_free(ticket, tickets, limits)

    def _start_if_free(self, ticket: Ticket, tickets: list[Ticket], limits: QueueSettings) -> None:
        # Check the lock: a run that released it may be resumed while its process still ends.
        if ticket.name in self._live and is_held(self._live[ticket.name].lock):
            # The process that started it was killed before it removed the ticket.
            tickets.remove(ticket)
            return
        waits = ticket.after and (
            ticket.after in self._live or any(t.name == ticket.after for t in tickets)
        )
        gpu = self._free(ticket, limits) if not waits else None
        if gpu is not None:
            tickets.remove(ticket)
            self._start(work_of(self._home, ticket.name), gpu)

    def _free(self, ticket: Ticket, limits: QueueSettings) -> str | None:
        """Return the GPUs for this ticket, "" if it needs none; None if too few are free."""
        places = [gpu for resource, gpu in self._resources.values() if resource == ticket.resource]
        if ticket.resource != "gpu":
            limit = limits.cpu if ticket.resource == "cpu" else limits.light
            return "" if ticket.now or len(places) < limit else None
        wanted = work_of(self._home, ticket.name).gpus_wanted
        taken = [gpu for place in places for gpu in place.split(",")]
        return free_gpus(taken, wanted, None if ticket.now else limits.gpu)

    def _start(self, work: Work, gpu: str) -> None:
        lock = claim(work.lock) if work.exists else None
        if lock is None:
            return
        if work.ends_with_note:
            self._locks[work.name] = os.dup(lock)
        try:
            self._launch(work, gpu, lock)
            self._take_on(work)
            log.info("Started %s%s.", work.name, f" on GPU {gpu}" if gpu else "")
        except Exception as error:
            log.exception("%s could not be started.", work.name)
            reason = message("It could not be started ({error}).", error=type(error).__name__)
            if isinstance(error, StudioError):
                reason = message("It could not be started. {error}", error=error.message)
            self._end(work, 1, reason)

    def _launch(self, work: Work, gpu: str, lock: int) -> None:
        try:
            launch = work.launch(gpu)
        except BaseException:
            release(lock)
            raise
        self._launcher.start(launch, lock)

    def _stop(self, name: str, work: Work) -> None:
        """Take the next step of stopping: request, then SIGTERM, then SIGKILL."""
        request = stop_request_of(work)
        if request is None:
            return
        now = time.monotonic()
        if name not in self._stages:
            self._stages[name] = (request.stage, now)
            if not work.asks_by_file and request.save:
                self._launcher.stop(work.root, signal.SIGINT)
        stage, since = self._stages[name]
        following: Stage
        if not request.save and stage != "killed":
            following = "killed"
        elif stage == "asked" and now - since >= request.ask_seconds:
            following = "terminated"
        elif stage == "terminated" and now - since >= request.term_seconds:
            following = "killed"
        else:
            return
        log.info("%s: %s.", name, following)
        self._stages[name] = (following, now)
        with contextlib.suppress(StudioError):
            write_stop_request(
                work.stop, dataclasses.replace(request, stage=following, since=time.time())
            )
        if following == "killed":
            self._launcher.kill(work.root)
        else:
            self._launcher.stop(work.root, signal.SIGTERM)


@contextlib.contextmanager
def _alone(name: str) -> Iterator[None]:
    """Log an error with one run or job; it must not affect the others."""
    try:
        yield
    except Exception:
        log.exception("%s could not be handled.", printable(name))


def _names(home: Home) -> Iterator[str]:
    for kind, folder in (("run", home.runs), ("job", home.jobs)):
        for path in folder.glob("*/lock"):
            if not path.parent.name.startswith("."):
                yield f"{kind}:{path.parent.name}"


def _limits() -> QueueSettings:
    try:
        return studio_settings().queue
    except BadInput:
        log.warning("The studio's settings cannot be read; the queue keeps to the usual limits.")
        return QueueSettings()
