"""An export holds the whole catalogue: imported into an empty one, it gives the same."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.catalogue import facets
from engine.catalogue.curation import exclude, relabel
from engine.catalogue.export import export_catalogue
from engine.catalogue.flags import FLAGS, LICENCE_CONFLICT
from engine.catalogue.importing import ImportReport
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue, Filter
from engine.catalogue.table_export import KINDS, Kind
from engine.catalogue.table_import import import_table
from tests.catalogue.conftest import Fresh

EVERYTHING = Filter(excluded=None)
SPECIES = ("Rosa canina", "Bellis perennis", "Sorbus × hybrida", "Acer campestre")
LICENCES = ("", "CC0", "CC BY", "CC BY-NC", "All rights reserved")
TEXTS = ("", "=1+1", "'quoted'", 'Ana "die" Müller, 2020', "−3 ° N", "@someone", "null", "7")
FACETS = ("species", "genus", "family", "source", "state", "license", "flag")


def no_file(path: Path) -> Any:
    raise AssertionError(path)


def random_photograph(chance: Random, number: int) -> Photograph:
    """A record with any fields; of seven addresses, several have the same."""
    address = f"https://example.org/{chance.randrange(7)}.jpg"
    scheme = chance.choice(("", "?width=100", "#large"))
    species = chance.choice(SPECIES)
    return Photograph(
        image_id=f"{chance.choice('abc')}-{number}",
        species=species,
        genus=chance.choice(("", species.split()[0], "Othergenus")),
        family=chance.choice(("", "Rosaceae")),
        source=chance.choice(("one", "two", "Pl@ntNet")),
        url=chance.choice(("", address + scheme)),
        observation_id=chance.choice(TEXTS),
        observer=chance.choice(TEXTS),
        license=chance.choice(LICENCES),
        attribution=chance.choice(TEXTS),
        width=chance.choice((0, 640)),
        height=chance.choice((0, 480)),
        sha256=chance.choice(("", "", f"{chance.randrange(9):064x}")),
        phash=chance.choice(("", f"{chance.randrange(99):016x}")),
        original_name=chance.choice(("", "Rosa cf. canina L.")),
        flags=tuple(sorted(chance.sample(sorted(FLAGS), chance.randrange(3)))),
        excluded=chance.random() < 0.2,
        extra=chance.choice(("", json.dumps({"organ": "hoja", "días": [1, 2.5], "n": True}))),
    )


def fill(catalogue: Catalogue, seed: int) -> None:
    """Records of every kind: without address, listed several times, set apart, curated."""
    chance = Random(seed)
    made = [random_photograph(chance, number) for number in range(40)]
    for start in range(0, len(made), 10):
        some = made[start : start + 10]
        catalogue.add(some, apart=[one.image_id for one in some if chance.random() < 0.15])
    ids = [photograph.image_id for photograph in catalogue.all()]
    exclude(catalogue, ids[:3])
    relabel(catalogue, ids[5:8], "Quercus robur")


def content(catalogue: Catalogue) -> dict[str, Any]:
    """All that a catalogue says of its photographs."""
    return {
        "photographs": list(catalogue.all(EVERYTHING)),
        "listings": sorted(one._replace(change=0) for one in catalogue.all_listings()),
        "apart": catalogue.apart(),
        "counts": (catalogue.counts(), catalogue.counts(EVERYTHING), catalogue.listed_twice()),
        "facets": [catalogue.count_by(field, EVERYTHING) for field in FACETS],  # type: ignore[arg-type]
        "of_listings": {
            one.image_id: catalogue.known([one.image_id]) for one in catalogue.all_listings()
        },
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_an_export_gives_the_same_catalogue(
    fresh: Fresh, tmp_path: Path, kind: Kind, seed: int
) -> None:
    with fresh() as catalogue:
        fill(catalogue, seed)
        before = content(catalogue)
        table = Path(export_catalogue(catalogue, tmp_path, chosen=EVERYTHING, kind=kind).file)
    assert before["listings"] and before["apart"] and before["counts"][0].excluded
    with fresh() as catalogue:
        report = import_table(catalogue, table, no_file)
        assert content(catalogue) == before
        further = catalogue.listed_twice()
        assert report == ImportReport(added=len(before["photographs"]), listed=further)
        assert import_table(catalogue, table, no_file).added == 0
        assert content(catalogue) == before


def test_many_batches_give_the_same_lines(
    either: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(either, 2)
    (whole,) = either.lines(EVERYTHING)
    stamp = either.stamp()
    monkeypatch.setattr(facets, "_PHOTOGRAPHS_AT_ONCE", 1)
    batches = list(either.lines(EVERYTHING))
    assert len(batches) > 2
    assert b"".join(one.text for one in batches) == whole.text
    assert sum((Counter(one.by_source) for one in batches), Counter()) == whole.by_source
    # A reader that stops early leaves nothing open.
    next(either.lines(EVERYTHING))
    assert either.stamp() == stamp


def test_listings_are_nested_in_json_lines(either: Catalogue, tmp_path: Path) -> None:
    one = Photograph("a", "Acer", url="https://example.org/1.jpg", license="CC BY", source="x")
    two = one._replace(image_id="b", source="y", license="CC BY-NC")
    either.add([one, two, Photograph("c", "Acer")])
    lines = Path(export_catalogue(either, tmp_path).file).read_text().splitlines()
    first, second = map(json.loads, lines)
    assert [(own["image_id"], own["license"]) for own in first["listings"]] == [
        ("a", "CC BY"),
        ("b", "CC BY-NC"),
    ]
    assert (first["license"], first["flags"]) == ("CC BY-NC", [LICENCE_CONFLICT])
    assert (second["listings"], second["apart"], second["excluded"]) == ([], False, False)


def test_listings_follow_a_photograph_that_another_has_already(
    fresh: Fresh, tmp_path: Path
) -> None:
    one = Photograph("a", "Acer", url="https://example.org/1.jpg", license="CC BY")
    two = one._replace(image_id="b", license="CC BY-NC", url="http://example.org/1.jpg")
    with fresh() as catalogue:
        catalogue.add([one, two])
        table = Path(export_catalogue(catalogue, tmp_path).file)
    with fresh() as catalogue:
        catalogue.add([one._replace(image_id="mine")])
        import_table(catalogue, table, no_file)
        (row,) = catalogue.all()
        assert (row.image_id, row.license) == ("mine", "CC BY-NC")
        assert catalogue.known("ab") == {"a": "mine", "b": "mine"}
        assert {listing.image_id for listing in catalogue.listings("mine")} == {"mine", "a", "b"}


def test_files_that_are_found_come_along(planted: Any, either: Catalogue, tmp_path: Path) -> None:
    home, photographs = planted
    either.add(photographs)
    table = Path(export_catalogue(either, home.exports / "whole").file)
    kept: list[Path] = []
    other = tmp_path / "other.jsonl"
    other.write_bytes(table.read_bytes())

    def keep(path: Path) -> Any:
        kept.append(path)
        return next(one for one in photographs if path.name in one.path)

    copy = SqliteCatalogue(tmp_path / "copy.sqlite")
    assert import_table(copy, table, keep).added == 12
    assert list(copy.all()) == list(either.all())
    assert len(kept) == 12
    copy.close()
    without = SqliteCatalogue(tmp_path / "without.sqlite")
    assert import_table(without, other, keep).added == 12
    assert without.counts().by_state == {"remote": 12}
    assert [one.sha256 for one in without.all()] == [one.sha256 for one in either.all()]
    without.close()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("flags", 7),
        ("listings", "{"),
        ("listings", [{"image_id": "x"}]),
        ("listings", ["x"]),
        ("excluded", "perhaps"),
        ("sha256", "../../etc/passwd"),
        ("phash", "xyz"),
        ("width", -1),
        ("state", "stolen"),
        ("extra", "[1]"),
        ("extra", "{"),
        ("extra", {"n": "\ud800"}),
        ("url", "javascript:alert(1)"),
        ("image_id", ""),
        ("species", "\x00"),
    ],
)
def test_a_row_that_no_export_writes_is_refused(
    catalogue: Catalogue, tmp_path: Path, field: str, value: object
) -> None:
    catalogue.add([Photograph(name, "Acer", url=f"https://a.test/{name}") for name in "ab"])
    table = Path(export_catalogue(catalogue, tmp_path).file)
    catalogue.close()
    first, second = map(json.loads, table.read_text().splitlines())
    table.write_text(json.dumps(first | {field: value}) + "\n" + json.dumps(second) + "\n")
    other = SqliteCatalogue(tmp_path / "other.sqlite")
    report = import_table(other, table, no_file)
    assert (report.added, report.refused) == (1, 1)
    assert report.refusals[0].reason
    other.close()


def test_other_fields_may_be_an_object(catalogue: Catalogue, tmp_path: Path) -> None:
    catalogue.add([Photograph("a", "Acer", url="https://a.test/a", extra='{"organ":"leaf"}')])
    table = Path(export_catalogue(catalogue, tmp_path).file)
    row = json.loads(table.read_text())
    table.write_text(json.dumps(row | {"extra": json.loads(row["extra"])}))
    other = SqliteCatalogue(tmp_path / "other.sqlite")
    import_table(other, table, no_file)
    assert list(other.all()) == list(catalogue.all())
    other.close()


def test_a_name_that_a_person_changed_in_the_table_is_read_as_any(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    catalogue.add([Photograph("a", "Acer campestre", "Acer", url="https://a.test/a")])
    table = Path(export_catalogue(catalogue, tmp_path).file)
    table.write_text(table.read_text().replace("Acer campestre", "ACER PLATANOIDES"))
    other = SqliteCatalogue(tmp_path / "other.sqlite")
    import_table(other, table, no_file)
    (row,) = other.all()
    assert (row.species, row.original_name) == ("Acer platanoides", "ACER PLATANOIDES")
    other.close()


def test_the_filter_is_that_of_the_export(either: Catalogue, tmp_path: Path) -> None:
    fill(either, 1)
    used = export_catalogue(either, tmp_path)
    everything = export_catalogue(either, tmp_path / "all", chosen=replace(Filter(), excluded=None))
    assert everything.images - used.images == either.counts().excluded
