"""The growth of the SQLite catalogue's write-ahead log while other processes read."""

import multiprocessing
import time
from contextlib import closing
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

from benchmarks.timing import Timings
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import EVERYTHING, Filter

_SECONDS = 10.0
_AT_ONCE = 2_000


def longest_log(file: Path, timings: Timings) -> None:
    """The maximum size of the log while two processes read without pause and one writes."""
    spawn = multiprocessing.get_context("spawn")
    end, ready = spawn.Event(), spawn.Barrier(4)
    workers = [
        spawn.Process(target=work, args=(file, ready, end)) for work in (_read, _read, _write)
    ]
    for worker in workers:
        worker.start()
    ready.wait()
    log = file.with_name(f"{file.name}-wal")
    longest = 0
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        longest = max(longest, log.stat().st_size if log.exists() else 0)
        time.sleep(0.005)
    end.set()
    for worker in workers:
        worker.join()
    timings.write("log under 2 readers and a writer for 10 s", f"{longest / 1e6:.0f} MB")


def _read(file: Path, ready: Barrier, end: Event) -> None:
    with closing(SqliteCatalogue(file)) as catalogue:
        ready.wait()
        while not end.is_set():
            catalogue.columns(["image_id", "species", "observation_id"])
            catalogue.page(Filter(source="GBIF"), None, 60)


def _write(file: Path, ready: Barrier, end: Event) -> None:
    with closing(SqliteCatalogue(file)) as catalogue:
        ids = [one.image_id for one in catalogue.page(EVERYTHING, None, 200_000).photographs]
        catalogue.update([{"image_id": ids[0], "state": "cached"}])
        transactions = 0
        ready.wait()
        while not end.is_set():
            start = transactions * _AT_ONCE % len(ids)
            state = ("cached", "remote")[transactions % 2]
            catalogue.update(
                {"image_id": image_id, "state": state, "path": f"data/images/{transactions}"}
                for image_id in ids[start : start + _AT_ONCE]
            )
            transactions += 1
    print(f"           {transactions} transactions of {_AT_ONCE:,} photographs")
