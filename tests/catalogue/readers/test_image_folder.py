"""Hugging Face imagefolder: metadata beside pictures."""

import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from engine.catalogue.importers import IMPORTERS
from engine.errors import BadInput
from tests.catalogue.readers.conftest import extra_of, reasons

CSV = """file_name,scientific_name,license,author,date,lat,lon,organ
0001.png,Rosa canina,cc-by,Ana,2021-05-01,40.4,-3.7,flower
sub/0002.png,Bellis perennis,cc0,Eva,,,,
"""


@pytest.fixture
def folder(tmp_path: Path, make_image) -> Path:
    for number, name in enumerate(("0001.png", "sub/0002.png")):
        make_image(tmp_path / "plants" / "train" / name, seed=number)
    return tmp_path / "plants"


def test_metadata_in_a_part_is_read_with_all_its_fields(
    folder: Path, take, photograph_of, catalogue
) -> None:
    (folder / "train" / "metadata.csv").write_text(CSV)
    assert IMPORTERS["image-folder"].recognises(folder)
    report = take("image-folder", folder)
    assert (report.added, report.refused) == (2, 0)
    rose = photograph_of("Rosa")
    assert (rose.species, rose.license, rose.observer) == ("Rosa canina", "cc-by", "Ana")
    assert (rose.source, rose.state) == ("plants", "cached")
    assert extra_of(rose) == {
        "latitude": 40.4,
        "longitude": -3.7,
        "observed_on": "2021-05-01",
        "organ": "flower",
        "part": "train",
    }
    assert extra_of(photograph_of("Bellis")) == {"part": "train"}
    before = list(catalogue.all())
    assert take("image-folder", folder).known == 2
    assert list(catalogue.all()) == before


def test_json_lines_and_parquet_are_read_too(folder: Path, take, catalogue) -> None:
    (folder / "train" / "metadata.jsonl").write_text(
        json.dumps({"file_name": "0001.png", "label": 3, "class_name": "Rosa canina"}) + "\n"
    )
    rows = [{"file_name": "train/sub/0002.png", "species": "Bellis perennis"}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "metadata.parquet")
    assert take("image-folder", folder).added == 2
    assert {one.species for one in catalogue.all()} == {"Rosa canina", "Bellis perennis"}
    assert {extra_of(one)["part"] for one in catalogue.all()} == {"train"}


def test_the_folder_names_the_species_where_the_row_does_not(
    tmp_path: Path, make_image, take, catalogue
) -> None:
    make_image(tmp_path / "d" / "test" / "Rosa_canina" / "1.jpg")
    (tmp_path / "d" / "metadata.csv").write_text(
        "file_name,observation_id\ntest/Rosa_canina/1.jpg,77\n"
    )
    assert take("image-folder", tmp_path / "d").added == 1
    (one,) = catalogue.all()
    assert (one.species, one.observation_id) == ("Rosa canina", "77")


def test_what_cannot_be_read_is_refused_row_by_row(folder: Path, take, make_image) -> None:
    make_image(folder.parent / "secret.png", seed=9)
    (folder / "train" / "metadata.jsonl").write_text(
        "\n".join(
            json.dumps(row)
            for row in [
                {"file_name": "0001.png", "label": 7},
                {"file_name": "gone.png", "species": "Rosa canina"},
                {"file_name": "../../secret.png", "species": "Rosa canina"},
                {"species": "Rosa canina"},
                {"file_name": "0001.png", "scientific_name": "Rosa", "rank": "genus"},
                [1],
            ]
        )
    )
    report = take("image-folder", folder)
    assert report.added == 0
    where = "train/metadata.jsonl #"
    assert reasons(report) == {
        f"{where}1": "Its class is a number, and no names of classes are given.",
        f"{where}2": "gone.png does not exist.",
        f"{where}3": "../../secret.png is outside of the folder.",
        f"{where}4": "It has no file_name.",
        f"{where}5": "It is identified only to the rank of genus.",
        f"{where}6": "It is not a JSON object.",
        "train/sub/0002.png": "No row of the metadata names it.",
    }


def test_a_folder_without_such_metadata_is_not_recognised(folder: Path, take) -> None:
    (folder / "metadata.csv").write_text("path,species\ntrain/0001.png,Rosa canina\n")
    assert not IMPORTERS["image-folder"].recognises(folder)
    with pytest.raises(BadInput, match="no metadata file"):
        take("image-folder", folder)
