"""Own fields computed by rules, and undone, in every store."""

from contextlib import closing
from pathlib import Path

import pytest

from engine.catalogue.computing import compute_fields, read_rules, rules_in
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue
from engine.errors import BadInput
from tests.conftest import PROJECT

RULE = """
region:
  from: country
  values: {EU_SW: [es, PT], EU_NW: GB}
  otherwise: OTHER
"""


@pytest.fixture
def catalogue(either: Catalogue) -> Catalogue:
    countries = ["ES", "PT", "GB", "JP", ""]
    either.add(
        Photograph(
            str(number), "Acer", source="web", license="CC0" if number else "",
            excluded=number == 1, extra=f'{{"country":"{country}"}}' if country else "",
        )
        for number, country in enumerate(countries)
    )  # fmt: skip
    return either


def extras(catalogue: Catalogue) -> dict[str, str]:
    table = catalogue.columns(["image_id", "extra"])
    return dict(zip(*(table[name].to_pylist() for name in ("image_id", "extra")), strict=True))


def test_a_rule_computes_a_field_of_all_photographs(catalogue: Catalogue) -> None:
    before = extras(catalogue)
    (change,) = compute_fields(catalogue, rules_in(RULE))
    assert (change.action, change.species, change.note, change.images) == (
        "compute",
        "region",
        "country",
        5,
    )
    assert catalogue.count_by_own("region") == {"OTHER": 2, "EU_NW": 1, "EU_SW": 1}
    (again,) = compute_fields(catalogue, rules_in(RULE))
    assert (again.number, again.images) == (0, 0)
    assert [one.number for one in catalogue.changes()] == [change.number]
    undone = catalogue.undo(change.number)
    assert undone.undone == 5
    assert extras(catalogue) == before
    assert list(catalogue.own_changes(change.number)) == []


def test_undoing_keeps_what_was_set_later(catalogue: Catalogue) -> None:
    (change,) = compute_fields(catalogue, rules_in(RULE))
    catalogue.update([{"image_id": "2", "extra": '{"region": "mine"}'}])
    assert catalogue.undo(change.number).undone == 4
    assert catalogue.count_by_own("region") == {"": 3, "mine": 1}
    assert [one.image_id for one in catalogue.own_changes(change.number)] == ["2"]


def test_photographs_without_a_match_get_no_value_without_otherwise(catalogue: Catalogue) -> None:
    (change,) = compute_fields(catalogue, rules_in("use: {from: tier, values: {free: production}}"))
    assert change.images == 4
    assert catalogue.count_by_own("use") == {"free": 3, "": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("region: {from: country}", "The rule of region needs `from`"),
        ("region: {values: {a: [x]}}", "The rule of region needs `from`"),
        ("region: {from: country, values: {a: [x], b: [X]}}", "X leads to both a and b"),
        ("species: {from: country, values: {a: [x]}}", "species is a field of the catalogue"),
        ("", "holds no rule"),
        ("region: [", "not valid YAML"),
        ("[1]", "holds no rule"),
    ],
)
def test_a_bad_rule_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        rules_in(text)


def test_a_rule_from_an_unknown_field_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(BadInput, match="has a field contry"):
        compute_fields(catalogue, rules_in(RULE.replace("country", "contry")))
    assert catalogue.changes() == []


def test_the_shipped_example_is_valid() -> None:
    (name, rule), *_ = read_rules(PROJECT / "configs" / "fields" / "regions.yaml").items()
    assert (name, rule.value_by_match["no"], rule.otherwise) == ("region", "EU_N", "OTHER")


def test_another_store_can_undo_the_change(catalogue: Catalogue, tmp_path: Path) -> None:
    (change,) = compute_fields(catalogue, rules_in(RULE))
    with closing(SqliteCatalogue(tmp_path / "other.sqlite")) as other:
        other.add(catalogue.all())
        other.take_change(change, catalogue.before_change(change.number))
        other.take_own_changes(change.number, catalogue.own_changes(change.number))
        assert other.undo(change.number).undone == 4
        assert other.own_names() == ["country"]
