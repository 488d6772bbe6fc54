"""Export of the catalogue to a file for other tools."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import csv, parquet

from engine.catalogue.curation import exclude
from engine.catalogue.export import export_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Filter
from engine.catalogue.table_export import Kind
from engine.files import sha256_of


@pytest.fixture
def catalogue(either: Catalogue) -> Catalogue:
    return either


def test_every_photograph_is_one_line(small_catalogue: Catalogue, tmp_path: Path) -> None:
    result = export_catalogue(small_catalogue, tmp_path / "out")
    lines = [json.loads(line) for line in Path(result.file).read_text().splitlines()]
    assert [_photograph(line) for line in lines] == list(small_catalogue.all())
    assert (result.images, result.species) == (12, 4)
    assert (result.by_source, result.by_state) == ({"test": 12}, {"cached": 12})


def test_the_manifest_verifies_the_file(small_catalogue: Catalogue, tmp_path: Path) -> None:
    result = export_catalogue(small_catalogue, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["file"] == "catalogue.jsonl"
    assert manifest["sha256"] == sha256_of(Path(result.file))
    assert manifest["images"] == 12


def test_rare_species_can_be_left_out(small_catalogue: Catalogue, tmp_path: Path) -> None:
    result = export_catalogue(small_catalogue, tmp_path, min_images=4)
    assert (result.images, result.species) == (9, 2)


def test_the_same_catalogue_gives_the_same_bytes(
    small_catalogue: Catalogue, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        export_catalogue(small_catalogue, tmp_path / name)
    one, two = (tmp_path / name / "catalogue.jsonl" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_has_the_same_content_as_the_lines(
    catalogue: Catalogue, tmp_path: Path, kind: Kind
) -> None:
    catalogue.add(
        [
            Photograph(
                "1", 'Rosa "härdii", × 2', "Rosa", width=4, height=3, flags=("dark", "tiny")
            ),
            Photograph("2", "Acer", original_name="2026-11-01", sha256="0123"),
        ]
    )
    result = export_catalogue(catalogue, tmp_path, kind=kind)
    read: Any = parquet.read_table if kind == "parquet" else _csv
    rows = read(tmp_path / f"catalogue.{kind}").to_pylist()
    assert [_photograph(row) for row in rows] == list(catalogue.all())
    assert json.loads((tmp_path / "manifest.json").read_text())["sha256"] == sha256_of(
        Path(result.file)
    )


def _photograph(row: dict[str, Any]) -> Photograph:
    values = {name: row[name] for name in Photograph._fields}
    flags = row["flags"].split() if isinstance(row["flags"], str) else row["flags"]
    return Photograph(**values | {"flags": tuple(flags)})


def _csv(file: Path) -> Any:
    types = {name: pyarrow.string() for name in Photograph._fields}
    types |= {"width": pyarrow.int32(), "height": pyarrow.int32(), "excluded": pyarrow.bool_()}
    return csv.read_csv(file, convert_options=csv.ConvertOptions(column_types=types))


def test_only_photographs_that_match_the_filter_are_written(
    small_catalogue: Catalogue, tmp_path: Path
) -> None:
    exclude(small_catalogue, ["cornus-0"])
    cornels = Filter(species="Cornus mas")
    assert export_catalogue(small_catalogue, tmp_path, chosen=cornels).images == 3
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["where"], manifest["show"]) == (["species=Cornus mas"], "used")
    both = dataclasses.replace(cornels, excluded=None)
    assert export_catalogue(small_catalogue, tmp_path, chosen=both).images == 4
    assert export_catalogue(small_catalogue, tmp_path, 5, cornels).images == 0


def test_export_reports_its_progress(small_catalogue: Catalogue, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    export_catalogue(
        small_catalogue, tmp_path, report=lambda done, total, _: told.append((done, total))
    )
    assert told[-1] == (12, 12)


def test_an_empty_catalogue_gives_an_empty_file(catalogue: Catalogue, tmp_path: Path) -> None:
    result = export_catalogue(catalogue, tmp_path)
    assert (result.images, result.species, Path(result.file).read_text()) == (0, 0, "")
    assert dataclasses.asdict(result)["by_source"] == {}
