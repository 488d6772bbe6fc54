"""A catalogue in any store: add, count, filter and page."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from engine.catalogue.record import Photograph
from engine.catalogue.store import EVERYTHING, UNSTATED, Added, Catalogue, Cursor, Field, Filter
from tests.catalogue.conftest import Fresh

ALL = Filter(excluded=None)


def _made(**values: Any) -> Photograph:
    return Photograph(**values)


@pytest.fixture
def catalogue(either: Catalogue) -> Catalogue:
    return either


photographs = some.builds(
    _made,
    image_id=some.integers(0, 60).map(str),
    species=some.sampled_from(["Acer", "acer", "Bellis perennis", "Ölweide", "玫瑰"]),
    source=some.sampled_from(["garden", "web"]),
    flags=some.sampled_from([(), ("dark",)]),
    excluded=some.booleans(),
    state=some.sampled_from(["cached", "remote"]),
)


def photograph(image_id: str, species: str = "Acer", **values: str) -> Photograph:
    return Photograph(image_id, species, **{"source": "test", **values})  # type: ignore[arg-type]


def walk(catalogue: Catalogue, chosen: Filter, limit: int) -> list[Photograph]:
    shown: list[Photograph] = []
    after: Cursor | None = None
    while True:
        page = catalogue.page(chosen, after, limit)
        assert len(page.photographs) <= limit
        shown += page.photographs
        if page.next is None:
            return shown
        assert len(page.photographs) == limit
        after = page.next


def test_a_record_is_read_back_completely(catalogue: Catalogue) -> None:
    one = Photograph(
        image_id="1", species="Rosa härdii", genus="Rosa", family="Rosaceae", source="web",
        url="https://example.org/1.jpg", path="data/images/ab/ab.jpg", observation_id="77",
        observer="Ñusta", license="CC0", attribution="someone; 'else'", width=640, height=480,
        sha256="ab" * 32, phash="00ff", state="cached", original_name="Rosa haerdii",
        flags=("blurry", "dark"),
    )  # fmt: skip
    catalogue.add([one])
    assert catalogue.get("1") == one


def test_an_unknown_photograph_is_none(catalogue: Catalogue) -> None:
    assert catalogue.get("nobody") is None


def test_an_empty_catalogue_has_no_counts(catalogue: Catalogue) -> None:
    counts = catalogue.counts()
    assert (counts.images, counts.species, counts.by_source, counts.by_state) == (0, 0, {}, {})
    assert catalogue.species() == []
    assert catalogue.page(EVERYTHING, None, 10).photographs == ()


def test_known_photographs_are_neither_added_nor_changed(catalogue: Catalogue) -> None:
    assert catalogue.add([photograph("1"), photograph("2")]) == Added(2, 0)
    assert catalogue.add([photograph("2", "Bellis"), photograph("3")]) == Added(1, 1)
    assert catalogue.get("2") == photograph("2")
    assert catalogue.counts().images == 3


def test_existing_ids_are_reported_as_known(catalogue: Catalogue) -> None:
    catalogue.add([photograph("a", "Rosa canina")])
    assert catalogue.known(["a", "b"]) == {"a": "a"}
    assert catalogue.known([]) == {}


def test_a_photograph_that_occurs_twice_in_a_batch_is_added_once(catalogue: Catalogue) -> None:
    assert catalogue.add([photograph("1"), photograph("1")]) == Added(1, 1)


def test_a_batch_is_added_completely_or_not_at_all(catalogue: Catalogue) -> None:
    def cut_off():  # type: ignore[no-untyped-def]
        yield photograph("1")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catalogue.add(cut_off())
    assert catalogue.counts().images == 0
    assert catalogue.add([photograph("1")]) == Added(1, 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(batches=some.lists(some.lists(photographs, max_size=30), max_size=4))
def test_counts_match_the_photographs(fresh: Fresh, batches: list[list[Photograph]]) -> None:
    known: dict[str, Photograph] = {}
    with fresh() as catalogue:
        for batch in batches:
            catalogue.add(batch)
            for one in batch:
                known.setdefault(one.image_id, one)
        aside = sum(one.excluded for one in known.values())
        known = {image_id: one for image_id, one in known.items() if not one.excluded}
        counts = catalogue.counts()
        assert (counts.images, counts.excluded) == (len(known), aside)
        assert catalogue.count_by("flag").get("dark", 0) == sum(
            "dark" in p.flags for p in known.values()
        )
        assert counts.species == len({one.species for one in known.values()})
        assert counts.by_source == Counter(one.source for one in known.values())
        assert counts.by_state == Counter(one.state for one in known.values())
        assert {item.species: item.images for item in catalogue.species()} == Counter(
            one.species for one in known.values()
        )
        for state in ("cached", "remote"):
            assert {
                item.species: item.images for item in catalogue.species(Filter(state=state))
            } == (Counter(one.species for one in known.values() if one.state == state))


def test_changes_set_only_the_fields_that_they_name(catalogue: Catalogue) -> None:
    catalogue.add([photograph("1", family="Sapindaceae"), photograph("2"), photograph("3")])
    stored = {"state": "cached", "sha256": "ab", "path": "data/images/ab/ab.jpg", "width": 7}
    changed = catalogue.update(
        [
            {"image_id": "1", **stored},
            {"image_id": "2", "flags": ("dark", "tiny")},
            {"image_id": "9"},
        ]
    )
    assert changed == 2
    assert catalogue.get("1") == photograph("1", family="Sapindaceae")._replace(**stored)
    assert catalogue.get("2") == photograph("2")._replace(flags=("dark", "tiny"))
    assert catalogue.counts().by_state == {"remote": 2, "cached": 1}
    assert catalogue.count_by("flag") == {"dark": 1, "tiny": 1}


def test_a_change_of_an_unknown_field_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.add([photograph("1")])
    with pytest.raises(ValueError, match="no colour"):
        catalogue.update([{"image_id": "1", "colour": "red", "state": "cached"}])
    assert catalogue.get("1") == photograph("1")


def test_excluded_photographs_are_hidden_unless_requested(catalogue: Catalogue) -> None:
    catalogue.add([photograph("1"), photograph("2"), photograph("3", "Bellis")])
    catalogue.update([{"image_id": "1", "excluded": True}, {"image_id": "3", "excluded": True}])
    for chosen, found in ((EVERYTHING, "2"), (Filter(excluded=True), "13"), (ALL, "123")):
        assert "".join(one.image_id for one in catalogue.all(chosen)) == found
        assert "".join(one.image_id for one in walk(catalogue, chosen, 1)) == found
        assert catalogue.counts(chosen).images == len(found)
    assert (catalogue.counts().species, catalogue.counts().excluded) == (1, 2)
    catalogue.update([{"image_id": "1", "excluded": False}])
    assert (catalogue.counts().images, catalogue.counts().excluded) == (2, 1)


def test_columns_match_the_photographs(catalogue: Catalogue) -> None:
    catalogue.add(
        photograph(
            str(n), f"Acer {n % 3}", family="Sapindaceae", state="cached" if n % 2 else "remote"
        )
        for n in range(20)
    )
    names = ("image_id", "species", "state", "width", "flags", "excluded", "observation_id")
    for chosen in (EVERYTHING, Filter(state="cached"), Filter(species="none")):
        table = catalogue.columns(names, chosen).select(names)
        rows = sorted(table.to_pylist(), key=lambda row: (row["species"], row["image_id"]))
        assert rows == [
            {name: getattr(one, name) for name in names} | {"flags": ""}
            for one in catalogue.all(chosen)
        ]


@pytest.mark.parametrize(
    ("field", "counted"),
    [
        ("species", {"Bellis perennis": 2, "Acer": 1}),
        ("genus", {"Bellis": 2, "Acer": 1}),
        ("family", {"Asteraceae": 2, "": 1}),
        ("license", {"CC0": 1, "CC-BY": 1, "": 1}),
    ],
)
def test_photographs_are_counted_by_any_field(
    catalogue: Catalogue, field: Field, counted: dict[str, int]
) -> None:
    daisy = {"species": "Bellis perennis", "genus": "Bellis", "family": "Asteraceae"}
    catalogue.add(
        [
            photograph("1", genus="Acer"),
            photograph("2", license="CC0", **daisy),
            photograph("3", license="CC-BY", **daisy),
        ]
    )
    assert catalogue.count_by(field) == counted
    web = catalogue.count_by(field, Filter(text="asterac"))
    assert sum(web.values()) == 2


def test_photographs_without_a_value_can_be_selected(catalogue: Catalogue) -> None:
    catalogue.add(
        [
            photograph("1", source="web", license="CC0", genus="Acer"),
            photograph("2", source="web"),
            photograph("3", source="", license="CC0"),
        ]
    )
    for field, ids in (("license", ["2"]), ("genus", ["2", "3"]), ("source", ["3"])):
        chosen = Filter(**{field: UNSTATED})
        assert [one.image_id for one in catalogue.all(chosen)] == ids
        assert catalogue.counts(chosen).images == len(ids)
        assert catalogue.page(chosen, None, 10).photographs[0].image_id == ids[0]
        assert catalogue.columns(["image_id"], chosen).num_rows == len(ids)


def test_species_are_sorted_by_descending_count(catalogue: Catalogue) -> None:
    catalogue.add(
        photograph(f"{name}{n}", name)
        for name, many in zip("cab", (1, 3, 1), strict=True)
        for n in range(many)
    )
    assert [item.species for item in catalogue.species()] == ["a", "b", "c"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    batch=some.lists(photographs, max_size=60),
    limit=some.integers(1, 25),
    chosen=some.builds(
        Filter,
        text=some.sampled_from(["", "acer", "e", "玫"]),
        source=some.sampled_from(["", "web"]),
        state=some.sampled_from(["", "cached"]),
        flag=some.sampled_from(["", "dark"]),
        excluded=some.sampled_from([False, True, None]),
    ),
)
def test_paging_shows_each_photograph_once_and_in_order(
    fresh: Fresh, batch: list[Photograph], limit: int, chosen: Filter
) -> None:
    with fresh() as catalogue:
        catalogue.add(batch)
        shown = walk(catalogue, chosen, limit)
        assert shown == list(catalogue.all(chosen))
        keys = [(one.species, one.image_id) for one in shown]
        assert keys == sorted(set(keys))
        if chosen == EVERYTHING:
            assert len(shown) == catalogue.counts().images


def test_a_page_is_stable_while_photographs_are_added(catalogue: Catalogue) -> None:
    catalogue.add(photograph(f"{n:02}") for n in range(10))
    first = catalogue.page(EVERYTHING, None, 5)
    catalogue.add([photograph("00a"), photograph("zz")])
    second = catalogue.page(EVERYTHING, first.next, 5)
    assert [one.image_id for one in second.photographs] == ["05", "06", "07", "08", "09"]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Filter(species="Acer"), "12"),
        (Filter(source="web"), "34"),
        (Filter(state="cached"), "24"),
        (Filter(source="web", state="cached"), "4"),
        (Filter(text="bell", state="cached"), "4"),
        (Filter(species="acer"), ""),
        (Filter(text="nothing like it"), ""),
    ],
)
def test_filters_are_combined_with_and(catalogue: Catalogue, chosen: Filter, found: str) -> None:
    catalogue.add(
        [
            photograph("1"),
            photograph("2", state="cached"),
            photograph("3", "Bellis", source="web"),
            photograph("4", "Bellis", source="web", state="cached"),
        ]
    )
    assert "".join(one.image_id for one in catalogue.all(chosen)) == found
    assert sum(item.images for item in catalogue.species(chosen)) == len(found)


def test_threads_share_one_catalogue(catalogue: Catalogue) -> None:
    catalogue.add(photograph(f"{n:03}") for n in range(300))
    with ThreadPoolExecutor(8) as pool:
        pages = pool.map(lambda _: len(walk(catalogue, EVERYTHING, 50)), range(24))
    assert set(pages) == {300}
