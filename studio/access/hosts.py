"""The host names under which the studio answers, and the origins that may use it."""

import ipaddress
import re
from collections.abc import Collection
from typing import NamedTuple

_HOST = re.compile(
    r"(?:(?P<name>[a-z0-9._-]+)|\[(?P<ipv6>[0-9a-f:.]+)\])(?::(?P<port>[0-9]{1,5}))?"
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class AllowedHost(NamedTuple):
    """The content of a Host header; the port is None if the header omits it."""

    name: str
    port: int | None


def parse_host(header: str) -> AllowedHost | None:
    """Parse a Host header into a host in lower case; None if it is malformed."""
    found = _HOST.fullmatch(header.lower())
    if found is None or int(found["port"] or 0) > 65_535:
        return None
    return AllowedHost(
        found["name"] or found["ipv6"], int(found["port"]) if found["port"] else None
    )


def is_allowed(host: AllowedHost, names: Collection[str]) -> bool:
    """Whether the studio answers under this name."""
    return host.name in names


def is_same_origin(origin: str, host_header: str) -> bool:
    """Whether an Origin header names the same host and port as the request.

    The scheme is not compared, because a proxy may terminate TLS.
    """
    scheme, separator, rest = origin.lower().partition("://")
    return scheme in ("http", "https") and bool(separator) and rest == host_header.lower()


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a server that listens on the address."""
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address.lower() == "localhost"
