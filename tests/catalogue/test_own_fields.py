"""Own fields: their text, and filters and counts by them in every store."""

import json
from datetime import date
from typing import Any

import pytest

from engine.catalogue.conditions import (
    condition_of,
    filter_of,
    meets,
    require_known_fields,
)
from engine.catalogue.curation import exclude
from engine.catalogue.own_fields import (
    date_of,
    extra_with,
    own_fields,
    own_label,
    texts_of,
)
from engine.catalogue.record import Photograph
from engine.catalogue.store import EVERYTHING, Catalogue, Filter
from engine.errors import BadInput

VALUES = ["ES", "12", 12, 12.5, True, ["leaf", "flower"], 'a "b" {', "Ñandú", "null", "2024-05-01"]


@pytest.mark.parametrize("value", VALUES)
def test_a_label_leads_back_to_its_value(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert text in texts_of(own_label(text))


def test_a_date_is_recognised() -> None:
    days = [date_of(value) for value in ("2024-05-01T10:00", "2024-99-99", "x", 20240501)]
    assert days == [date(2024, 5, 1), None, None, None]


def test_a_field_is_set_and_removed() -> None:
    extra = extra_with('{"a": 1}', "b", '"x"')
    assert own_fields(extra) == {"a": 1, "b": "x"}
    assert extra_with(extra_with(extra, "a", None), "b", None) == ""
    assert own_fields("broken") == {}


EXTRAS: list[dict[str, Any]] = [
    {"region": "EU_SW", "organ": ["leaf", "flower"]},
    {"region": "EU_NW", "height": 12, "note": 'x, "region":"EU_SW"'},
    {"place.country": "España", "height": "12", "region": ""},
    {'odd "name': "z", "region": "eu_sw"},
    {"observed_on": "2024-05-01", "sure": True},
    {},
]


@pytest.fixture
def catalogue(either: Catalogue) -> Catalogue:
    """Photographs with different own fields."""
    licences = ["CC0", "CC BY-NC 4.0", "", "CC BY", "all rights reserved", "CC BY-NC 4.0"]
    either.add(
        Photograph(
            str(number), f"Species {'ab'[number % 2]}", source="web", license=licence,
            observer="Ñusta" if number < 3 else "", width=number,
            # The text of one kind of import has spaces.
            extra=(json.dumps(extra, ensure_ascii=False) if number % 2 else own_label(
                json.dumps(extra, ensure_ascii=False, separators=(",", ":")))) if extra else "",
        )
        for number, (extra, licence) in enumerate(zip(EXTRAS, licences, strict=True))
    )  # fmt: skip
    return either


def value_of(photograph: Photograph, field: str) -> str:
    if field == "tier":
        from engine.catalogue.licences import tier_of

        return tier_of(photograph.license)
    if not field.startswith("extra."):
        return str(getattr(photograph, field) or "")
    fields = own_fields(photograph.extra)
    name = field.removeprefix("extra.")
    if name not in fields:
        return ""
    return own_label(json.dumps(fields[name], ensure_ascii=False, separators=(",", ":")))


@pytest.mark.parametrize(
    "condition",
    [
        "region=EU_SW",
        "region!=EU_SW",
        "region~eu_sw",
        "region!=none stated",
        "extra.height=12",
        "place.country~espana",
        'odd "name=z',
        "organ~leaf",
        "sure=true",
        "observed_on=2024-05-01",
        "extra~flower",
        "species!=Species a",
        "species~CIES B",
        "license~permissive",
        "license~research",
        "license~nc",
        "license!=CC0",
        "tier=production",
        "tier!=production",
        "tier~prod",
        "observer=Ñusta",
        "observer~nusta",
        "observer!=none stated",
        "image_id=3",
        "width=4",
        "width=none stated",
    ],
)
def test_a_condition_selects_the_photographs_whose_value_passes(
    catalogue: Catalogue, condition: str
) -> None:
    everything = list(catalogue.all(EVERYTHING))
    chosen, one = filter_of([condition]), condition_of(condition)
    expected = [each.image_id for each in everything if meets(one, value_of(each, one.field))]
    assert 0 < len(expected) < len(EXTRAS)
    assert [each.image_id for each in catalogue.all(chosen)] == expected
    assert [each.image_id for each in catalogue.page(chosen, None, 9).photographs] == expected
    assert sorted(catalogue.columns(["image_id"], chosen)["image_id"].to_pylist()) == sorted(
        expected
    )
    assert catalogue.counts(chosen).images == len(expected)
    written = [line for lines in catalogue.lines(chosen) for line in lines.text.splitlines()]
    assert [json.loads(line)["image_id"] for line in written] == expected
    change = exclude(catalogue, chosen)
    assert change.images == len(expected)
    assert catalogue.counts().images == len(EXTRAS) - len(expected)


def test_pages_of_a_condition_continue(catalogue: Catalogue) -> None:
    chosen = filter_of(["region!=EU_SW"])
    first = catalogue.page(chosen, None, 2)
    rest = catalogue.page(chosen, first.next, 9)
    shown = [one.image_id for one in (*first.photographs, *rest.photographs)]
    assert shown == [one.image_id for one in catalogue.all(chosen)]


def test_photographs_are_counted_by_an_own_field(catalogue: Catalogue) -> None:
    assert catalogue.count_by_own("region") == {"": 3, "EU_NW": 1, "EU_SW": 1, "eu_sw": 1}
    assert catalogue.count_by_own("height", filter_of(["region=EU_NW"])) == {"12": 1}
    assert catalogue.count_by_own("height") == {"": 4, "12": 2}
    assert catalogue.count_by_own("organ")['["leaf","flower"]'] == 1
    assert catalogue.count_by_own("region", Filter(species="Species a")) == {"": 2, "EU_SW": 1}


def test_counts_and_filters_are_the_same_with_indexes(catalogue: Catalogue) -> None:
    names = ["region", "place.country", 'odd "name']
    chosen = filter_of(["region=EU_SW", "region!=EU_NW"])
    without = [catalogue.count_by_own(name) for name in names]
    found = [one.image_id for one in catalogue.all(chosen)]
    for indexed in (names, names[:1], []):
        catalogue.index_own(indexed)
        assert [catalogue.count_by_own(name) for name in names] == without
        assert [one.image_id for one in catalogue.all(chosen)] == found
        assert catalogue.counts(chosen).images == len(found)


def test_a_count_follows_a_change(catalogue: Catalogue) -> None:
    assert catalogue.count_by_own("region", Filter(text="espana")) == {"": 1}
    catalogue.update([{"image_id": "5", "extra": '{"region": "EU_SW", "n": "España"}'}])
    assert catalogue.count_by_own("region")["EU_SW"] == 2
    assert catalogue.count_by_own("region", Filter(text="espana")) == {"": 1, "EU_SW": 1}


def test_photographs_are_counted_by_tier(catalogue: Catalogue) -> None:
    assert catalogue.count_by("tier") == {"production": 2, "research": 2, "unknown": 2}
    assert catalogue.count_by("source", Filter(tier="research")) == {"web": 2}
    assert [one.image_id for one in catalogue.all(Filter(tier="unknown"))] == ["2", "4"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("espana", ["2"]),
        ("ESPAÑA", ["2"]),
        ("flower", ["0"]),
        ("region", ["1"]),  # In a value, not the name of a field.
        ("species b", ["1", "3", "5"]),
        ("2024-05", ["4"]),
        ("nowhere", []),
    ],
)
def test_a_search_finds_values_of_own_fields(
    catalogue: Catalogue, text: str, found: list[str]
) -> None:
    assert [one.image_id for one in catalogue.all(Filter(text=text))] == found
    assert catalogue.counts(Filter(text=text)).images == len(found)


def test_the_names_of_own_fields_are_known(catalogue: Catalogue) -> None:
    names = {name for extra in EXTRAS for name in extra}
    assert catalogue.own_names() == sorted(names)
    assert all(map(catalogue.has_own, names))
    assert not catalogue.has_own("colour")


def test_an_unknown_field_is_refused_with_similar_ones(catalogue: Catalogue) -> None:
    with pytest.raises(BadInput, match=r"has a field regoin\. Use one such as: region"):
        require_known_fields(catalogue, filter_of(["regoin=EU_SW"]))
    known = filter_of(["region=EU_SW", "observer~a"])
    assert require_known_fields(catalogue, known) is known
