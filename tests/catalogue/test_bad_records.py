"""A bad row is reported with its reason; the other rows are imported."""

import csv
import datetime
import json
import os
from pathlib import Path
from typing import Any

import bson
import pyarrow
import pyarrow.parquet
import pytest

from engine.catalogue import table_rows
from engine.catalogue.export import export_catalogue
from engine.catalogue.folder_import import import_folder
from engine.catalogue.importing import Candidate, settled, take_in
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.mongo_import import _read
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.table_import import import_table
from engine.errors import BadInput
from tests.catalogue.bad_rows import CONTROLS, FIELDS, GOOD, LONG, ODD_LINES, OTHER_ADDRESSES
from tests.catalogue.tables import told, write

MAPPING = MappingSettings(species="species", url="url", observer="observer")


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("field", [*FIELDS, "url", "species"])
def test_control_characters_in_any_field_reject_the_row(
    tmp_path: Path, take, field: str, control: str
) -> None:
    bad = GOOD | {"url": "https://example.org/b.jpg"}
    bad[field] = f"{bad.get(field, 'x')}{control}y"
    report = take(write(tmp_path / "t.jsonl", [bad, GOOD]))
    assert told(report) == (1, 0, 1)
    assert report.refusals[0].origin == "t.jsonl #1"
    assert "characters" in report.refusals[0].reason


def test_an_image_id_with_a_nul_does_not_affect_a_second_import(tmp_path: Path, take) -> None:
    rows = [GOOD | {"image_id": "a"}, GOOD | {"image_id": "a\0b"}]
    table = write(tmp_path / "t.jsonl", rows)
    assert told(take(table)) == (1, 0, 1)
    assert told(take(table)) == (0, 1, 1)


@pytest.mark.parametrize("field", [*FIELDS, "url"])
def test_a_field_that_is_too_long_rejects_the_row(tmp_path: Path, take, field: str) -> None:
    long = GOOD | {field: LONG}
    report = take(write(tmp_path / "t.jsonl", [long, GOOD]))
    assert told(report) == (1, 0, 1)
    assert "is longer than" in report.refusals[0].reason


def test_line_breaks_in_a_credit_become_spaces(tmp_path: Path, take, catalogue) -> None:
    take(write(tmp_path / "t.jsonl", [GOOD | {"image_id": "a", "attribution": "Anna\n\tBerg"}]))
    assert catalogue.get("a").attribution == "Anna Berg"


@pytest.mark.parametrize("url", OTHER_ADDRESSES)
def test_a_url_with_an_unsupported_scheme_rejects_the_row(tmp_path: Path, take, url: str) -> None:
    report = take(write(tmp_path / "t.csv", [GOOD | {"url": url}, GOOD]))
    assert told(report) == (1, 0, 1)
    assert report.refusals[0].reason == "Its address starts with neither http:// nor https://."


@pytest.mark.parametrize(
    "line",
    ODD_LINES.values(),
    ids=ODD_LINES,
)
def test_an_invalid_line_rejects_one_row_only(
    tmp_path: Path, take, line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_rows, "_LONGEST_LINE", 2_000_000)
    good = json.dumps(GOOD).encode()
    (tmp_path / "t.jsonl").write_bytes(line + b"\n" + good + b"\n")
    report = take(tmp_path / "t.jsonl")
    assert told(report) == (1, 0, 1)
    assert report.refusals[0].origin == "t.jsonl #1"


def test_a_first_row_without_columns_does_not_stop_the_import(tmp_path: Path, take) -> None:
    assert told(take(write(tmp_path / "t.jsonl", [{"a": 1}, GOOD]))) == (1, 0, 1)


def test_a_field_too_large_for_csv_rejects_one_row_only(tmp_path: Path, take) -> None:
    rows = [GOOD | {"observer": "x" * 200_000}, GOOD]
    assert told(take(write(tmp_path / "t.csv", rows))) == (1, 0, 1)


@pytest.mark.parametrize(
    "kind", [pyarrow.timestamp("us"), pyarrow.duration("s"), pyarrow.string()], ids=str
)
def test_a_parquet_value_that_python_cannot_hold_rejects_one_row_only(
    tmp_path: Path, take, kind: pyarrow.DataType
) -> None:
    odd = pyarrow.array([2**60, 0], pyarrow.int64())
    if kind == pyarrow.string():
        odd = pyarrow.array([b"\xff", b"x"], pyarrow.binary())
    columns = {name: [value] * 2 for name, value in GOOD.items()} | {"observer": odd.view(kind)}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "t.parquet")
    report = take(tmp_path / "t.parquet")
    assert told(report)[0] + told(report)[2] == 2
    assert told(report)[0] >= 1


