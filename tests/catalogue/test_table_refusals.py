"""Errors in tables: rejected rows, and rejected tables."""

import json

import pyarrow
import pyarrow.parquet
import pytest

from engine.errors import BadInput
from tests.catalogue.bad_rows import NO_PHOTOGRAPH, NO_SPECIES
from tests.catalogue.tables import ROWS, told, write


@pytest.mark.parametrize("species", NO_SPECIES)
def test_a_row_without_a_species_is_rejected_and_the_others_are_imported(
    pictures, take, species: object
) -> None:
    rows = [
        {"species": "Acer", "url": "u", "label": 3},
        {"species": species, "url": "v", "label": 3},
    ]
    report = take(write(pictures / "plants.jsonl", rows))
    assert told(report) == (1, 0, 1)
    assert report.refusals[0].origin == "plants.jsonl #2"
    assert "species" in report.refusals[0].reason


def test_a_row_without_path_and_url_is_rejected_with_its_number(pictures, take) -> None:
    rows = [{"species": "Acer", "url": "u"}, {"species": "Acer", "url": ""}]
    report = take(write(pictures / "plants.csv", rows))
    assert told(report) == (1, 0, 1)
    assert report.refusals[0].origin == "plants.csv #2"
    assert report.refusals[0].reason == "It has neither a path nor a url."


@pytest.mark.parametrize("path", NO_PHOTOGRAPH)
def test_a_path_to_no_photograph_is_rejected_and_the_others_are_imported(
    pictures, take, path: str
) -> None:
    rows = [{"species": "Acer", "path": path}, {"species": "Acer", "path": "pictures/a.jpg"}]
    assert told(take(write(pictures / "table.jsonl", rows))) == (1, 0, 1)


def test_bad_lines_are_rejected_with_their_number_and_the_others_are_imported(
    pictures, take
) -> None:
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
        f"nl #{n}" for n in (1, 3, 4, 5)
    ]
    assert {refusal.reason for refusal in report.refusals} == {"It is not a JSON object."}


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"plant": "Acer", "path": "a.jpg"}, "has no species column. Its columns: plant, path"),
        (
            {"species": "Acer", "where": "x"},
            "neither a path nor a url column. Its columns: species, where",
        ),
    ],
)
def test_missing_columns_are_reported_with_the_existing_ones(
    pictures, take, ending: str, row: dict[str, str], told: str
) -> None:
    with pytest.raises(BadInput, match=rf"^plants\.{ending} has (no )?.*{told[8:]}\.$"):
        take(write(pictures / f"plants.{ending}", [row]))


@pytest.mark.parametrize(
    ("name", "content"), [("a.jsonl", b""), ("a.csv", b""), ("a.csv", b"species,path\n")]
)
def test_a_table_without_rows_is_rejected(pictures, take, name: str, content: bytes) -> None:
    (pictures / name).write_bytes(content)
    with pytest.raises(BadInput, match=r"has no rows\.$"):
        take(pictures / name)


def test_a_parquet_table_without_rows_is_rejected(pictures, take) -> None:
    empty = pyarrow.table({"species": pyarrow.array([], pyarrow.string())})
    pyarrow.parquet.write_table(empty, pictures / "a.parquet")
    with pytest.raises(BadInput, match=r"has no rows\.$"):
        take(pictures / "a.parquet")


def test_a_missing_table_and_a_folder_are_rejected(pictures, take) -> None:
    for name in ("gone.csv", "pictures"):
        with pytest.raises(BadInput, match=rf"^The table .*{name} does not exist\."):
            take(pictures / name)


@pytest.mark.parametrize("name", ["plants.xlsx", "plants", "plants.txt", ".csv", "plants.zip.gz"])
def test_another_kind_of_file_is_refused_with_those_that_are_known(pictures, take, name) -> None:
    (pictures / name).write_text("species,path\n")
    with pytest.raises(BadInput, match=r"is not a \.jsonl, \.json, \.csv, \.tsv or \.parquet file"):
        take(pictures / name)


def test_a_damaged_parquet_file_is_rejected_by_name(pictures, take) -> None:
    whole = write(pictures / "a.parquet", ROWS).read_bytes()
    for content in (b"", b"PAR1", whole[:-10], b"words " * 50):
        (pictures / "a.parquet").write_bytes(content)
        with pytest.raises(BadInput, match=r"^Could not read a\.parquet \(.*\)\.$") as caught:
            take(pictures / "a.parquet")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_csv_in_another_encoding_is_rejected_with_the_advice_to_use_utf_8(
    pictures, take, encoding
) -> None:
    write(pictures / "plants.csv", ROWS, encoding)
    with pytest.raises(BadInput, match=r"^plants\.csv is not UTF-8 text\. Save it as UTF-8\.$"):
        take(pictures / "plants.csv")
