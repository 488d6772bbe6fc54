"""Importing a table: JSON lines, CSV and Parquet, and what tables get wrong."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from engine import workers
from engine.catalogue import table_import
from engine.catalogue.importing import ImportReport
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import SpeciesCount
from engine.catalogue.table_import import import_table
from engine.errors import BadInput
from engine.images.store import ImageStore

ROWS = [
    {"image_id": "a", "species": "Acer campestre", "path": "pictures/a.jpg", "license": "CC0"},
    {"image_id": "b", "species": "Ölweide", "path": "pictures/b.jpg", "license": None},
]


@pytest.fixture
def pictures(make_image) -> Path:
    """The folder the tables lie in; pictures/a.jpg and pictures/b.jpg are below it."""
    for seed, name in enumerate("ab"):
        made = make_image(f"{name}.jpg", seed=seed)
    return made.parents[1]


@pytest.fixture
def take(catalogue: SqliteCatalogue, store: ImageStore):
    def run(table: Path, source: str = "") -> ImportReport:
        return import_table(catalogue, table, store.keep, source)

    return run


def write(table: Path, rows: list[dict[str, Any]], encoding: str = "utf-8") -> Path:
    """A table of the kind its ending says."""
    if table.suffix == ".jsonl":
        table.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding=encoding)
    elif table.suffix == ".parquet":
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), table)
    else:
        with table.open("w", encoding=encoding, newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return table


def told(report: ImportReport) -> tuple[int, int, int]:
    return report.added, report.known, report.refused


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "CSV"])
def test_every_kind_of_table_gives_the_same_photographs(
    catalogue: SqliteCatalogue, pictures: Path, take, ending: str
) -> None:
    table = write(pictures / f"plants.{ending}", ROWS)
    assert told(take(table)) == (2, 0, 0)
    one = catalogue.get("a")
    assert (one.species, one.genus, one.license) == ("Acer campestre", "Acer", "CC0")
    assert (one.source, one.state, one.width) == ("plants", "cached", 64)
    assert catalogue.get("b").license == ""
    assert told(take(table)) == (0, 2, 0)


def test_a_large_table_is_read_beside_and_comes_out_in_the_same_order(
    catalogue, pictures, take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_import, "_LARGE", 0)
    monkeypatch.setattr(table_import, "_BLOCK", 64)
    monkeypatch.setattr(workers, "_MEANWHILE", 2)
    spellings = [{"species": name, "url": f"u{name}"} for name in ("Rosa Canina", "Rosa canina")]
    table = write(pictures / "plants.jsonl", [*ROWS, {"species": "", "url": "u"}, *spellings])
    report = take(table)
    assert told(report) == (4, 0, 1)
    assert report.refusals[0].origin == "plants.jsonl row 3"
    assert catalogue.tally("species") == {"Rosa Canina": 2, "Acer campestre": 1, "Ölweide": 1}


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(
    catalogue, pictures, take, ending: str, encoding: str
) -> None:
    take(write(pictures / f"plants.{ending}", ROWS, encoding))
    assert [item.species for item in catalogue.species()] == ["Acer campestre", "Ölweide"]


def test_columns_are_known_by_other_names_and_in_any_case(catalogue, pictures, take) -> None:
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


def test_an_address_alone_is_a_photograph_elsewhere(catalogue, pictures, take) -> None:
    rows = [{"species": "Acer", "url": f"https://example.org/{n}.jpg"} for n in range(3)]
    assert told(take(write(pictures / "plants.csv", rows))) == (3, 0, 0)
    assert catalogue.counts().by_state == {"remote": 3}
    one = next(catalogue.all())
    assert (one.path, one.sha256, one.width) == ("", "", 0)


def test_addresses_are_the_same_photographs_in_another_order(pictures, take) -> None:
    rows = [{"species": "Acer", "url": f"https://example.org/{n}.jpg"} for n in range(3)]
    take(write(pictures / "plants.csv", rows))
    assert told(take(write(pictures / "plants.csv", [*rows[::-1], rows[0]]))) == (0, 4, 0)


def test_the_rows_source_comes_before_the_one_given_before_the_tables_name(
    catalogue, pictures, take
) -> None:
    rows = [
        {"species": "Acer", "url": "u1", "source": "herbarium"},
        {"species": "Acer", "url": "u2", "source": ""},
    ]
    take(write(pictures / "plants.csv", rows), "mine")
    assert catalogue.counts().by_source == {"herbarium": 1, "mine": 1}


def test_numbers_that_count_a_tables_own_rows_do_not_meet_those_of_another(
    catalogue, pictures, take
) -> None:
    for name in ("first", "second"):
        rows = [{"id": n, "species": "Acer", "url": f"{name}/{n}.jpg"} for n in range(3)]
        assert told(take(write(pictures / f"{name}.csv", rows))) == (3, 0, 0)
    assert catalogue.get("first-2").url == "first/2.jpg"


@pytest.mark.parametrize(
    ("value", "image_id"),
    [(7, "7"), (0, "0"), (7.0, "7"), (2**63 - 1, str(2**63 - 1)), ("  x ", "x"), ("Ñ/1", "Ñ/1")],
)
def test_an_identity_of_any_kind_becomes_text(
    catalogue, pictures, take, value: object, image_id: str
) -> None:
    rows = [{"image_id": value, "species": "Acer", "url": "u"}]
    for ending in ("jsonl", "parquet"):
        take(write(pictures / f"plants.{ending}", rows))
    assert [one.image_id for one in catalogue.all()] == [image_id]


def test_an_identity_of_hundreds_of_digits_is_taken_and_of_thousands_refused(
    catalogue, pictures, take
) -> None:
    lines = [
        f'{{"image_id": {"9" * digits}, "species": "Acer", "url": "u"}}' for digits in (400, 5000)
    ]
    (pictures / "plants.jsonl").write_text("\n".join(lines))
    assert told(take(pictures / "plants.jsonl")) == (1, 0, 1)
    assert catalogue.get("9" * 400)


def test_what_is_missing_is_empty_whatever_the_table_calls_it(catalogue, pictures, take) -> None:
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


@pytest.mark.parametrize("species", [None, float("nan"), "", "  ", "x" * 201, [], {}])
def test_a_row_without_a_species_is_refused_and_the_others_taken(
    pictures, take, species: object
) -> None:
    rows = [
        {"species": "Acer", "url": "u", "label": 3},
        {"species": species, "url": "v", "label": 3},
    ]
    report = take(write(pictures / "plants.jsonl", rows))
    assert told(report) == (1, 0, 1)
    assert report.refusals[0].origin == "plants.jsonl row 2"
    assert "species" in report.refusals[0].reason


def test_a_row_without_path_and_url_is_refused_with_its_number(pictures, take) -> None:
    rows = [{"species": "Acer", "url": "u"}, {"species": "Acer", "url": ""}]
    report = take(write(pictures / "plants.csv", rows))
    assert told(report) == (1, 0, 1)
    assert report.refusals[0].origin == "plants.csv row 2"
    assert report.refusals[0].reason == "It has neither a path nor a url."


@pytest.mark.parametrize(
    "path", ["pictures/gone.jpg", "pictures", "table.jsonl", "nul\0.jpg", "../" * 50]
)
def test_a_path_to_no_photograph_is_refused_and_the_others_taken(pictures, take, path: str) -> None:
    rows = [{"species": "Acer", "path": path}, {"species": "Acer", "path": "pictures/a.jpg"}]
    assert told(take(write(pictures / "table.jsonl", rows))) == (1, 0, 1)


def test_bad_lines_are_refused_with_their_number_and_the_others_taken(pictures, take) -> None:
    good = json.dumps(ROWS[0]).encode()
    lines = [
        b"{torn",
        b"",
        b"[1]",
        b'"text"',
        b"\xff\xfe",
        good,
        b'{"species": "A\\ud800", "url": "u"}',
    ]
    (pictures / "plants.jsonl").write_bytes(b"\n".join(lines))
    report = take(pictures / "plants.jsonl")
    assert told(report)[::2] == (2, 4)
    assert [refusal.origin[-5:] for refusal in report.refusals] == [
        f"row {n}" for n in (1, 3, 4, 5)
    ]
    assert {refusal.reason for refusal in report.refusals} == {"It is no JSON object."}


def test_rows_shorter_and_longer_than_the_header_are_taken_as_far_as_they_go(
    pictures, take
) -> None:
    text = "species,path,license\nAcer,pictures/a.jpg\nAcer,pictures/b.jpg,CC0,more,and more\n"
    (pictures / "plants.csv").write_text(text)
    assert told(take(pictures / "plants.csv")) == (2, 0, 0)


def test_names_with_commas_quotes_and_line_breaks_are_read(catalogue, pictures, take) -> None:
    write(pictures / "plants.csv", [{"species": 'Rosa, "the"\nred', "url": "u"}])
    take(pictures / "plants.csv")
    assert catalogue.species() == [SpeciesCount('Rosa, "the" red', 1)]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"plant": "Acer", "path": "a.jpg"}, "has no species column; it has plant, path"),
        (
            {"species": "Acer", "where": "x"},
            "neither a path nor a url column; it has species, where",
        ),
    ],
)
def test_missing_columns_are_told_with_those_there_are(
    pictures, take, ending: str, row: dict[str, str], told: str
) -> None:
    with pytest.raises(BadInput, match=rf"^plants\.{ending} has (no )?.*{told[8:]}\.$"):
        take(write(pictures / f"plants.{ending}", [row]))


@pytest.mark.parametrize(
    ("name", "content"), [("a.jsonl", b""), ("a.csv", b""), ("a.csv", b"species,path\n")]
)
def test_a_table_without_rows_is_refused(pictures, take, name: str, content: bytes) -> None:
    (pictures / name).write_bytes(content)
    with pytest.raises(BadInput, match=r"has no rows\.$"):
        take(pictures / name)


def test_a_parquet_table_without_rows_is_refused(pictures, take) -> None:
    empty = pyarrow.table({"species": pyarrow.array([], pyarrow.string())})
    pyarrow.parquet.write_table(empty, pictures / "a.parquet")
    with pytest.raises(BadInput, match=r"has no rows\.$"):
        take(pictures / "a.parquet")


def test_a_missing_table_and_a_folder_are_refused(pictures, take) -> None:
    for name in ("gone.csv", "pictures"):
        with pytest.raises(BadInput, match=rf"^There is no table .*{name}\.$"):
            take(pictures / name)


@pytest.mark.parametrize("name", ["plants.xlsx", "plants", "plants.json", ".csv"])
def test_another_kind_of_file_is_refused_with_those_that_are_known(pictures, take, name) -> None:
    (pictures / name).write_text("species,path\n")
    with pytest.raises(BadInput, match=r"is no \.jsonl, \.csv or \.parquet file\.$"):
        take(pictures / name)


def test_a_damaged_parquet_is_refused_by_name(pictures, take) -> None:
    whole = write(pictures / "a.parquet", ROWS).read_bytes()
    for content in (b"", b"PAR1", whole[:-10], b"words " * 50):
        (pictures / "a.parquet").write_bytes(content)
        with pytest.raises(BadInput, match=r"^a\.parquet cannot be read: .*\.$") as caught:
            take(pictures / "a.parquet")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_csv_in_another_encoding_is_told_to_be_saved_as_utf_8(pictures, take, encoding) -> None:
    write(pictures / "plants.csv", ROWS, encoding)
    with pytest.raises(BadInput, match=r"^plants\.csv is no UTF-8 text; save it as UTF-8\.$"):
        take(pictures / "plants.csv")
