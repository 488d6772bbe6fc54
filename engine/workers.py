"""Work on many photographs, or on much text, in processes of its own."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import TypeVar

import cv2
from threadpoolctl import threadpool_limits

from engine.errors import WorkFailed

T = TypeVar("T")
R = TypeVar("R")

# Large enough that handing over costs nothing, small enough that all end at nearly the same time.
_BATCH = 4
_AHEAD = 4
# What is done in the half second that a process takes to start.
_MEANWHILE = 12
_sharing = 1


def cores() -> int:
    """The cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def sharing() -> int:
    """How many processes, this one among them, share the memory that one may take."""
    return _sharing


def in_processes(
    work: Callable[[Sequence[T]], R], items: Iterable[T], processes: int
) -> Iterator[R]:
    """What `work` gives for each few of the items, as it comes; few are on their way at a time.

    `work` and what it takes and gives must be picklable. No process outlives this one.

    Raises:
        WorkFailed: a process was killed.
    """
    # A fresh process each: a fork would copy whatever threads and locks this one holds.
    context = get_context("spawn")
    batches = _batches(items)
    with ProcessPoolExecutor(processes, context, _start, (processes,)) as pool:
        running: set[Future[R]] = set()
        try:
            while True:
                for batch in islice(batches, 2 * processes - len(running)):
                    running.add(pool.submit(work, batch))
                if not running:
                    return
                done, running = wait(running, return_when="FIRST_COMPLETED")
                for future in done:
                    yield future.result()
        except BrokenProcessPool as error:
            raise _killed() from error
        finally:
            pool.shutdown(cancel_futures=True)


def beside(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """What `work` gives for each item, in their order, from one process beside this one; a few
    are on their way at a time. The first are worked on here, while that one starts.

    As in `in_processes` otherwise.
    """
    rest = iter(items)
    first = list(islice(rest, _MEANWHILE))
    with ProcessPoolExecutor(1, get_context("spawn"), _start, (1,)) as pool:
        try:
            running = deque(pool.submit(work, item) for item in islice(rest, _AHEAD))
            yield from map(work, first)
            for item in rest:
                running.append(pool.submit(work, item))
                yield running.popleft().result()
            while running:
                yield running.popleft().result()
        except BrokenProcessPool as error:
            raise _killed() from error
        finally:
            pool.shutdown(cancel_futures=True)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    places = iter(items)
    while batch := list(islice(places, _BATCH)):
        yield batch


def _killed() -> WorkFailed:
    return WorkFailed(
        "A process that reads photographs was killed, perhaps because memory was low. "
        "Start again to continue."
    )


def _start(processes: int) -> None:
    global _sharing
    _sharing = processes
    # Ctrl-C reaches the whole group; who asked for the work ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # One core each is what the processes are for.
    cv2.setNumThreads(1)
    threadpool_limits(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that was killed can tell nobody to stop.
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
