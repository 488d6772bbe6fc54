"""Checking which addresses may be requested. Connections use the checked address itself."""

import ipaddress
import socket
from urllib.parse import SplitResult, urljoin, urlsplit

from engine.language.message import Message

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The range in which IPv6 addresses embed IPv4 addresses.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Python classifies these ranges as global, but they are not public.
_RESERVED = tuple(
    map(
        ipaddress.IPv6Network,
        ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "fec0::/10"),
    )
)
_LONGEST_URL = 4_000


class RefusedAddress(OSError):
    """The address must not be requested; the message says why.

    An OSError, so that the HTTP library treats it as a failed connection.
    """

    def __init__(self, text: str, **fields: object) -> None:
        super().__init__(text)
        self.message = Message(text, fields)

    def __str__(self) -> str:
        return str(self.message)


def checked_url(url: str) -> SplitResult:
    """Split an http or https address with a host into its parts.

    Raises:
        RefusedAddress: it is another kind of address, or not an address.
    """
    if len(url) > _LONGEST_URL:
        raise RefusedAddress("The address is too long.")
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError as error:
        raise RefusedAddress("The address is malformed.") from error
    if parts.scheme not in ("http", "https"):
        raise RefusedAddress("Only http and https addresses are downloaded.")
    if not parts.hostname:
        raise RefusedAddress("The address names no host.")
    if parts.username is not None or parts.password is not None:
        raise RefusedAddress("The address contains a user name or password.")
    return parts


def host_of(url: str) -> str:
    """The host of an address, with its port unless that is the default.

    Raises:
        RefusedAddress: it is no http or https address.
    """
    parts = checked_url(url)
    host = (parts.hostname or "").rstrip(".").lower()
    usual = {"http": 80, "https": 443}[parts.scheme]
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def redirected(url: str, location: str) -> str:
    """The checked target of a redirect from `url`.

    Raises:
        RefusedAddress: the target is missing, another kind of address, or http after https.
    """
    if not location:
        raise RefusedAddress("The redirect has no address.")
    target = urljoin(url, location)
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
        raise RefusedAddress("The redirect goes from https to http.")
    checked_url(target)
    return target


def resolve(host: str, port: int, allow_private: bool) -> list[str]:
    """Resolve a host to its addresses and check each of them.

    Raises:
        RefusedAddress: one of them is not allowed.
        socket.gaierror: the name is unknown.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        check_address(text, allow_private)
    return addresses


def check_address(text: str, allow_private: bool) -> None:
    """Refuse private, loopback, link-local, metadata and other special addresses.

    `allow_private` allows loopback and private addresses, but no others.

    Raises:
        RefusedAddress: the address is not allowed; the message includes it.
    """
    address = _innermost(ipaddress.ip_address(text.partition("%")[0]))
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        raise RefusedAddress("{address} is a link-local or special address.", address=text)
    if not address.is_loopback and any(address in network for network in _RESERVED):
        raise RefusedAddress("{address} is a link-local or special address.", address=text)
    if address.is_global:
        return
    if not (allow_private and (address.is_loopback or address.is_private)):
        raise RefusedAddress(
            "{address} is a private or special address. "
            "Set download.allow_private_hosts to download from it.",
            address=text,
        )


def is_private_host(host: str) -> bool:
    """Whether a host, as returned by `host_of`, is written as this machine or a private address."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        address = _innermost(ipaddress.ip_address(name))
    except ValueError:
        return False
    return not address.is_global


def _innermost(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address.teredo:
        inner = address.teredo[1]
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address
