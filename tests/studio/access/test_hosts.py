"""Parsing of Host and Origin headers."""

import pytest

from studio.access.hosts import AllowedHost, is_loopback, is_same_origin, parse_host


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("localhost", AllowedHost("localhost", None)),
        ("LocalHost:8501", AllowedHost("localhost", 8501)),
        ("[::1]:8501", AllowedHost("::1", 8501)),
        ("a@localhost", None),
        ("localhost/a", None),
        ("localhost?a", None),
        ("localhost :8501", None),
        ("localhost:x", None),
        ("localhost:99999", None),
        ("[::1", None),
        ("", None),
    ],
)
def test_a_host_header_is_parsed_or_rejected(header: str, host: AllowedHost | None) -> None:
    assert parse_host(header) == host


def test_the_same_origin_is_the_same_host_and_port() -> None:
    assert is_same_origin("http://127.0.0.1:8501", "127.0.0.1:8501")
    assert is_same_origin("https://plants.example.org", "plants.example.org")
    assert not is_same_origin("http://127.0.0.1:8502", "127.0.0.1:8501")
    assert not is_same_origin("http://localhost:8501", "127.0.0.1:8501")
    assert not is_same_origin("null", "null")


def test_only_this_machine_reaches_loopback() -> None:
    for address in ("127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost"):
        assert is_loopback(address)
    for address in ("0.0.0.0", "::", "10.0.0.1", "localhost.example.org", ""):
        assert not is_loopback(address)
