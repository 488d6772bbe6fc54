"""One attempt at one address, against a real server with every known fault."""

import gzip
import hashlib
import resource
import struct
import time
import zlib

import pytest

from engine.download.fetch import Fetcher
from engine.download.outcome import Deferred, Failed, Fetched, Outcome, Redirected
from engine.home import Home
from engine.language.message import Message, message
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

PHOTOGRAPH = jpeg(200, 150)
CHUNKED = {"transfer_encoding": "chunked"}
PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>"


def fetch(fetcher: Fetcher, url: str) -> Outcome:
    return fetcher.fetch(url, lambda size: "")


def failed(outcome: Outcome) -> Failed:
    assert isinstance(outcome, Failed), outcome
    return outcome


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of 900 million pixels in a few hundred kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 1) * 1_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def test_a_photograph_is_stored_unmodified_with_all_its_metadata(
    server: Server, fetcher: Fetcher
) -> None:
    outcome = fetch(fetcher, server.put("/a.jpg", body(PHOTOGRAPH, etag='"one"')))
    assert isinstance(outcome, Fetched)
    assert outcome.temporary.read_bytes() == PHOTOGRAPH
    assert outcome.sha256 == hashlib.sha256(PHOTOGRAPH).hexdigest()
    assert (outcome.size, outcome.wire, outcome.etag) == (len(PHOTOGRAPH),) * 2 + ('"one"',)
    assert (outcome.header.width, outcome.header.height) == (200, 150)


def test_a_photograph_that_arrives_in_small_pieces_is_complete(
    server: Server, fetcher: Fetcher
) -> None:
    def in_pieces(wire: Wire, _: Request) -> None:
        wire.send(head(content_length=len(PHOTOGRAPH)))
        for start, end in ((0, 1), (1, 9), (9, 40), (40, 900), (900, len(PHOTOGRAPH))):
            wire.send(PHOTOGRAPH[start:end])
            wire.wait(0.02)

    outcome = fetch(fetcher, server.put("/a.jpg", in_pieces))
    assert isinstance(outcome, Fetched)
    assert outcome.temporary.read_bytes() == PHOTOGRAPH


def test_requests_contain_the_contact_and_nothing_else(server: Server, fetcher: Fetcher) -> None:
    fetch(fetcher, server.put("/a.jpg", body(PHOTOGRAPH, set_cookie="spy=1")))
    fetch(fetcher, server.url("/a.jpg"))
    for request in server.asked("/a.jpg"):
        assert request.headers["user-agent"] == "PlantStudio"
        assert "cookie" not in request.headers


@pytest.mark.parametrize(
    ("answer", "kind", "signal"),
    [
        (status(429), "transient", "slow down"),
        (status(503), "transient", "slow down"),
        (status(500), "transient", "unwell"),
        (status(403), "policy", "forbidden"),
        (status(404), "permanent", "neutral"),
        (status(410), "permanent", "neutral"),
        (body(PAGE), "bad content", "neutral"),
        (body(PAGE, content_type="text/html"), "bad content", "neutral"),
        (body(b""), "bad content", "neutral"),
        (raw(head() + b""), "bad content", "neutral"),
        (raw(head() + PHOTOGRAPH[:-900]), "bad content", "neutral"),
        (body(PHOTOGRAPH[:-900]), "bad content", "neutral"),
        (body(b"\xff\xd8\xff" + bytes(500)), "bad content", "neutral"),
        (body(bomb()), "bad content", "neutral"),
        (body(gzip.compress(PHOTOGRAPH)[:-300], content_encoding="gzip"), "bad content", "neutral"),
        (body(bytes(100), content_encoding="gzip"), "bad content", "neutral"),
        (raw(head(content_length=len(PHOTOGRAPH) + 9) + PHOTOGRAPH), "transient", "unwell"),
        (raw(head(content_length=len(PHOTOGRAPH) - 900) + PHOTOGRAPH), "bad content", "neutral"),
        (raw(head(**CHUNKED) + b"40\r\n" + PHOTOGRAPH[:30]), "transient", "unwell"),
        (raw(head(content_length=3_000_000) + PHOTOGRAPH), "policy", "neutral"),
        (raw(head(content_length="soon") + PAGE), "bad content", "neutral"),
        (raw(b"what?\r\n\r\n"), "transient", "unwell"),
        (raw(b""), "transient", "unwell"),
        (redirect(""), "policy", "neutral"),
        (redirect("file:///etc/passwd"), "policy", "neutral"),
        (redirect("ftp://127.0.0.1/a.jpg"), "policy", "neutral"),
    ],
)  # fmt: skip
def test_other_content_than_a_photograph_is_classified_and_not_stored(
    home: Home, server: Server, fetcher: Fetcher, answer: Behaviour, kind: str, signal: str
) -> None:
    failure = failed(fetch(fetcher, server.put("/a.jpg", answer)))
    assert (failure.kind, failure.signal) == (kind, signal)
    assert str(failure.reason).endswith(".")
    assert not list((home.images / ".incoming").glob("*"))


