"""Pl@ntNet-300K: its folders, names and metadata."""

import json
from pathlib import Path

import pytest

from engine.catalogue.importers import IMPORTERS
from engine.errors import BadInput
from tests.catalogue.readers.conftest import extra_of, reasons

# Taken from the published metadata; image ids are 40 hexadecimal digits.
ONE, TWO, THREE = ("0a1b" * 10, "1b2c" * 10, "2c3d" * 10)
METADATA = {
    ONE: {
        "species_id": "1355868",
        "obs_id": "1007436123",
        "organ": "flower",
        "is_shareable": True,
        "author": "Marie  Dupont",
        "license": "cc-by-sa",
        "split": "train",
    },
    TWO: {
        "species_id": "1355868",
        "obs_id": "1007436124",
        "organ": "leaf",
        "author": "Jean Petit",
        "license": "cc-by-sa",
        "split": "test",
    },
}
NAMES = {
    "1355868": "Lactuca virosa L.",
    "1355920": "Pelargonium capitatum (L.) L'Hér. ex Aiton",
    "1355932": "Pelargonium",
}


@pytest.fixture
def dataset(tmp_path: Path, make_image) -> Path:
    root = tmp_path / "plantnet_300K"
    for number, file in enumerate(
        [f"train/1355868/{ONE}.jpg", f"test/1355868/{TWO}.jpg", f"val/1355920/{THREE}.jpg"]
    ):
        make_image(root / "images" / file, seed=number)
    (root / "plantnet300K_metadata.json").write_text(json.dumps(METADATA))
    (root / "plantnet300K_species_id_2_name.json").write_text(json.dumps(NAMES))
    return root


def test_species_organ_author_licence_observation_and_part_are_kept(
    dataset: Path, take, catalogue
) -> None:
    assert IMPORTERS["plantnet"].recognises(dataset)
    report = take("plantnet", dataset)
    assert (report.added, report.refused) == (3, 0)
    kept = {extra_of(one)["part"]: one for one in catalogue.all()}
    one = kept["train"]
    assert (one.species, one.genus) == ("Lactuca virosa", "Lactuca")
    assert one.original_name == "Lactuca virosa L."
    assert (one.license, one.observer, one.attribution) == (
        "cc-by-sa",
        "Marie Dupont",
        "Marie Dupont",
    )
    assert (one.observation_id, one.source, one.state) == ("1007436123", "Pl@ntNet-300K", "cached")
    assert extra_of(one) == {"organ": "flower", "part": "train", "taxon_id": "1355868"}
    # A file that the metadata does not have is known by its folders.
    assert kept["val"].species == "Pelargonium capitatum"
    assert kept["val"].license == ""


def test_the_same_folder_twice_changes_nothing(dataset: Path, take, catalogue) -> None:
    take("plantnet", dataset)
    before = list(catalogue.all())
    assert take("plantnet", dataset).known == 3
    assert list(catalogue.all()) == before


def test_files_without_a_species_and_entries_without_a_file_are_refused(
    dataset: Path, take, make_image
) -> None:
    (dataset / "images" / "test" / "1355868" / f"{TWO}.jpg").unlink()
    make_image(dataset / "images" / "val" / "7" / "unknown.jpg", seed=8)
    make_image(dataset / "images" / "val" / "1355932" / "genus.jpg", seed=9)
    report = take("plantnet", dataset)
    names = "plantnet300K_species_id_2_name.json"
    assert report.added == 2
    assert reasons(report) == {
        "images/val/7/unknown.jpg": f"{names} names no species 7.",
        "images/val/1355932/genus.jpg": f"{names} names no species 1355932.",
        TWO: "Its file is missing.",
    }


def test_the_older_names_of_the_folders_are_read(dataset: Path, take) -> None:
    for part in ("train", "val", "test"):
        (dataset / "images" / part).rename(dataset / f"images_{part}")
    assert take("plantnet", dataset).added == 3


def test_damaged_metadata_is_explained(dataset: Path, take) -> None:
    (dataset / "plantnet300K_metadata.json").write_text('{"a": {"species_id": "1"}, ')
    with pytest.raises(BadInput, match=r"plantnet300K_metadata.json is not valid JSON"):
        take("plantnet", dataset)
