"""Forecasting a download: bytes, days, and whether it fits."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.catalogue.store import Catalogue, Filter
from engine.download.contact import stranger_among
from engine.download.ledger import Limit
from engine.download.providers import provider_of
from engine.download.store import DownloadStore
from engine.download.variants import USUAL_BYTES
from engine.download.wanted import Wanted, wanted
from engine.language.message import Message, message
from engine.settings.download import DownloadSettings, Variant

VARIANTS: tuple[Variant, ...] = ("original", "large", "medium")
_ENOUGH_TO_MEASURE = 20


@dataclass(frozen=True)
class ProviderForecast:
    """One provider's part: photographs, bytes, seconds under its limits, and the slowest limit."""

    provider: str
    images: int
    bytes: int
    seconds: float
    limit: Message


@dataclass(frozen=True)
class VariantForecast:
    """The forecast for one size; `fits` is the share of the photographs that fit the cache limit.

    Providers work in parallel, so `seconds` is the time of the slowest, which comes first.
    """

    variant: Variant
    images: int
    bytes: int
    seconds: float
    fits: float
    providers: tuple[ProviderForecast, ...]


@dataclass(frozen=True)
class SpeciesForecast:
    """A species' stored photographs, now and after the download."""

    species: str
    now: int
    after: int


@dataclass(frozen=True)
class DownloadPlan:
    """The forecast of a download in the chosen order and number, for each size.

    `mean_bytes` is the mean size of a photograph in the chosen variant; `measured` says whether
    it comes from downloads or is a default. `stranger` is a host that requires a contact
    address, or empty.
    """

    images: int
    variant: Variant
    variants: tuple[VariantForecast, ...]
    species: tuple[SpeciesForecast, ...]
    stranger: str
    cache_used: int
    cache_most: int
    mean_bytes: int
    measured: bool


def plan_download(
    catalogue: Catalogue,
    downloads: DownloadStore,
    settings: DownloadSettings,
    cache_used: int,
    limit: int | None = None,
) -> DownloadPlan:
    """Forecast a download of at most `limit` addresses; only reads."""
    given_up = {str(url) for (url,) in downloads.rows("SELECT url FROM failure WHERE final")}
    found = wanted(catalogue, given_up, settings.order, settings.variant, limit)
    weights = _Weights(downloads)
    most = round(settings.cache_gigabytes * 1e9)
    room = max(0, most - cache_used)
    variants = tuple(
        _in_variant(found, variant, weights, downloads, settings, room) for variant in VARIANTS
    )
    chosen = next(item for item in variants if item.variant == settings.variant)
    return DownloadPlan(
        len(found),
        settings.variant,
        variants,
        _species(catalogue, found),
        stranger_among(found.host_names[host] for host in np.unique(found.hosts)),
        cache_used,
        most,
        chosen.bytes // chosen.images if chosen.images else 0,
        weights.measured,
    )


class _Weights:
    """Mean bytes of a photograph by host and variant, from earlier downloads."""

    def __init__(self, downloads: DownloadStore) -> None:
        query = "SELECT host, variant, AVG(bytes) FROM fetched GROUP BY 1, 2 HAVING COUNT(*) >= ?"
        self._known: dict[tuple[str, str], int] = {
            (host, variant): round(mean)
            for host, variant, mean in downloads.rows(query, [_ENOUGH_TO_MEASURE])
        }
        row = downloads.row("SELECT AVG(bytes), COUNT(*) FROM fetched")
        self._mean: int = round(row[0]) if row and row[1] >= _ENOUGH_TO_MEASURE else 0

    @property
    def measured(self) -> bool:
        return bool(self._known or self._mean)

    def of(self, host: str, variant: Variant, sized: bool) -> int:
        if sized:
            return self._known.get((host, variant), USUAL_BYTES[variant])
        known = next((mean for (name, _), mean in self._known.items() if name == host), 0)
        return known or self._mean or USUAL_BYTES["original"]


def _in_variant(
    found: Wanted,
    variant: Variant,
    weights: _Weights,
    downloads: DownloadStore,
    settings: DownloadSettings,
    room: int,
) -> VariantForecast:
    rates = dict(downloads.rows("SELECT host, rate FROM host"))
    images: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    pace: dict[str, float] = {}
    limits: dict[str, tuple[Limit, ...]] = {}
    for host, sized, many in _kinds(found):
        provider = provider_of(host, settings)
        images[provider.name] += many
        sizes[provider.name] += many * weights.of(host, variant, sized)
        limits[provider.name] = (*provider.requests, *provider.bytes)
        rate = rates.get(host, provider.settings.start_rate)
        if rate is not None:
            pace[provider.name] = pace.get(provider.name, 0.0) + rate
    providers = sorted(
        (_of_provider(name, images[name], sizes[name], limits[name], pace) for name in images),
        key=lambda item: -item.seconds,
    )
    total = sum(item.bytes for item in providers)
    return VariantForecast(
        variant,
        len(found),
        total,
        providers[0].seconds if providers else 0.0,
        min(1.0, room / total) if total else 1.0,
        tuple(providers),
    )


def _of_provider(
    name: str, images: int, size: int, limits: Sequence[Limit], pace: Mapping[str, float]
) -> ProviderForecast:
    candidates = [_under(limit, images, size) for limit in limits]
    if name in pace:
        reason = message("pace so far: {rate:.2f} per second", rate=pace[name])
        candidates.append((images / pace[name], reason))
    nothing = (0.0, message("no limit"))
    seconds, limit = max(candidates, key=lambda found: found[0], default=nothing)
    return ProviderForecast(name, images, size, seconds, limit)


def _under(limit: Limit, images: int, size: int) -> tuple[float, Message]:
    amount = size if limit.is_of_bytes else images
    # A whole budget may be used at once; the rest waits.
    return max(0, amount - limit.most) / limit.most * limit.span, limit.message


def _kinds(found: Wanted) -> Iterator[tuple[str, bool, int]]:
    """Each host, with and without variants, and its number of addresses."""
    codes, counts = np.unique(found.hosts * 2 + found.sized, return_counts=True)
    for code, many in zip(codes.tolist(), counts.tolist(), strict=True):
        yield found.host_names[code // 2], bool(code % 2), many


def _species(catalogue: Catalogue, found: Wanted) -> tuple[SpeciesForecast, ...]:
    here = {item.species: item.images for item in catalogue.species(Filter(state="cached"))}
    coming = dict(
        zip(
            found.species_names,
            np.bincount(found.species, minlength=len(found.species_names)).tolist(),
            strict=True,
        )
    )
    return tuple(
        SpeciesForecast(name, here.get(name, 0), here.get(name, 0) + coming.get(name, 0))
        for name, _ in catalogue.species()
    )
