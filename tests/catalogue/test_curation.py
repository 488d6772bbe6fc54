"""Curation: exclude, relabel and undo, and the effect on exports and splits."""

import time
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from engine.catalogue.changes import Label
from engine.catalogue.curation import exclude, include, label_of, relabel
from engine.catalogue.export import export_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.store import EVERYTHING, Catalogue, Filter
from engine.errors import BadInput
from engine.home import Home
from engine.settings.split import SplitSettings
from engine.split.folder import PARTS, SplitFolder
from engine.split.make import make_split
from tests.catalogue.conftest import Fresh

ALL = Filter(excluded=None)


@pytest.fixture
def catalogue(either: Catalogue) -> Catalogue:
    return either


@pytest.fixture
def roses(catalogue: Catalogue) -> Catalogue:
    """r0 to r5: Rosa canina (Rosaceae) from a garden; b0 to b2: Bellis perennis from the web."""
    catalogue.add(
        [
            *(
                Photograph(f"r{n}", "Rosa canina", "Rosa", "Rosaceae", source="garden")
                for n in range(6)
            ),
            *(Photograph(f"b{n}", "Bellis perennis", "Bellis", source="web") for n in range(3)),
        ]
    )
    return catalogue


def species_of(catalogue: Catalogue, image_id: str) -> str:
    found = catalogue.get(image_id)
    assert found is not None
    return found.species


def shown(catalogue: Catalogue, chosen: Filter = EVERYTHING) -> str:
    return " ".join(one.image_id for one in catalogue.all(chosen))


def test_photographs_that_match_a_filter_are_excluded_and_included_again(roses: Catalogue) -> None:
    before = time.time()
    change = exclude(roses, Filter(source="web"), "from a herbarium")
    assert (change.number, change.action, change.images) == (1, "exclude", 3)
    assert change.note == "from a herbarium"
    assert before <= change.made <= time.time()
    assert shown(roses) == "r0 r1 r2 r3 r4 r5"
    assert (roses.counts().images, roses.counts().excluded) == (6, 3)
    undone = roses.undo(change.number)
    assert (undone.images, undone.undone) == (3, 3)
    assert roses.counts().excluded == 0


def test_a_selection_is_excluded_and_included(roses: Catalogue) -> None:
    exclude(roses, ["r1", "b2", "nobody"])
    assert shown(roses, Filter(excluded=True)) == "b2 r1"
    assert include(roses, ["b2", "r0"]).images == 1
    assert shown(roses, Filter(excluded=True)) == "r1"


def test_filling_in_a_family_leaves_the_original_name_empty(roses: Catalogue) -> None:
    label = Label("Bellis perennis", "Bellis", "Asteraceae")
    filled = Photograph("b0", *label, source="web")
    change = roses.curate(Filter(species="Bellis perennis"), "relabel", "", label)
    assert (change.images, roses.get("b0")) == (3, filled)
    roses.undo(change.number)
    assert roses.get("b0") == filled._replace(family="")


def test_relabelling_sets_genus_and_family_and_keeps_the_name_of_the_source(
    roses: Catalogue,
) -> None:
    change = relabel(roses, ["b0"], " rosa  CANINA")
    assert roses.get("b0") == Photograph(
        "b0", "Rosa canina", "Rosa", "Rosaceae", source="web", original_name="Bellis perennis"
    )
    assert roses.count_by("species") == {"Rosa canina": 7, "Bellis perennis": 2}
    assert (change.action, change.species, change.images) == ("relabel", "Rosa canina", 1)
    roses.undo(change.number)
    assert roses.get("b0") == Photograph("b0", "Bellis perennis", "Bellis", source="web")
    assert roses.count_by("species") == {"Rosa canina": 6, "Bellis perennis": 3}


def test_a_new_species_gets_its_genus_from_its_name_and_its_family_from_the_genus(
    roses: Catalogue,
) -> None:
    assert label_of(roses, "Rosa gallica") == ("Rosa gallica", "Rosa", "Rosaceae")
    assert label_of(roses, "Acer campestre") == ("Acer campestre", "Acer", "")


def test_the_spelling_of_the_source_is_kept_after_relabelling(
    catalogue: Catalogue,
) -> None:
    one = Photograph("1", "Rosa canina", "Rosa", original_name="ROSA_CANINA")
    catalogue.add([one])
    change = relabel(catalogue, ["1"], "Rosa gallica")
    assert catalogue.get("1") == one._replace(species="Rosa gallica")
    catalogue.undo(change.number)
    assert catalogue.get("1") == one


