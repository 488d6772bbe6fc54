"""Requests of strangers to the real server: other hosts, other pages, other accounts."""

import json
import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.robustness.line import Line
from tests.studio.access.conftest import (
    TOKEN,
    Answer,
    Studio,
    ask_as_another_account,
    open_to_others,
)
from tests.studio.access.probes import (
    CLIMBS,
    HOSTS,
    LONG_NAMES,
    ORIGINS,
    PATHS,
    UPLOAD,
    UPLOAD_METHODS,
)

Probe = tuple[str, Answer, bool]
"""The request, the response, and whether it is right."""


def lines(root: Path, given: Namespace) -> Iterator[Line]:
    """One line per kind of stranger."""
    with open_to_others(root) as studio:
        for what, probes in _KINDS.items():
            asked = list(probes(studio))
            wrong = [f"{name}: {answer.status}" for name, answer, right in asked if not right]
            yield Line(what, len(asked), wrong)
        if os.geteuid():
            print("requests: another account: not checked; only root can become one")
        else:
            yield _another_account(studio)


def _without_token(studio: Studio) -> Iterator[Probe]:
    for path in PATHS:
        answer = studio.ask(path)
        yield path, answer, answer.status == 403


def _hosts(studio: Studio) -> Iterator[Probe]:
    for host in HOSTS:
        named = host.format(port=studio.port)
        for path in [*PATHS, "/_stcore/health", f"/?token={TOKEN}"]:
            answer = studio.ask(path, Host=named, **studio.cookie)
            yield f"{path} of {named}", answer, answer.status == 400


def _origins(studio: Studio) -> Iterator[Probe]:
    for origin in ORIGINS:
        named = {"Origin": origin.format(port=studio.port), **studio.cookie}
        for path in PATHS:
            answer = studio.ask(path, **named)
            yield f"{path} for {origin}", answer, answer.status == 403
    for site in ("cross-site", "same-site"):
        fetched = {"Sec_Fetch_Site": site, "Sec_Fetch_Mode": "no-cors", **studio.cookie}
        for path in PATHS:
            answer = studio.ask(path, **fetched)
            yield f"{path} embedded {site}", answer, answer.status == 403


def _sockets(studio: Studio) -> Iterator[Probe]:
    own = f"http://{studio.host}"
    for origin in ORIGINS:
        answer = studio.open_socket(Origin=origin.format(port=studio.port), **studio.cookie)
        yield f"WebSocket for {origin}", answer, answer.status == 403
    for host in HOSTS:
        named = host.format(port=studio.port)
        answer = studio.open_socket(Host=named, Origin=f"http://{named}", **studio.cookie)
        yield f"WebSocket of {named}", answer, answer.status == 400
    answer = studio.open_socket(**studio.cookie)
    yield "WebSocket without an origin", answer, answer.status == 403
    answer = studio.open_socket(Origin=own)
    yield "WebSocket without the cookie", answer, answer.status == 403
    # A server that refuses everything would pass all of the above.
    answer = studio.open_socket(Origin=own, **studio.cookie)
    yield "WebSocket of the studio's own page", answer, answer.status == 101


def _traversals(studio: Studio) -> Iterator[Probe]:
    for path in CLIMBS:
        answer = studio.ask(path, **studio.cookie)
        leaked = b"root:" in answer.body or b"import streamlit" in answer.body
        yield path, answer, answer.status < 500 and not leaked
        stranger = studio.ask(path)
        yield f"{path} without the cookie", stranger, stranger.status in (400, 403)
    for path in LONG_NAMES:
        answer = studio.ask(path, **studio.cookie)
        yield f"{path[:20]}… of {len(path)}", answer, answer.status < 500
        stranger = studio.ask(path)
        yield f"{path[:20]}… without the cookie", stranger, 400 <= stranger.status < 500


def _uploads(studio: Studio) -> Iterator[Probe]:
    own = {"Origin": f"http://{studio.host}", **studio.cookie}
    for method in UPLOAD_METHODS:
        answer = studio.ask(UPLOAD, method=method, body=b"bytes")
        yield f"{method} without the token", answer, answer.status == 403
        for origin in ORIGINS:
            named = own | {"Origin": origin.format(port=studio.port)}
            answer = studio.ask(UPLOAD, method=method, body=b"bytes", **named)
            yield f"{method} for {origin}", answer, answer.status == 403
    for method in ("PUT", "DELETE"):
        answer = studio.ask(UPLOAD, method=method, body=b"bytes", **own)
        yield f"{method} without the anti-forgery header", answer, answer.status == 403


_KINDS: dict[str, Callable[[Studio], Iterator[Probe]]] = {
    "requests without the token": _without_token,
    "requests for foreign hosts": _hosts,
    "requests from other pages": _origins,
    "WebSockets": _sockets,
    "paths that lead out, and long names": _traversals,
    "uploads of others": _uploads,
}


def _another_account(studio: Studio) -> Line:
    looked = ask_as_another_account(studio)
    if looked.returncode:
        return Line("another account of the machine", 1, [looked.stderr.strip()[-300:]])
    found = json.loads(looked.stdout)
    seen = found["token and server seen"]
    wrong = [f"it got {answer}" for answer in found["found"] if answer != 403]
    if seen != [False, True]:
        wrong.append(f"the token and the server are seen: {seen}")
    return Line("another account of the machine", len(found["found"]) + 1, wrong)
