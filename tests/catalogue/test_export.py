"""The catalogue as a file for other tools."""

import dataclasses
import json
from pathlib import Path

import pytest

from engine.catalogue.export import export_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.files import sha256_of


@pytest.fixture
def catalogue(either: Catalogue) -> Catalogue:
    return either


def test_every_photograph_is_a_line(small_catalogue: Catalogue, tmp_path: Path) -> None:
    result = export_catalogue(small_catalogue, tmp_path / "out")
    lines = [json.loads(line) for line in Path(result.file).read_text().splitlines()]
    assert [Photograph(**line | {"flags": ()}) for line in lines] == list(small_catalogue.all())
    assert (result.images, result.species) == (12, 4)
    assert (result.by_source, result.by_state) == ({"test": 12}, {"cached": 12})


def test_the_manifest_proves_the_file(small_catalogue: Catalogue, tmp_path: Path) -> None:
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


def test_an_empty_catalogue_is_an_empty_file(catalogue: Catalogue, tmp_path: Path) -> None:
    result = export_catalogue(catalogue, tmp_path)
    assert (result.images, result.species, Path(result.file).read_text()) == (0, 0, "")
    assert dataclasses.asdict(result)["by_source"] == {}
