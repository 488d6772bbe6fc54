"""How the processes of a run find each other, though some of them were started again."""

import hashlib
import os
import time
import uuid
from datetime import timedelta
from typing import Any

from torch import distributed as dist

# For all to have started and found each other.
_MEETING, _MOMENT = timedelta(minutes=10), timedelta(seconds=1)


def common_store(rank: int, count: int) -> Any:
    """A store that the processes of this start share with no earlier ones.

    torchrun keeps its store from one restart to the next, with the addresses of the dead in it.
    So each process gives a new name; the first makes a token of them, and takes it when all
    have answered to it.
    """
    hosts = rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True"
    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    # It is exported where torch was built with it, which is everywhere but in its types.
    store = dist.TCPStore(  # type: ignore[attr-defined]
        address, port, is_master=hosts, timeout=_MEETING
    )
    name = uuid.uuid4().hex
    store.set(f"name/{rank}", name)
    token = _lead(store, count) if rank == 0 else _follow(store, rank, name)
    return dist.PrefixStore(token, store)  # type: ignore[attr-defined]


def _lead(store: Any, count: int) -> str:
    until = time.monotonic() + _MEETING.total_seconds()
    while True:
        names = [store.get(f"name/{rank}").decode() for rank in range(count)]
        token = hashlib.sha256("".join(names).encode()).hexdigest()
        for name in names:
            store.set(f"token/{name}", token)
        try:
            store.wait([f"answer/{token}/{rank}" for rank in range(1, count)], _MOMENT)
        except dist.DistStoreError:
            # One of the names was left behind by the dead.
            if time.monotonic() > until:
                raise
        else:
            store.set(f"go/{token}", "")
            return token


def _follow(store: Any, rank: int, name: str) -> str:
    until = time.monotonic() + _MEETING.total_seconds()
    while True:
        token: str = store.get(f"token/{name}").decode()
        store.set(f"answer/{token}/{rank}", "")
        try:
            store.wait([f"go/{token}"], _MOMENT)
        except dist.DistStoreError:
            if time.monotonic() > until:
                raise
        else:
            return token