@pytest.mark.parametrize(
    "answer",
    [
        trickle(b"", pause=0.2),
        trickle(head(content_length=100_000) + PHOTOGRAPH[:50], pause=0.2),
        trickle(head() + PHOTOGRAPH[:50], pause=0.2),
        trickle(head(**CHUNKED), b"0", pause=0.2),
        trickle(head(**CHUNKED) + b"4\r\n\xff\xd8\xff\xe0\r\n", b"1\r\n0\r\n", 0.2),
        trickle(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n", pause=0.2),
    ],
)  # fmt: skip
def test_a_server_that_trickles_is_cut_off(
    server: Server, fetcher: Fetcher, answer: Behaviour
) -> None:
    started = time.monotonic()
    failure = failed(fetch(fetcher, server.put("/a.jpg", answer)))
    assert time.monotonic() - started < 6
    assert (failure.kind, failure.signal) == ("transient", "slow down")
    assert "took too long" in str(failure.reason)


def test_an_endless_body_is_cut_off_at_the_size_limit(server: Server, fetcher: Fetcher) -> None:
    chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
    start = head(**CHUNKED) + b"4\r\n\xff\xd8\xff\xe0\r\n"
    failure = failed(fetch(fetcher, server.put("/a.jpg", trickle(start, chunk, 0))))
    assert (failure.kind, str(failure.reason)) == ("policy", "The file is larger than 1.0 MB.")
    assert failure.wire < 1_100_000


def test_a_decompression_bomb_is_rejected_before_decoding(server: Server, fetcher: Fetcher) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    failure = failed(fetch(fetcher, server.put("/a.png", body(bomb()))))
    assert "megapixels" in str(failure.reason)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_compressed_response_is_unpacked_and_its_transferred_bytes_are_counted(
    server: Server, fetcher: Fetcher
) -> None:
    packed = gzip.compress(PHOTOGRAPH)
    outcome = fetch(fetcher, server.put("/a.jpg", body(packed, content_encoding="gzip")))
    assert isinstance(outcome, Fetched)
    assert outcome.temporary.read_bytes() == PHOTOGRAPH
    assert (outcome.size, outcome.wire) == (len(PHOTOGRAPH), len(packed))


def test_a_compressed_response_without_bounds_is_cut_off(server: Server, fetcher: Fetcher) -> None:
    packed = gzip.compress(b"\xff\xd8\xff" + bytes(50_000_000))
    failure = failed(fetch(fetcher, server.put("/a.jpg", body(packed, content_encoding="gzip"))))
    assert str(failure.reason) == "The file is larger than 1.0 MB."


def test_bytes_after_the_content_length_do_not_affect_the_next_response(
    server: Server, fetcher: Fetcher
) -> None:
    longer = raw(head(content_length=len(PHOTOGRAPH)) + PHOTOGRAPH + b"HTTP/1.1 200 evil\r\n\r\n")
    assert isinstance(fetch(fetcher, server.put("/a.jpg", longer)), Fetched)
    outcome = fetch(fetcher, server.put("/b.jpg", body(jpeg(seed=2))))
    assert isinstance(outcome, Fetched)
    assert outcome.temporary.read_bytes() == jpeg(seed=2)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"retry_after": "7"}, 7),
        ({"retry_after": "999999999"}, 24 * 3600),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-3"}, None),
        ({}, None),
        (
            {
                "date": "Wed, 21 Oct 2015 07:28:00 GMT",
                "retry_after": "Wed, 21 Oct 2015 07:29:30 GMT",
            },
            90,
        ),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
    ],
)
def test_the_pause_that_a_host_requests_is_read(
    server: Server, fetcher: Fetcher, header: dict[str, str], seconds: float | None
) -> None:
    failure = failed(fetch(fetcher, server.put("/a.jpg", status(429, **header))))
    assert failure.retry_after == seconds


def test_a_redirect_is_returned_and_not_followed(server: Server, fetcher: Fetcher) -> None:
    outcome = fetch(fetcher, server.put("/a.jpg", redirect("/b.jpg?x=1")))
    assert isinstance(outcome, Redirected)
    assert outcome.target == server.url("/b.jpg?x=1")
    assert not server.asked("/b.jpg?x=1")


def test_bytes_beyond_the_budget_are_not_read(server: Server, fetcher: Fetcher) -> None:
    url = server.put("/a.jpg", body(PHOTOGRAPH))
    asked: list[int] = []

    def refuse(size: int) -> Message:
        asked.append(size)
        return message("The budget of this hour is used up.")

    assert isinstance(fetcher.fetch(url, refuse), Deferred)
    assert asked == [len(PHOTOGRAPH)]


def test_a_closed_port_and_an_unknown_name_are_distinguished(
    server: Server, fetcher: Fetcher
) -> None:
    assert (
        str(failed(fetch(fetcher, "http://127.0.0.1:9/a.jpg")).reason)
        == "The host refused the connection."
    )
    unknown = failed(fetch(fetcher, "http://no.such.invalid/a.jpg"))
    assert "name is unknown" in str(unknown.reason)
