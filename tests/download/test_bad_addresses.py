"""Bad addresses beside good ones on one host: the good ones are fetched all the same."""

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue, open_catalogue
from engine.catalogue.store import Filter
from engine.download.control import Control
from engine.download.run import download
from engine.home import Home
from engine.settings.download import DownloadSettings, ProviderSettings
from tests.download.conftest import QUICK
from tests.download.server import (
    Behaviour,
    Request,
    Server,
    Wire,
    body,
    head,
    jpeg,
    raw,
    redirect,
    status,
    trickle,
)
from tests.download.test_faults import reset
from tests.download.test_fetch import PAGE, bomb

WHOLE = jpeg(200, 150)
GOOD, OF_EACH = 36, 12


def silent(wire: Wire, request: Request) -> None:
    """Take the request and never answer."""
    while wire.wait(0.5):
        pass


KINDS: dict[str, Behaviour] = {
    "404": status(404),
    "403": status(403),
    "410": status(410),
    "500": status(500),
    "503": status(503),
    "429": status(429),
    "reset": reset(head(content_length=len(WHOLE)) + WHOLE[:99]),
    "closed": raw(b""),
    "slow-body": trickle(head(content_length=100_000) + WHOLE[:50]),
    "slow-head": trickle(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
    "silent": silent,
    "short": raw(head(content_length=len(WHOLE)) + WHOLE[:-99]),
    "short-without-length": raw(head() + WHOLE[:-99]),
    "page": body(PAGE, content_type="text/html"),
    "page-as-jpeg": body(PAGE),
    "empty": body(b""),
    "bomb": body(bomb()),
    "circle": lambda wire, request: redirect(request.path)(wire, request),
    "private": redirect("http://169.254.169.254/latest"),
}


def fill(
    server: Server, catalogue: SqliteCatalogue, kinds: dict[str, Behaviour], order: str | int
) -> None:
    """12 addresses of each kind and 36 good ones: the bad ones first, last, or shuffled."""
    names = [f"{kind}-{n}" for kind in kinds for n in range(OF_EACH)]
    for name in names:
        server.put(f"/{name}.jpg", kinds[name.rpartition("-")[0]])
    good = [f"good-{n}" for n in range(GOOD)]
    for n, name in enumerate(good):
        server.put(f"/{name}.jpg", body(jpeg(seed=n), content_type="text/plain"))
    if order == "good first":
        names = good + names
    else:
        names = names + good
    if isinstance(order, int):
        random.Random(order).shuffle(names)
    catalogue.add(
        Photograph(
            name,
            "Rosa canina",
            url=server.url(f"/{name}.jpg"),
            observation_id=str(len(names) - place),
        )
        for place, name in enumerate(names)
    )


def seconds_until_good(home: Home, settings: DownloadSettings, most: float) -> float:
    """How long a download takes for the good ones; it is stopped then."""
    control = Control(home)
    began = time.monotonic()
    done: list[float] = []

    def run() -> None:
        with open_catalogue(home.catalogue) as own:
            download(home, own, settings)

    worker = threading.Thread(target=run)
    worker.start()
    with open_catalogue(home.catalogue) as catalogue:
        while not done and time.monotonic() - began < most:
            at_work = worker.is_alive()
            if catalogue.counts().by_state.get("cached", 0) == GOOD:
                done.append(time.monotonic() - began)
            elif not at_work:
                break
            time.sleep(0.1)
    control.stop()
    worker.join(30)
    assert not worker.is_alive()
    assert done, "not all good photographs came in time"
    return done[0]
