"""A second import of a table skips photographs that the catalogue already has."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.table_import import import_table
from engine.images.store import ImageStore

ADDRESS = "https://photographs.example"


def write(table: Path, rows: list[dict[str, object]]) -> Path:
    """Write JSON lines."""
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return table


def no_file(path: Path) -> Any:
    """A byte store that fails the test if a photograph is read."""
    raise AssertionError(path)


def test_the_file_of_a_known_photograph_is_not_read_again(
    catalogue: SqliteCatalogue, store: ImageStore, make_image
) -> None:
    folder = make_image("a.jpg").parents[1]
    table = write(
        folder / "table.jsonl",
        [{"image_id": "a", "species": "Rosa canina", "path": "pictures/a.jpg"}],
    )
    assert import_table(catalogue, table, store.keep).added == 1
    again = import_table(catalogue, table, no_file)
    assert (again.added, again.known, again.refused) == (0, 1, 0)


def test_new_rows_among_known_ones_are_imported(catalogue: SqliteCatalogue, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"image_id": f"{number}", "species": "Rosa canina", "url": f"{ADDRESS}/{number}"}
        for number in range(6_000)
    ]
    import_table(catalogue, write(tmp_path / "half.jsonl", rows[::2]), no_file)
    report = import_table(catalogue, write(tmp_path / "all.jsonl", rows), no_file)
    assert (report.added, report.known) == (3_000, 3_000)
    assert catalogue.counts().images == 6_000


def test_known_rows_after_a_long_run_of_new_ones_are_not_imported_twice(
    catalogue: SqliteCatalogue, tmp_path: Path
) -> None:
    rows: list[dict[str, object]] = [
        {"image_id": f"{number}", "species": "Rosa canina", "url": f"{ADDRESS}/{number}"}
        for number in range(10_000)
    ]
    import_table(catalogue, write(tmp_path / "end.jsonl", rows[5_000:]), no_file)
    report = import_table(catalogue, write(tmp_path / "all.jsonl", rows), no_file)
    assert (report.added, report.known) == (5_000, 5_000)


@pytest.mark.parametrize("image_id", [["a"], {"a": 1}, None, 7], ids=str)
def test_an_id_that_is_not_text_is_never_a_known_one(
    catalogue: SqliteCatalogue, tmp_path: Path, image_id: object
) -> None:
    known: dict[str, object] = {"image_id": "a", "species": "Rosa", "url": f"{ADDRESS}/a"}
    odd = known | {"image_id": image_id, "url": f"{ADDRESS}/b"}
    import_table(catalogue, write(tmp_path / "first.jsonl", [known]), no_file)
    report = import_table(catalogue, write(tmp_path / "both.jsonl", [known, odd]), no_file)
    assert (report.added, report.known) == (1, 1)
