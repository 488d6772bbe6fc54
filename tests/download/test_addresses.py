"""Which addresses requests may use; a request goes only to the checked address."""

import socket
from collections.abc import Callable

import pytest

from engine.download.addresses import (
    RefusedAddress,
    check_address,
    host_of,
    is_private_host,
    redirected,
)
from engine.download.fetch import Fetcher
from engine.download.outcome import Failed, Fetched
from engine.home import Home
from engine.settings.download import DownloadSettings
from tests.download.conftest import IMPATIENT
from tests.download.refused_addresses import (
    NO_WEB_ADDRESS,
    PRIVATE,
    RESERVED,
    SPECIAL,
    THIS_MACHINE,
)
from tests.download.server import Server, body, jpeg

Resolver = Callable[..., list[tuple[object, ...]]]


@pytest.mark.parametrize(
    "address",
    PRIVATE,
)
def test_private_and_special_addresses_are_refused(address: str) -> None:
    with pytest.raises(RefusedAddress, match="address"):
        check_address(address, allow_private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "fd00::1"])
def test_private_addresses_are_accepted_if_allowed(address: str) -> None:
    check_address(address, allow_private=True)


@pytest.mark.parametrize("address", SPECIAL)
def test_metadata_and_special_addresses_are_never_accepted(address: str) -> None:
    with pytest.raises(RefusedAddress):
        check_address(address, allow_private=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::6810:1"])
def test_public_addresses_are_accepted(address: str) -> None:
    check_address(address, allow_private=False)


@pytest.mark.parametrize(
    "url",
    NO_WEB_ADDRESS,
)
def test_other_than_plain_web_addresses_are_refused(url: str) -> None:
    with pytest.raises(RefusedAddress):
        host_of(url)


def test_each_notation_of_a_host_gives_one_name() -> None:
    assert host_of("HTTPS://Example.ORG.:443/a.jpg") == "example.org"
    assert host_of("http://example.org:80/") == "example.org"
    assert host_of("http://example.org:8080/") == "example.org:8080"


def test_a_redirect_never_leads_from_https_to_http() -> None:
    assert redirected("https://a.org/x/y", "../z") == "https://a.org/z"
    with pytest.raises(RefusedAddress, match="from https to http"):
        redirected("https://a.org/", "http://a.org/")


def test_hosts_written_as_private_addresses_are_detected() -> None:
    private = ("localhost", "localhost:80", "127.0.0.1:9", "10.0.0.1")
    assert all(is_private_host(host) for host in private)
    assert not any(is_private_host(host) for host in ("example.org", "1.1.1.1:80"))


@pytest.fixture
def careful(home: Home) -> Fetcher:
    """A fetcher for public addresses only, the default of the studio."""
    settings = IMPATIENT.model_copy(update={"allow_private_hosts": False})
    return Fetcher(settings, home.images / ".incoming")


def test_this_machine_is_not_contacted_unless_allowed(server: Server, careful: Fetcher) -> None:
    for host in THIS_MACHINE:
        url = f"http://{host}:{server.port}/a.jpg"
        outcome = careful.fetch(url, lambda size: "")
        assert isinstance(outcome, Failed) and outcome.kind == "policy", url
        assert "private or special address" in str(outcome.reason)
    assert not server.requests


def test_a_name_that_changes_its_address_after_the_check_is_not_followed(
    server: Server, careful: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the first look-up is public, every later one is this machine."""
    looked_up: list[str] = []
    real = socket.create_connection

    def lookup(host: str, port: int, **words: object) -> list[tuple[object, ...]]:
        looked_up.append(host)
        address = "93.184.216.34" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], *words: object) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    careful.fetch(f"http://rebound.example:{server.port}/a.jpg", lambda size: "")
    assert looked_up == ["rebound.example"]
    assert connected == [("93.184.216.34", server.port)]
    outcome = careful.fetch(f"http://rebound.example:{server.port}/a.jpg", lambda size: "")
    assert isinstance(outcome, Failed) and outcome.kind == "policy"
    assert len(connected) == 1
    assert real is not connect and not server.requests


def test_a_host_with_one_private_address_among_public_ones_is_refused(
    careful: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lookup(host: str, port: int, **words: object) -> list[tuple[object, ...]]:
        found = ("93.184.216.34", "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    outcome = careful.fetch("http://mixed.example/a.jpg", lambda size: "")
    assert isinstance(outcome, Failed) and outcome.kind == "policy"


def test_proxies_and_passwords_of_the_environment_are_not_used(
    server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    outcome = fetcher.fetch(server.put("/a.jpg", body(jpeg())), lambda size: "")
    assert isinstance(outcome, Fetched)


def test_private_hosts_are_not_allowed_by_default() -> None:
    assert DownloadSettings().allow_private_hosts is False


@pytest.mark.parametrize("address", RESERVED)
def test_reserved_ipv6_addresses_are_refused_even_if_private_hosts_are_allowed(
    address: str,
) -> None:
    for allow_private in (False, True):
        with pytest.raises(RefusedAddress):
            check_address(address, allow_private)
