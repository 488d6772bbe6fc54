"""Forecasts: what would be fetched, how long it takes, and whether it fits."""

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.plan import DownloadPlan, plan_download
from engine.download.store import open_download_store
from engine.download.variants import in_size
from engine.home import Home
from engine.settings.download import DownloadSettings

MEDIA = "https://static.inaturalist.org/photos"
BUCKET = "https://inaturalist-open-data.s3.amazonaws.com/photos"


def plan(
    home: Home, catalogue: SqliteCatalogue, limit: int | None = None, **chosen: object
) -> DownloadPlan:
    settings = DownloadSettings().model_copy(update=chosen)
    with open_download_store(home) as downloads:
        return plan_download(catalogue, downloads, settings, cache_used=0, limit=limit)


def wanted(catalogue: SqliteCatalogue, base: str, **species: int) -> None:
    catalogue.add(
        Photograph(
            f"{base}{name}{n}", name, url=f"{base}/{10 * n + len(name)}{len(base)}/medium.jpg"
        )
        for name, many in species.items()
        for n in range(many)
    )


@pytest.mark.parametrize(
    ("url", "large"),
    [
        (f"{MEDIA}/12/square.jpeg?1545345841", f"{MEDIA}/12/large.jpeg?1545345841"),
        (f"{BUCKET}/12/original.png", f"{BUCKET}/12/large.png"),
        ("https://example.org/photos/12/medium.jpg", "https://example.org/photos/12/medium.jpg"),
        (f"{MEDIA}/12/portrait.jpg", f"{MEDIA}/12/portrait.jpg"),
    ],
)
def test_only_inaturalist_photographs_come_in_other_sizes(url: str, large: str) -> None:
    assert in_size(url, "large") == large


def test_each_size_has_its_bytes_days_and_share(home: Home, catalogue: SqliteCatalogue) -> None:
    wanted(catalogue, MEDIA, rosa=1_000)
    found = plan(home, catalogue, cache_gigabytes=0.73)
    by_size = {item.variant: item for item in found.variants}
    assert by_size["original"].bytes == 1_460_000_000
    assert by_size["original"].fits == pytest.approx(0.5)
    assert by_size["large"].fits == 1
    assert by_size["original"].bytes > by_size["large"].bytes > by_size["medium"].bytes
    assert by_size["original"].providers[0].limit.in_english() == "pace so far: 1.00 per second"


def test_the_slowest_limit_is_named(home: Home, catalogue: SqliteCatalogue) -> None:
    wanted(catalogue, BUCKET, rosa=90)
    wanted(catalogue, MEDIA, acer=60)
    original = plan(home, catalogue).variants[0]
    assert [part.provider for part in original.providers] == [
        "inaturalist-open-data",
        "inaturalist-media",
    ]
    assert original.providers[0].limit.in_english() == "pace so far: 1.00 per second"
    assert original.seconds == pytest.approx(90, abs=1)


def test_a_budget_of_bytes_takes_days(home: Home, catalogue: SqliteCatalogue) -> None:
    settings = DownloadSettings()
    slow = settings.providers["inaturalist-media"].model_copy(update={"gigabytes_per_day": 0.0146})
    wanted(catalogue, MEDIA, rosa=100)
    original = plan(home, catalogue, providers={"media": slow}).variants[0]
    assert original.providers[0].limit.in_english() == "14.6 MB per day"
    assert original.seconds == pytest.approx(9 * 86_400)


@pytest.mark.parametrize(
    ("order", "after"),
    [
        ("rarest", {"acer": 2, "rosa": 3, "viola": 0}),
        ("round-robin", {"acer": 2, "rosa": 2, "viola": 1}),
    ],
)
def test_the_plan_lists_the_photographs_of_each_species_after_the_download(
    home: Home, catalogue: SqliteCatalogue, order: str, after: dict[str, int]
) -> None:
    wanted(catalogue, BUCKET, acer=2, rosa=6, viola=9)
    found = plan(home, catalogue, limit=5, order=order)
    assert found.images == 5
    assert {item.species: item.after for item in found.species} == after


def test_earlier_downloads_predict_the_size_of_the_next(
    home: Home, catalogue: SqliteCatalogue
) -> None:
    wanted(catalogue, MEDIA, rosa=10)
    assert plan(home, catalogue).measured is False
    with open_download_store(home) as downloads:
        downloads.write_many(
            "INSERT INTO fetched VALUES (?, '', '', '', 1, 1, 500, '', '', ?, 'original', 0)",
            ((str(n), "static.inaturalist.org") for n in range(20)),
        )
    found = plan(home, catalogue)
    assert found.measured and found.mean_bytes == 500


def test_given_up_addresses_are_not_in_the_plan(home: Home, catalogue: SqliteCatalogue) -> None:
    wanted(catalogue, MEDIA, rosa=2)
    url = in_size(next(catalogue.all()).url, "original")
    with open_download_store(home) as downloads:
        downloads.write("INSERT INTO failure VALUES (?, '', 'permanent', '', 404, 1, 1, 0)", [url])
    assert plan(home, catalogue).images == 1
