"""A split of selected sources only."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from engine.catalogue.curation import exclude
from engine.catalogue.mongo import MongoCatalogue
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue, Filter
from engine.errors import BadInput
from engine.home import Home
from engine.settings.split import SplitSettings
from engine.split.compare import compare_splits
from engine.split.folder import PARTS, SplitFolder, read_part, split_folder
from engine.split.make import make_split
from engine.split.sources import sources_of, sources_text
from tests.mongod import running
from tests.split.photographs import indices, inputs, plan, rows_of
from tests.split.written import SETTINGS, complaints


def add_others(catalogue: Catalogue) -> None:
    """Add two sources: a field with its own species, and web photographs without local bytes."""
    names = ["Dahlia pinnata"] * 6 + ["Aconitum napellus"] * 4
    catalogue.add(
        Photograph(f"field-{n}", name, source="field", path="p", sha256=f"{n}", state="cached")
        for n, name in enumerate(names)
    )
    catalogue.add([Photograph("far", "Zea mays", source="web", url="https://example.org/a")])


def of(*sources: str, **settings: object) -> SplitSettings:
    values = {**SETTINGS.model_dump(), "name": "some", "sources": sources, **settings}
    return SplitSettings.model_validate(values)


def parts_of(folder: SplitFolder) -> list[bytes]:
    return [folder.part(part).read_bytes() for part in PARTS]


@pytest.mark.parametrize("folds", [0, 2])
def test_it_equals_the_split_of_a_catalogue_without_the_others(
    home: Home, small_catalogue: SqliteCatalogue, folds: int
) -> None:
    add_others(small_catalogue)
    make_split(home, small_catalogue, of("test", folds=folds))
    exclude(small_catalogue, Filter(source="field"))
    make_split(home, small_catalogue, of(name="alone", folds=folds))
    some, alone = (split_folder(home, f"{name}-2" if folds else name) for name in ("some", "alone"))
    assert parts_of(some) == parts_of(alone)
    assert some.classes.read_bytes() == alone.classes.read_bytes()
    assert complaints(some) == []


@pytest.mark.mongo
def test_a_mongodb_catalogue_is_split_by_source_too(home: Home, tmp_path: Path) -> None:
    (tmp_path / "mongod").mkdir()
    with (
        running(tmp_path / "mongod") as server,
        closing(MongoCatalogue(server.address, "test")) as catalogue,
    ):
        add_others(catalogue)
        catalogue.add([Photograph("other", "Acer campestre", source="a", path="p", state="cached")])
        make_split(home, catalogue, of("field"))
    lines = [line for part in PARTS for line in read_part(split_folder(home, "some").part(part))]
    assert {line.source for line in lines} == {"field"}
    assert len(lines) == 10


def test_several_sources_are_each_recorded_once(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    add_others(small_catalogue)
    make_split(home, small_catalogue, of("test", "field", "test"))
    split = split_folder(home, "some")
    assert json.loads(split.manifest.read_text())["sources"] == ["field", "test"]
    assert sources_of(split) == ("field", "test")
    assert sources_text(sources_of(split)) == "sources field and test"


def test_a_manifest_without_sources_means_all_sources(split: SplitFolder) -> None:
    manifest = json.loads(split.manifest.read_text())
    del manifest["sources"]
    split.manifest.write_text(json.dumps(manifest))
    assert sources_of(split) == ()
    assert sources_text(sources_of(split)) == "all sources"


def test_a_source_without_photographs_is_rejected_with_the_others_listed(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    add_others(small_catalogue)
    for unknown in ("meadow", "web"):
        with pytest.raises(BadInput) as refused:
            make_split(home, small_catalogue, of("test", unknown))
        assert str(refused.value) == (
            f"No photograph is from the source {unknown}. Choose one of: field, test."
        )
    assert not home.splits.exists()
    make_split(home, small_catalogue, of("test", "web", photographs="all"))


def test_an_earlier_split_of_all_is_carried_over_to_one_of_some(
    home: Home, small_catalogue: SqliteCatalogue
) -> None:
    add_others(small_catalogue)
    make_split(home, small_catalogue, of(name="all"))
    make_split(home, small_catalogue, of("field", earlier="all", seed=99))
    found = compare_splits(split_folder(home, "all"), split_folder(home, "some"))
    assert found.sources == ((), ("field",))
    assert found.photographs[:3, 3].sum() == 12
    assert found.moved == json.loads(split_folder(home, "some").manifest.read_text())["moved"]
    make_split(home, small_catalogue, of("field", name="again", earlier="some", seed=5))
    again = split_folder(home, "again")
    assert parts_of(again) == parts_of(split_folder(home, "some"))


def test_a_subset_of_the_inputs_is_assigned_as_if_it_were_all() -> None:
    rows = [
        {**row, "source": "field" if row["species"].endswith(("1", "3")) else "test"}
        for row in rows_of([4, 7, 9, 12])
    ]
    fields = [row for row in rows if row["source"] == "field"]
    whole = inputs(rows)
    some = whole.only(whole.source == whole.sources.index("field"))
    assert some.names == inputs(fields).names
    assert (some.species == inputs(fields).species).all()
    assert (some.image == inputs(fields).image).all()
    assert len(indices(fields, plan(fields))) == len(some)
