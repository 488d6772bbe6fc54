"""Processing many photographs, or much text, in worker processes."""

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

# Large enough to make the transfer cheap, small enough that all workers end at a similar time.
_BATCH = 4
_AHEAD = 4
# Items processed here in the half second that a process takes to start.
_MEANWHILE = 12
_sharing = 1


def cores() -> int:
    """The number of cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def sharing() -> int:
    """The number of processes, including this one, that share one process's memory limit."""
    return _sharing


def in_processes(
    work: Callable[[Sequence[T]], R], items: Iterable[T], processes: int
) -> Iterator[R]:
    """Apply `work` to batches of the items in worker processes; yields results as they arrive.

    Only a few batches are in flight at a time. `work`, its argument and its result must be
    picklable. The workers end with this process.

    Raises:
        WorkFailed: a worker was killed.
    """
    # Spawned, because a fork would copy this process's threads and locks.
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
    """Apply `work` to each item in one worker process; yields results in order.

    Only a few items are in flight at a time. This process handles the first ones while the
    worker starts. Otherwise the same as `in_processes`.
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
    # Ctrl-C reaches the whole process group; the parent ends the work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Each worker uses one core.
    cv2.setNumThreads(1)
    threadpool_limits(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A killed parent cannot stop its workers.
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
