"""Known server faults, each in a whole download: no bad file is stored as good, no address is
retried forever, and objections are respected.
"""

import email.utils
import gzip
import os
import socket
import ssl
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.download.fetch import Fetcher
from engine.download.gate import Gate
from engine.download.outcome import Failed, Redirected
from engine.download.queue import Queue
from engine.download.run import Summary
from engine.download.store import open_download_store
from engine.home import Home
from engine.settings.download import DownloadSettings, ProviderSettings
from tests.download.conftest import IMPATIENT, QUICK
from tests.download.server import (
    Behaviour,
    Request,
    Server,
    Wire,
    body,
    head,
    in_turn,
    jpeg,
    raw,
    redirect,
    status,
    trickle,
)
from tests.download.test_fetch import CHUNKED, PAGE, bomb

Want = Callable[..., list[str]]
FetchAll = Callable[..., Summary]
WHOLE = jpeg(200, 150)


def reset(start: bytes) -> Behaviour:
    """Send this, then reset the connection (RST)."""

    def answer(wire: Wire, request: Request) -> None:
        wire.send(start)
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(wire.socket.detach())
        wire.close()

    return answer


FAULTS: dict[str, tuple[Behaviour, str]] = {
    "a web page": (body(PAGE, content_type="text/html"), "bad content"),
    "a web page said to be a JPEG": (body(PAGE), "bad content"),
    "an empty answer": (body(b""), "bad content"),
    "a body shorter than its length": (
        raw(head(content_length=len(WHOLE)) + WHOLE[:-99]),
        "transient",
    ),
    "a body longer than its length": (
        raw(head(content_length=len(WHOLE) - 99) + WHOLE),
        "bad content",
    ),
    "a truncated body without a length": (raw(head() + WHOLE[:-99]), "bad content"),
    "a truncated body with the right length": (body(WHOLE[:-99]), "bad content"),
    "more pixels than memory": (body(bomb()), "bad content"),
    "more bytes than are allowed": (raw(head(content_length=3_000_000) + WHOLE), "policy"),
    "a damaged compression": (
        body(gzip.compress(WHOLE)[:-99], content_encoding="gzip"),
        "bad content",
    ),
    "chunks without an end": (raw(head(**CHUNKED) + b"40\r\n" + WHOLE[:30]), "transient"),
    "a connection reset": (reset(head(content_length=len(WHOLE)) + WHOLE[:99]), "transient"),
    "no such photograph": (status(404), "permanent"),
    "a redirect in a circle": (redirect("/a redirect in a circle"), "policy"),
    "a redirect to a metadata address": (redirect("http://169.254.169.254/latest"), "policy"),
}


def path_of(fault: str) -> str:
    return f"/{fault.replace(' ', '%20')}"


def test_no_fault_is_stored_as_good_or_retried_forever(
    home: Home, catalogue: SqliteCatalogue, server: Server, fetch_all: FetchAll
) -> None:
    for fault, (behaviour, _) in FAULTS.items():
        url = server.put(path_of(fault), behaviour)
        catalogue.add([Photograph(fault, "Rosa canina", url=url)])
    server.put(
        path_of("a redirect in a circle"), redirect(server.url(path_of("a redirect in a circle")))
    )
    good = server.put("/good.jpg", body(WHOLE))
    catalogue.add([Photograph("good", "Rosa canina", url=good)])
    summary = fetch_all(attempts=2)
    assert (summary.successful, summary.failed) == (1, len(FAULTS))
    assert [item.image_id for item in catalogue.all(Filter(state="cached"))] == ["good"]
    files = [file for file in home.images.glob("[!.]*/*") if file.is_file()]
    assert [file.read_bytes() for file in files] == [WHOLE]
    with open_download_store(home) as downloads:
        kinds = {item.url: item.kind for item in Queue(downloads).failures()}
    assert kinds == {server.url(path_of(fault)): kind for fault, (_, kind) in FAULTS.items()}
    for fault in FAULTS:
        assert len(server.asked(path_of(fault))) <= (6 if "circle" in fault else 2), fault
    assert fetch_all().requests == 0


def in_seconds() -> dict[str, str]:
    return {"retry_after": "1"}