def test_an_invalid_date_in_an_unused_column_has_no_effect(tmp_path: Path, take) -> None:
    odd = pyarrow.array([2**60, 0], pyarrow.timestamp("us"))
    columns = {"image_id": ["a", "b"]} | {name: [value] * 2 for name, value in GOOD.items()}
    pyarrow.parquet.write_table(pyarrow.table(columns | {"seen": odd}), tmp_path / "t.parquet")
    report = take(tmp_path / "t.parquet")
    assert (told(report), report.listed) == ((1, 0, 0), 1)


def test_invalid_dates_and_bytes_reject_one_document_only() -> None:
    def document(number: int, **fields: Any) -> bytes:
        return bson.encode({"_id": number, **GOOD, **fields})

    far = document(2, observer=bson.DatetimeMS(2**60))
    no_text = document(3, observer="abcd").replace(b"abcd", b"a\xffcd")
    damaged = bytearray(document(4, observer=1.5))
    damaged[damaged.index(b"\x01observer")] = 0x63
    good = document(1), document(5, observer=datetime.datetime(2026, 1, 1))
    batch = _read(MAPPING, "s", b"".join([good[0], far, no_text, bytes(damaged), good[1]]))
    assert [type(offer).__name__ for offer in batch.offers] == [
        "Photograph", "Refusal", "Photograph", "Refusal", "Photograph",
    ]  # fmt: skip
    assert batch.last == 5


def test_endless_files_are_rejected_at_once(tmp_path: Path, take, make_image) -> None:
    make_image("good.jpg")
    (tmp_path / "kmsg.jpg").symlink_to("/proc/kmsg")
    (tmp_path / "zero.jpg").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.jpg")
    names = ("kmsg.jpg", "zero.jpg", "pipe.jpg", "pictures/good.jpg")
    rows = [{"species": "Acer", "path": name} for name in names]
    assert told(take(write(tmp_path / "t.csv", rows))) == (1, 0, 3)


@pytest.mark.parametrize("name", ["pipe.csv", "kmsg.jsonl"])
def test_an_endless_table_is_rejected(tmp_path: Path, take, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    to = "/proc/kmsg" if name.startswith("kmsg") else tmp_path / "pipe"
    (tmp_path / name).symlink_to(to)
    with pytest.raises(BadInput):
        take(tmp_path / name)


def test_a_source_with_control_characters_is_rejected_before_reading(
    tmp_path: Path, take, catalogue, store
) -> None:
    table = write(tmp_path / "t.jsonl", [GOOD])
    for name in ("a\0b", "x" * 501):
        with pytest.raises(BadInput, match=r"^Source: "):
            take(table, name)
        with pytest.raises(BadInput, match=r"^Source: "):
            import_folder(catalogue, Path(__file__).parents[1], store.keep, name)


def test_each_rejection_is_reported_in_one_short_line(catalogue) -> None:
    offer = settled(Candidate(Photograph("", "Rosa\0"), "row\x1b[31m" + "x" * 10**6))
    report = take_in(catalogue, [offer], lambda file: file, 0, lambda *_: None)  # type: ignore[arg-type, return-value]
    assert report.refusals[0].origin.startswith("row?[31m")
    assert len(report.refusals[0].origin) == 300


FORMULAS = ["=1+1", "+1", "-1", "@x", "'=1", "''-1", "'quoted", "\N{APOSTROPHE}", "plain", "a=b"]


@pytest.mark.parametrize("safe", [True, False])
def test_csv_round_trips_and_safe_csv_contains_no_formula(
    tmp_path: Path, catalogue, store, take, safe: bool
) -> None:
    photographs = [
        Photograph(f"p{number}", "Rosa", url=f"https://e.org/{number}", observer=text)
        for number, text in enumerate(FORMULAS)
    ]
    catalogue.add(photographs)
    file = Path(export_catalogue(catalogue, tmp_path, kind="csv", spreadsheet_safe=safe).file)
    with file.open(newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert any(cell[:1] in "=+-@" for cell in cells if cell) is not safe
    again = SqliteCatalogue(tmp_path / "again.sqlite")
    import_table(again, file, store.keep)
    came = [again.get(f"p{number}") for number in range(len(FORMULAS))]
    again.close()
    assert [one.observer for one in came if one] == FORMULAS
