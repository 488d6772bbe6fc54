"""What a download would be, before anything is fetched: bytes, days, and whether it fits."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.catalogue.store import Catalogue, Filter
from engine.download.addresses import RefusedAddress, host_of
from engine.download.journal import Journal
from engine.download.ledger import Limit
from engine.download.newness import newness_of
from engine.download.providers import provider_of
from engine.download.variants import USUAL_BYTES, in_size, is_inaturalist
from engine.settings.download import DownloadSettings, Order, Variant

VARIANTS: tuple[Variant, ...] = ("original", "large", "medium")
_ENOUGH_TO_MEASURE = 20


@dataclass(frozen=True)
class ProviderForecast:
    """One provider's part: photographs, bytes, seconds under its limits, and the limit that
    takes longest."""

    provider: str
    images: int
    bytes: int
    seconds: float
    limit: str


@dataclass(frozen=True)
class VariantForecast:
    """All of it in one size; `fits` is the share of the photographs that the cap has room for.

    Providers work beside each other, so `seconds` are those of the slowest, which comes first.
    """

    variant: Variant
    images: int
    bytes: int
    seconds: float
    fits: float
    providers: tuple[ProviderForecast, ...]


@dataclass(frozen=True)
class SpeciesForecast:
    """A species' photographs on this machine, now and afterwards."""

    species: str
    now: int
    after: int


@dataclass(frozen=True)
class Plan:
    """What would be fetched in the order and number chosen, in each size.

    `mean_bytes` are those of a photograph of the chosen size; `measured` whether that is known
    from what was fetched, or only what is usual.
    """

    images: int
    variant: Variant
    variants: tuple[VariantForecast, ...]
    species: tuple[SpeciesForecast, ...]
    cache_used: int
    cache_most: int
    mean_bytes: int
    measured: bool


@dataclass(frozen=True)
class _Wanted:
    """The addresses to fetch, in order: the host of each, its species, whether it has sizes."""

    hosts: Sequence[str]
    species: Sequence[str]
    sized: Sequence[bool]


def plan_download(
    catalogue: Catalogue,
    journal: Journal,
    settings: DownloadSettings,
    cache_used: int,
    limit: int | None = None,
) -> Plan:
    """Forecast a download of at most `limit` addresses; reads, and changes nothing."""
    wanted = _wanted(catalogue, journal, settings.order, settings.variant, limit)
    weights = _Weights(journal)
    most = round(settings.cache_gigabytes * 1e9)
    room = max(0, most - cache_used)
    variants = tuple(
        _in_variant(wanted, variant, weights, journal, settings, room) for variant in VARIANTS
    )
    chosen = next(item for item in variants if item.variant == settings.variant)
    return Plan(
        len(wanted.hosts),
        settings.variant,
        variants,
        _species(catalogue, wanted),
        cache_used,
        most,
        chosen.bytes // chosen.images if chosen.images else 0,
        weights.measured,
    )


def _wanted(
    catalogue: Catalogue, journal: Journal, order: Order, variant: Variant, limit: int | None
) -> _Wanted:
    given_up = {url for (url,) in journal.rows("SELECT url FROM failure WHERE final")}
    seen: set[int] = set()
    hosts: list[str] = []
    species: list[str] = []
    sized: list[bool] = []
    newness: list[int] = []
    for photograph in catalogue.all(Filter(state="remote")):
        url = in_size(photograph.url, variant)
        if not url or url in given_up or hash(url) in seen:
            continue
        try:
            host = host_of(url)
        except RefusedAddress:
            continue
        seen.add(hash(url))
        hosts.append(host)
        species.append(photograph.species)
        sized.append(is_inaturalist(url))
        newness.append(newness_of(photograph))
    places = _in_order(catalogue, order, species, newness)[:limit]
    return _Wanted(
        [hosts[i] for i in places], [species[i] for i in places], [sized[i] for i in places]
    )


def _in_order(
    catalogue: Catalogue, order: Order, species: Sequence[str], newness: Sequence[int]
) -> NDArray[np.intp]:
    """The places of the addresses in the order in which they are fetched."""
    images = {item.species: item.images for item in catalogue.species()}
    here = {item.species: item.images for item in catalogue.species(Filter(state="cached"))}
    names, codes = np.unique(np.array(species, dtype=object), return_inverse=True)
    rarity = np.array([images.get(name, 0) for name in names], dtype=np.int64)[codes]
    old = -np.array(newness, dtype=np.int64)
    if order == "newest":
        return np.argsort(old, kind="stable")
    if order == "rarest":
        return np.lexsort((old, codes, rarity))
    turn = np.empty(len(codes), dtype=np.int64)
    by_species = np.lexsort((old, codes))
    starts = np.searchsorted(codes[by_species], np.arange(len(names)))
    turn[by_species] = np.arange(len(codes)) - starts[codes[by_species]]
    turn += np.array([here.get(name, 0) for name in names], dtype=np.int64)[codes]
    return np.lexsort((codes, rarity, turn))


class _Weights:
    """Bytes of a photograph, by host and size, as far as anything was fetched to know them by."""

    def __init__(self, journal: Journal) -> None:
        query = "SELECT host, variant, AVG(bytes) FROM fetched GROUP BY 1, 2 HAVING COUNT(*) >= ?"
        self._known: dict[tuple[str, str], int] = {
            (host, variant): round(mean)
            for host, variant, mean in journal.rows(query, [_ENOUGH_TO_MEASURE])
        }
        row = journal.row("SELECT AVG(bytes), COUNT(*) FROM fetched")
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
    wanted: _Wanted,
    variant: Variant,
    weights: _Weights,
    journal: Journal,
    settings: DownloadSettings,
    room: int,
) -> VariantForecast:
    rates = dict(journal.rows("SELECT host, rate FROM host"))
    images: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    pace: dict[str, float] = {}
    limits: dict[str, tuple[Limit, ...]] = {}
    for (host, sized), many in Counter(zip(wanted.hosts, wanted.sized, strict=True)).items():
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
        len(wanted.hosts),
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
        candidates.append((images / pace[name], f"the pace so far, {pace[name]:.3g} a second"))
    seconds, limit = max(candidates, default=(0.0, "nothing"))
    return ProviderForecast(name, images, size, seconds, limit)


def _under(limit: Limit, images: int, size: int) -> tuple[float, str]:
    spans = {1.0: "a second", 60.0: "a minute", 3_600.0: "an hour", 86_400.0: "a day"}
    span = spans.get(limit.span, f"in {limit.span:.3g} s")
    if limit.account.endswith(" bytes"):
        amount, words = size, f"{limit.most / 1e9:.3g} GB {span}"
    else:
        amount = images
        words = f"{limit.most:,} request{'' if limit.most == 1 else 's'} {span}"
    # A whole budget may be spent at once; what is beyond it waits.
    return max(0, amount - limit.most) / limit.most * limit.span, words


def _species(catalogue: Catalogue, wanted: _Wanted) -> tuple[SpeciesForecast, ...]:
    here = {item.species: item.images for item in catalogue.species(Filter(state="cached"))}
    coming = Counter(wanted.species)
    return tuple(
        SpeciesForecast(name, here.get(name, 0), here.get(name, 0) + coming[name])
        for name in _names(catalogue)
    )


def _names(catalogue: Catalogue) -> Iterator[str]:
    return (item.species for item in catalogue.species())
