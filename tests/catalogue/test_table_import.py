"""Import of tables: JSON lines, CSV and Parquet, and how their columns are read."""

from pathlib import Path

import pytest

from engine import workers
from engine.catalogue import table_import, table_rows
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import SpeciesCount
from tests.catalogue.tables import ROWS, told, write


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "CSV"])
def test_every_table_format_gives_the_same_photographs(
    catalogue: SqliteCatalogue, pictures: Path, take, ending: str
) -> None:
    table = write(pictures / f"plants.{ending}", ROWS)
    assert told(take(table)) == (2, 0, 0)
    one = catalogue.get("a")
    assert (one.species, one.genus, one.license) == ("Acer campestre", "Acer", "CC0")
    assert (one.source, one.state, one.width) == ("plants", "cached", 64)
    assert catalogue.get("b").license == ""
    assert told(take(table)) == (0, 2, 0)


def test_a_large_table_is_read_in_parallel_and_keeps_its_order(
    catalogue, pictures, take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_import, "_LARGE", 0)
    monkeypatch.setattr(table_rows, "_BLOCK", 64)
    monkeypatch.setattr(workers, "_MEANWHILE", 2)
    spellings = [{"species": name, "url": f"u{name}"} for name in ("Rosa Canina", "Rosa canina")]
    table = write(pictures / "plants.jsonl", [*ROWS, {"species": "", "url": "u"}, *spellings])
    report = take(table)
    assert told(report) == (4, 0, 1)
    assert report.refusals[0].origin == "plants.jsonl #3"
    assert catalogue.count_by("species") == {"Rosa Canina": 2, "Acer campestre": 1, "Ölweide": 1}


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_not_part_of_the_first_column(
    catalogue, pictures, take, ending: str, encoding: str
) -> None:
    take(write(pictures / f"plants.{ending}", ROWS, encoding))
    assert [item.species for item in catalogue.species()] == ["Acer campestre", "Ölweide"]


def test_columns_are_recognised_by_synonyms_and_in_any_case(catalogue, pictures, take) -> None:
    row = {"Scientific Name": "Acer", "FILENAME": "pictures/a.jpg", "user_login": "ñusta"}
    assert told(take(write(pictures / "plants.csv", [row]))) == (1, 0, 0)
    one = next(catalogue.all())
    assert (one.species, one.observer) == ("Acer", "ñusta")


def test_paths_are_relative_to_the_table_or_absolute(pictures, take) -> None:
    (pictures / "tables").mkdir()
    rows = [
        {"species": "Acer", "path": "../pictures/a.jpg"},
        {"species": "Acer", "path": str(pictures / "pictures" / "b.jpg")},
    ]
    assert told(take(write(pictures / "tables" / "plants.jsonl", rows))) == (2, 0, 0)


def test_a_row_with_only_a_url_is_a_remote_photograph(catalogue, pictures, take) -> None:
    rows = [{"species": "Acer", "url": f"https://example.org/{n}.jpg"} for n in range(3)]
    assert told(take(write(pictures / "plants.csv", rows))) == (3, 0, 0)
    assert catalogue.counts().by_state == {"remote": 3}
    one = next(catalogue.all())
    assert (one.path, one.sha256, one.width) == ("", "", 0)


def test_urls_in_another_order_are_the_same_photographs(pictures, take) -> None:
    rows = [{"species": "Acer", "url": f"https://example.org/{n}.jpg"} for n in range(3)]
    take(write(pictures / "plants.csv", rows))
    again = take(write(pictures / "plants.csv", [*rows[::-1], rows[0]]))
    assert (told(again), again.listed) == ((0, 3, 0), 1)


def test_the_source_of_a_row_precedes_the_given_one_and_the_table_name(
    catalogue, pictures, take
) -> None:
    rows = [
        {"species": "Acer", "url": "u1", "source": "herbarium"},
        {"species": "Acer", "url": "u2", "source": ""},
    ]
    take(write(pictures / "plants.csv", rows), "mine")
    assert catalogue.counts().by_source == {"herbarium": 1, "mine": 1}


def test_row_numbers_used_as_ids_do_not_collide_between_tables(catalogue, pictures, take) -> None:
    for name in ("first", "second"):
        rows = [{"id": n, "species": "Acer", "url": f"{name}/{n}.jpg"} for n in range(3)]
        assert told(take(write(pictures / f"{name}.csv", rows))) == (3, 0, 0)
    assert catalogue.get("first-2").url == "first/2.jpg"


@pytest.mark.parametrize(
    ("value", "image_id"),
    [(7, "7"), (0, "0"), (7.0, "7"), (2**63 - 1, str(2**63 - 1)), ("  x ", "x"), ("Ñ/1", "Ñ/1")],
)
def test_an_id_of_any_type_becomes_text(
    catalogue, pictures, take, value: object, image_id: str
) -> None:
    rows = [{"image_id": value, "species": "Acer", "url": "u"}]
    for ending in ("jsonl", "parquet"):
        take(write(pictures / f"plants.{ending}", rows))
    assert [one.image_id for one in catalogue.all()] == [image_id]


def test_an_id_of_hundreds_of_digits_is_accepted_and_of_thousands_rejected(
    catalogue, pictures, take
) -> None:
    lines = [
        f'{{"image_id": {"9" * digits}, "species": "Acer", "url": "u"}}' for digits in (400, 5000)
    ]
    (pictures / "plants.jsonl").write_text("\n".join(lines))
    assert told(take(pictures / "plants.jsonl")) == (1, 0, 1)
    assert catalogue.get("9" * 400)


def test_every_notation_for_a_missing_value_is_read_as_empty(catalogue, pictures, take) -> None:
    text = '{"image_id": "a", "species": "Acer", "url": "u", "observer": NaN, "license": null}\n'
    (pictures / "plants.jsonl").write_text(text)
    rows = [
        {"image_id": "b", "species": "Acer", "url": "v", "observer": float("nan"), "family": None}
    ]
    take(pictures / "plants.jsonl")
    take(write(pictures / "plants.parquet", rows))
    assert [(one.observer, one.license, one.family) for one in catalogue.all()] == [
        ("", "", "")
    ] * 2


def test_rows_shorter_or_longer_than_the_header_are_read_as_far_as_possible(pictures, take) -> None:
    text = "species,path,license\nAcer,pictures/a.jpg\nAcer,pictures/b.jpg,CC0,more,and more\n"
    (pictures / "plants.csv").write_text(text)
    assert told(take(pictures / "plants.csv")) == (2, 0, 0)


def test_names_with_commas_quotes_and_line_breaks_are_read(catalogue, pictures, take) -> None:
    write(pictures / "plants.csv", [{"species": 'Rosa, "the"\nred', "url": "u"}])
    take(pictures / "plants.csv")
    assert catalogue.species() == [SpeciesCount('Rosa, "the" red', 1)]