def as_a_date() -> dict[str, str]:
    now = time.time()
    return {
        "date": email.utils.formatdate(now, usegmt=True),
        "retry_after": email.utils.formatdate(now + 1, usegmt=True),
    }


@pytest.mark.parametrize("asks", [in_seconds, as_a_date])
@pytest.mark.parametrize("code", [429, 503])
def test_a_requested_pause_applies_to_the_whole_host(
    server: Server, want: Want, fetch_all: FetchAll, code: int, asks: Callable[[], dict[str, str]]
) -> None:
    want(*"abcdef")
    refused: list[float] = []

    def answer(wire: Wire, request: Request) -> None:
        refused.append(time.monotonic())
        status(code, **asks())(wire, request)

    server.put("/a.jpg", in_turn(answer, body(jpeg(seed=1))))
    summary = fetch_all(other_hosts=ProviderSettings(start_rate=25, connections=1))
    assert (summary.successful, summary.rate_limited) == (6, int(code == 429))
    after = [request.t for request in server.requests if request.t > refused[0]]
    assert min(after) - refused[0] >= 0.95


@pytest.mark.parametrize("code", [429, 503])
def test_an_objection_without_a_pause_halves_the_rate(
    home: Home, server: Server, want: Want, fetch_all: FetchAll, code: int
) -> None:
    want(*"abcd")
    server.put("/a.jpg", in_turn(status(code), body(jpeg(seed=1))))
    settings = QUICK.model_copy(update={"other_hosts": ProviderSettings(start_rate=16)})
    assert fetch_all(other_hosts=settings.other_hosts).successful == 4
    with open_download_store(home) as downloads:
        view = Gate(downloads, settings).views()[0]
    assert view.state == "slowed"
    assert view.rate is not None and view.rate < 16


def test_an_untrusted_certificate_is_refused(tmp_path: Path, fetcher: Fetcher) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
    paths = ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1"]
    try:
        subprocess.run([*command.split(), *paths], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs openssl to make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = Server(wrap=lambda plain: context.wrap_socket(plain, server_side=True))
    server.put("/a.jpg", body(WHOLE))
    outcome = fetcher.fetch(f"https://127.0.0.1:{server.port}/a.jpg", lambda size: "")
    server.close()
    assert isinstance(outcome, Failed)
    assert (outcome.kind, server.requests) == ("policy", [])
    assert "trusted encrypted connection" in str(outcome.reason)


def test_another_host_cannot_redirect_to_a_port_of_this_machine(
    home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other host is a server on loopback with a fake public name and address."""
    inner = Server()
    inner.put("/secret.jpg", body(WHOLE))
    server.put("/a.jpg", redirect(inner.url("/secret.jpg")))
    real_lookup, real_connect = socket.getaddrinfo, socket.create_connection

    def lookup(host: str, port: int, *more: int, **words: int) -> list[tuple[object, ...]]:
        if host == "stranger.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]
        return list(real_lookup(host, port, *more, **words))

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        host = "127.0.0.1" if address[0] == "93.184.216.34" else address[0]
        return real_connect((host, address[1]), timeout)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    careful = Fetcher(
        IMPATIENT.model_copy(update={"allow_private_hosts": False}), home.images / ".incoming"
    )
    moved = careful.fetch(f"http://stranger.example:{server.port}/a.jpg", lambda size: "")
    assert isinstance(moved, Redirected)
    outcome = careful.fetch(moved.target, lambda size: "")
    careful.close()
    inner.close()
    assert isinstance(outcome, Failed) and outcome.kind == "policy"
    assert not inner.requests


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [
        trickle(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
        trickle(head(content_length=100_000) + WHOLE[:50]),
        trickle(head(**CHUNKED) + b"4\r\n\xff\xd8\xff\xe0\r\n", b"1\r\n0\r\n"),
    ],
)
def test_a_slow_loris_is_cut_off_within_ten_seconds_by_default(
    home: Home, server: Server, answer: Behaviour
) -> None:
    fetcher = Fetcher(DownloadSettings(allow_private_hosts=True), home.images / ".incoming")
    started = time.monotonic()
    outcome = fetcher.fetch(server.put("/a.jpg", answer), lambda size: "")
    assert time.monotonic() - started < 10
    fetcher.close()
    assert isinstance(outcome, Failed) and "took too long" in str(outcome.reason)
