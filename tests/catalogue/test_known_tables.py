"""A table that was imported before is recognised by its bytes, until something is deleted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.catalogue import table_import
from engine.catalogue.importing import ImportReport
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.table_import import import_table
from engine.catalogue.table_mapping import columns_of
from engine.catalogue.whole_record import COLUMNS
from engine.images.store import ImageStore

PHOTOS = "https://inaturalist-open-data.s3.amazonaws.com/photos"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The tables whose rows were read."""
    tables: list[Path] = []
    rows = table_import._offers

    def noted(catalogue: Any, table: Path, *rest: Any) -> Any:
        tables.append(table)
        return rows(catalogue, table, *rest)

    monkeypatch.setattr(table_import, "_offers", noted)
    return tables


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write(*rows) writes a table of these rows."""

    def run(*rows: dict[str, Any]) -> Path:
        table = tmp_path / "rows.jsonl"
        table.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return table

    return run


def row(number: int, size: str = "original", **more: Any) -> dict[str, Any]:
    return {"species": "Rosa canina", "url": f"{PHOTOS}/{number}/{size}.jpg", **more}


ROWS = (row(1), row(2), row(1, "medium"), {"species": "Rosa canina", "url": ""})


def told(report: ImportReport) -> tuple[int, int, int, int, list[str]]:
    refusals = [f"{one.origin}: {one}" for one in report.refusals]
    return report.added, report.known, report.listed, report.refused, refusals


def no_file(path: Path) -> Any:
    raise AssertionError(path)


def test_the_same_table_is_read_once_and_reported_alike(
    catalogue: SqliteCatalogue, write, read: list[Path]
) -> None:
    table = write(*ROWS)
    first = import_table(catalogue, table, no_file)
    refusals = ["rows.jsonl #4: It has neither a path nor a url."]
    assert told(first) == (2, 0, 1, 1, refusals)
    again = import_table(catalogue, table, no_file)
    assert told(again) == (0, 2, 1, 1, refusals)
    assert read == [table]
    assert again.refusals[0].message == first.refusals[0].message


def test_the_report_is_that_of_reading_the_rows_again(
    catalogue: SqliteCatalogue, write, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write(*ROWS)
    import_table(catalogue, table, no_file)
    remembered = import_table(catalogue, table, no_file)
    monkeypatch.setattr(SqliteCatalogue, "begin_import", lambda *_: "")
    assert import_table(catalogue, table, no_file) == remembered
    assert len(read) == 2


@pytest.mark.parametrize("change", ["row", "mapping", "source", "name"])
def test_another_table_mapping_or_source_is_read(
    catalogue: SqliteCatalogue, write, read: list[Path], change: str
) -> None:
    table, source = write(*ROWS), ""
    mapping = MappingSettings(species="species", url="url", image_id="")
    import_table(catalogue, table, no_file, source, mapping=mapping)
    if change == "row":
        write(*ROWS, row(3))
    elif change == "mapping":
        mapping = mapping.model_copy(update={"only_species": True})
    elif change == "source":
        source = "meadow"
    else:
        table = table.rename(table.with_name("other.jsonl"))
    import_table(catalogue, table, no_file, source, mapping=mapping)
    assert len(read) == 2


def test_deleted_photographs_are_imported_again(
    catalogue: SqliteCatalogue, write, read: list[Path]
) -> None:
    table = write(*ROWS)
    import_table(catalogue, table, no_file)
    catalogue._connection.execute("DELETE FROM known_by")
    catalogue._connection.execute("DELETE FROM listing")
    catalogue._connection.execute("DELETE FROM photograph")
    catalogue._connection.commit()
    assert import_table(catalogue, table, no_file).added == 2
    assert len(read) == 2


def test_joining_photographs_and_undoing_it_change_the_report(
    catalogue: SqliteCatalogue, write, read: list[Path]
) -> None:
    table = write(row(1), row(2))
    import_table(catalogue, table, no_file)
    with catalogue._transaction():
        catalogue._listings.join([[one.image_id for one in catalogue.all()]], change=7)
    joined = import_table(catalogue, table, no_file)
    assert (joined.known, joined.listed) == (1, 1)
    with catalogue._transaction():
        catalogue._listings.split(7)
    parted = import_table(catalogue, table, no_file)
    assert (parted.known, parted.listed) == (2, 0)
    assert len(read) == 3


def test_an_import_during_which_something_is_deleted_is_not_remembered(
    catalogue: SqliteCatalogue, write, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write(*ROWS)
    take_in = table_import.take_in

    def disturbed(*given: Any) -> ImportReport:
        result = take_in(*given)
        catalogue._connection.execute("DELETE FROM photograph WHERE url LIKE '%/2/%'")
        catalogue._connection.execute("DELETE FROM known_by")
        catalogue._connection.commit()
        return result

    monkeypatch.setattr(table_import, "take_in", disturbed)
    import_table(catalogue, table, no_file)
    monkeypatch.setattr(table_import, "take_in", take_in)
    assert import_table(catalogue, table, no_file).added == 1
    assert len(read) == 2


def test_a_table_that_changes_while_it_is_read_is_not_remembered(
    catalogue: SqliteCatalogue, write, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write(*ROWS)
    before = table.read_bytes()
    take_in = table_import.take_in

    def disturbed(*given: Any) -> ImportReport:
        write(row(3))
        result = take_in(*given)
        write(*ROWS)
        assert table.read_bytes() == before
        return result

    monkeypatch.setattr(table_import, "take_in", disturbed)
    import_table(catalogue, table, no_file)
    monkeypatch.setattr(table_import, "take_in", take_in)
    assert import_table(catalogue, table, no_file).added == 2


@pytest.mark.parametrize("named", ["path", "url"])
def test_files_that_rows_name_are_looked_for_again(
    catalogue: SqliteCatalogue, store: ImageStore, make_image, write, named: str
) -> None:
    picture = make_image("a.jpg")
    file = picture.as_uri() if named == "url" else str(picture)
    table = write(row(1), row(2, **({"path": file} if named == "path" else {"url": file})))
    content = picture.read_bytes()
    picture.unlink()
    import_table(catalogue, table, store.keep)
    picture.write_bytes(content)
    import_table(catalogue, table, store.keep)
    assert catalogue.counts().by_state.get("cached") == 1


def test_an_export_that_names_files_is_read_again(
    catalogue: SqliteCatalogue, write, read: list[Path]
) -> None:
    whole = dict.fromkeys(COLUMNS, "") | {"image_id": "a", **row(1), "path": "missing.jpg"}
    table = write(whole | {"state": "cached", "sha256": "ab" * 32, "width": 64, "height": 48})
    assert columns_of(table).paths_in(tuple(whole)).whole
    import_table(catalogue, table, no_file)
    import_table(catalogue, table, no_file)
    assert len(read) == 2


def test_a_column_of_files_that_comes_late_in_a_large_table_is_seen(
    catalogue: SqliteCatalogue, write, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_import, "_LARGE", 0)
    rows = [row(number) for number in range(600)]
    table = write(*rows, row(600, path="pictures/missing.jpg"))
    import_table(catalogue, table, no_file)
    import_table(catalogue, table, no_file)
    assert len(read) == 2


def test_another_version_of_the_studio_reads_the_table_again(
    catalogue: SqliteCatalogue, write, read: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write(*ROWS)
    import_table(catalogue, table, no_file)
    monkeypatch.setattr("engine.catalogue.known_tables._code", lambda: "another")
    import_table(catalogue, table, no_file)
    assert len(read) == 2


def test_the_last_hundred_imports_are_remembered(
    catalogue: SqliteCatalogue, write, read: list[Path]
) -> None:
    table = write(*ROWS)
    import_table(catalogue, table, no_file)
    for number in range(100):
        catalogue.begin_import(str(number))
        catalogue.end_import(str(number), "report")
    import_table(catalogue, table, no_file)
    assert len(read) == 2
    assert catalogue.begin_import("99") == "report"