@pytest.mark.parametrize(
    ("name", "why"), [("  ", "no species name"), ("Rosa\n\x07", "control characters")]
)
def test_an_invalid_name_is_rejected_as_a_label(roses: Catalogue, name: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        relabel(roses, ["b0"], name)
    assert roses.changes() == []


def test_a_change_without_effect_is_rejected_and_not_recorded(roses: Catalogue) -> None:
    for act in (
        lambda: exclude(roses, ["nobody"]),
        lambda: exclude(roses, []),
        lambda: include(roses, ALL),
        lambda: relabel(roses, Filter(source="garden"), "Rosa canina"),
        lambda: exclude(roses, Filter(text="nothing like it")),
    ):
        with pytest.raises(BadInput, match=r"^Nothing changed: .*\.$"):
            act()
    assert roses.changes() == []
    assert exclude(roses, ["r0"]).number == 1


def test_the_history_lists_the_newest_change_first(roses: Catalogue) -> None:
    exclude(roses, ["r0"], "blurry")
    relabel(roses, ["r1"], "Rosa gallica")
    roses.undo(1)
    history = roses.changes()
    assert [(one.number, one.action, one.undone) for one in history] == [
        (2, "relabel", 0),
        (1, "exclude", 1),
    ]
    assert [one.number for one in roses.changes(1)] == [2]


def test_undo_keeps_values_that_a_later_change_has_set(roses: Catalogue) -> None:
    first = relabel(roses, ["r0", "r1"], "Rosa gallica")
    second = relabel(roses, ["r1"], "Rosa rugosa")
    assert roses.undo(first.number).undone == 1
    assert [species_of(roses, name) for name in ("r0", "r1")] == ["Rosa canina", "Rosa rugosa"]
    assert roses.undo(second.number).undone == 1
    assert species_of(roses, "r1") == "Rosa gallica"
    assert roses.undo(first.number).undone == 2
    assert species_of(roses, "r1") == "Rosa canina"


def test_undo_reverts_its_own_change_and_keeps_photographs_added_since(roses: Catalogue) -> None:
    change = exclude(roses, ["r0"])
    stored = {"state": "cached", "sha256": "ab", "path": "data/images/ab/ab.jpg"}
    roses.update([{"image_id": "r0", "flags": ("dark",), **stored}])
    relabel(roses, ["r0"], "Rosa gallica")
    roses.undo(change.number)
    one = roses.get("r0")
    assert one is not None
    assert (one.excluded, one.species, one.flags) == (False, "Rosa gallica", ("dark",))
    assert (one.state, one.sha256) == ("cached", "ab")


def test_a_second_undo_and_an_unknown_change_are_rejected(roses: Catalogue) -> None:
    change = exclude(roses, Filter(source="garden"))
    assert roses.undo(change.number) == roses.undo(change.number)
    assert roses.counts().images == 9
    with pytest.raises(BadInput, match="Change 7 does not exist"):
        roses.undo(7)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    acts=some.lists(
        some.tuples(some.sampled_from(["exclude", "include", "A a", "B b"]), some.sets(
            some.integers(0, 5).map(str), min_size=1
        )),
        min_size=1,
        max_size=6,
    )
)  # fmt: skip
def test_undoing_all_changes_in_reverse_order_restores_the_original(
    fresh: Fresh, acts: list[tuple[str, set[str]]]
) -> None:
    with fresh() as catalogue:
        catalogue.add(Photograph(str(n), f"Rosa {n % 2}", "Rosa", "Rosaceae") for n in range(6))
        before = (list(catalogue.all(ALL)), catalogue.counts(ALL), catalogue.count_by("genus"))
        for act, chosen in acts:
            try:
                if act == "exclude":
                    exclude(catalogue, sorted(chosen))
                elif act == "include":
                    include(catalogue, sorted(chosen))
                else:
                    relabel(catalogue, sorted(chosen), act)
            except BadInput:
                continue
            counted = catalogue.counts(ALL)
            assert counted.images == 6
            assert counted.excluded == sum(one.excluded for one in catalogue.all(ALL))
        for change in catalogue.changes():
            assert catalogue.undo(change.number).undone == change.images
        assert (
            list(catalogue.all(ALL)),
            catalogue.counts(ALL),
            catalogue.count_by("genus"),
        ) == before


def test_an_export_contains_the_curated_photographs(roses: Catalogue, tmp_path: Path) -> None:
    exclude(roses, ["r0"])
    relabel(roses, ["b0"], "Rosa gallica")
    export_catalogue(roses, tmp_path)
    lines = (tmp_path / "catalogue.jsonl").read_bytes().splitlines()
    labels = {line["image_id"]: line["species"] for line in map(orjson.loads, lines)}
    assert labels["b0"] == "Rosa gallica"
    assert "r0" not in labels
    assert len(labels) == 8


def test_a_split_uses_the_curated_photographs(home: Home, roses: Catalogue) -> None:
    exclude(roses, ["r0"])
    relabel(roses, ["b0"], "Rosa gallica")
    make_split(home, roses, SplitSettings(photographs="all"))
    folder = SplitFolder(home.splits / "default")
    lines = [
        orjson.loads(line) for part in PARTS for line in folder.part(part).read_bytes().splitlines()
    ]
    labels = {line["image_id"]: line["species"] for line in lines}
    assert labels["b0"] == "Rosa gallica"
    assert "r0" not in labels
    assert len(labels) == 8
