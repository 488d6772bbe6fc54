"""Under which names the studio answers, and which web pages may talk to it."""

import ipaddress
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Host(NamedTuple):
    """What a Host header names; the port is None where the header leaves it out."""

    name: str
    port: int | None


def parse_host(header: str) -> Host | None:
    """The host that a Host header names, in lower case; None where it is malformed."""
    try:
        parts = urlsplit(f"//{header}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    # Anything else in the header (a user name, a path, white space) makes it no plain host.
    written = f"[{name}]" if name and ":" in name else name
    plain = {written, f"{written}:{port}"} if port is not None else {written, f"{written}:"}
    if not name or header.lower() not in plain:
        return None
    return Host(name, port)


def is_allowed(host: Host, names: Collection[str]) -> bool:
    """Whether the studio answers under this name."""
    return host.name in names


def is_same_origin(origin: str, host_header: str) -> bool:
    """Whether an Origin header names the very host and port that the request was sent to.

    The scheme is not compared: a proxy may take the encryption off.
    """
    scheme, separator, rest = origin.lower().partition("://")
    return scheme in ("http", "https") and bool(separator) and rest == host_header.lower()


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches what listens on the address."""
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address.lower() == "localhost"
