"""The provider of a host, and its limits."""

import math
from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.download.ledger import Limit
from engine.settings.download import DownloadSettings, ProviderSettings

_HOUR, _DAY = 3_600.0, 86_400.0


@dataclass(frozen=True)
class Provider:
    """A provider's limits for one of its hosts, in requests and in bytes."""

    name: str
    settings: ProviderSettings
    requests: tuple[Limit, ...]
    bytes: tuple[Limit, ...]


def provider_of(host: str, settings: DownloadSettings) -> Provider:
    """The provider of a host, as named by `host_of`; an unknown host is its own provider."""
    name = urlsplit(f"//{host}").hostname or host
    for known, provider in settings.providers.items():
        if any(_fits(name, pattern) for pattern in provider.hosts):
            return _provider(known, provider)
    return _provider(host, settings.other_hosts)


def _fits(name: str, pattern: str) -> bool:
    pattern = pattern.lower()
    return name.endswith(pattern) if pattern.startswith(".") else name == pattern


def _provider(name: str, settings: ProviderSettings) -> Provider:
    requests, sizes = f"{name} requests", f"{name} bytes"
    limits: list[Limit] = []
    if settings.requests_per_second is not None:
        # For example, 2.5 per second becomes 3 in 1.2 seconds.
        whole = math.ceil(settings.requests_per_second)
        limits.append(Limit(requests, whole / settings.requests_per_second, whole))
    if settings.requests_per_minute is not None:
        limits.append(Limit(requests, 60.0, settings.requests_per_minute))
    if settings.requests_per_day is not None:
        limits.append(Limit(requests, _DAY, settings.requests_per_day))
    return Provider(
        name,
        settings,
        tuple(limits),
        tuple(
            Limit(sizes, span, round(gigabytes * 1e9))
            for span, gigabytes in (
                (_HOUR, settings.gigabytes_per_hour),
                (_DAY, settings.gigabytes_per_day),
            )
            if gigabytes is not None
        ),
    )
