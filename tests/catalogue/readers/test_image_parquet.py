"""Parquet tables with the bytes of pictures."""

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.readers.reader import Unpacked
from engine.errors import BadInput
from tests.catalogue.readers.conftest import extra_of, reasons
from tests.conftest import flower

IMAGE = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
FEATURES = {
    "image": {"_type": "Image"},
    "label": {"names": ["Bellis perennis", "Rosa canina"], "_type": "ClassLabel"},
}


def picture(seed: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(flower(64, 48, seed)).save(stream, "JPEG")
    return stream.getvalue()


def write(
    file: Path, columns: dict[str, list[Any]], features: dict[str, Any] | None = None
) -> Path:
    """Write a table as datasets' `to_parquet` does."""
    image = columns.pop("image")
    arrays = {"image": pyarrow.array(image, IMAGE if isinstance(image[0], dict) else None)}
    made = pyarrow.table(arrays | {name: pyarrow.array(v) for name, v in columns.items()})
    if features is not None:
        about = json.dumps({"info": {"features": features}})
        made = made.replace_schema_metadata({"huggingface": about})
    file.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(made, file, row_group_size=2)
    return file


def test_pictures_and_names_of_classes_come_out_of_the_table(
    tmp_path: Path, take, photograph_of, catalogue
) -> None:
    images = [{"bytes": picture(n), "path": f"{n}.jpg"} for n in range(3)]
    for part, chosen in (("train", slice(0, 2)), ("validation", slice(2, 3))):
        write(
            tmp_path / "plants" / "data" / f"{part}-00000-of-00001.parquet",
            {
                "image": images[chosen],
                "label": [0, 1, 1][chosen],
                "author": ["A", "B", "C"][chosen],
            },
            FEATURES,
        )
    folder = tmp_path / "plants"
    assert IMPORTERS["image-parquet"].recognises(folder)
    report = take("image-parquet", folder)
    assert (report.added, report.refused) == (3, 0)
    daisy = photograph_of("Bellis")
    assert (daisy.observer, daisy.source, daisy.width) == ("A", "plants", 64)
    assert extra_of(daisy) == {"part": "train"}
    assert sorted(extra_of(one)["part"] for one in catalogue.all()) == ["train", "train", "val"]
    before = list(catalogue.all())
    assert take("image-parquet", folder).known == 3
    assert list(catalogue.all()) == before


def test_a_table_of_bytes_without_metadata_and_odd_dates(tmp_path: Path, take, catalogue) -> None:
    odd = pyarrow.array([253_402_300_800_000, 0], pyarrow.timestamp("ms"))
    made = pyarrow.table(
        {
            "image": pyarrow.array([picture(0), picture(1)], pyarrow.large_binary()),
            "species": ["Rosa canina", "Rosa canina"],
            "date": odd,
            "latitude": [1.5, None],
        }
    )
    pyarrow.parquet.write_table(made, tmp_path / "a.parquet")
    assert IMPORTERS["image-parquet"].recognises(tmp_path / "a.parquet")
    assert take("image-parquet", tmp_path / "a.parquet").added == 2
    assert {extra_of(one).get("latitude") for one in catalogue.all()} == {1.5, None}


def test_rows_without_a_picture_or_a_name_are_refused(tmp_path: Path, take) -> None:
    file = write(
        tmp_path / "a.parquet",
        {
            "image": [
                {"bytes": None, "path": "/home/else/1.jpg"},
                {"bytes": b"no picture", "path": "2.jpg"},
                {"bytes": picture(3), "path": None},
            ],
            "label": [0, 1, 7],
        },
        FEATURES,
    )
    report = take("image-parquet", file)
    assert report.added == 0
    found = reasons(report)
    assert found["a.parquet #1 /home/else/1.jpg"] == "It holds no bytes of a picture."
    assert "2.jpg" in found["a.parquet #2 2.jpg"]
    assert found["a.parquet #3"] == "Its class is a number, and no names of classes are given."


def test_numbers_without_names_are_no_species(tmp_path: Path, take) -> None:
    file = write(
        tmp_path / "a.parquet", {"image": [{"bytes": picture(0), "path": ""}], "label": [0]}
    )
    report = take("image-parquet", file)
    assert (report.added, report.refused) == (0, 1)


def test_other_tables_are_not_recognised(tmp_path: Path, take) -> None:
    table = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"species": ["a"], "path": ["b"]}), table)
    assert not IMPORTERS["image-parquet"].recognises(table)
    with pytest.raises(BadInput, match="no Parquet table with pictures"):
        take("image-parquet", table)
    table.write_bytes(b"PAR1 no table PAR1")
    assert not IMPORTERS["image-parquet"].recognises(table)


def test_a_table_that_breaks_off_is_explained(tmp_path: Path, take) -> None:
    file = write(
        tmp_path / "a.parquet",
        {"image": [{"bytes": picture(n), "path": ""} for n in range(8)], "label": [0] * 8},
        FEATURES,
    )
    content = bytearray(file.read_bytes())
    content[50:2_000] = b"\xff" * 1_950
    file.write_bytes(bytes(content))
    assert IMPORTERS["image-parquet"].recognises(file)
    with pytest.raises(BadInput, match=r"Could not read a\.parquet"):
        take("image-parquet", file)


def test_unpacked_pictures_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Unpacked(most=2) as unpacked:
        files = [unpacked.add(f"a/{n}\n.jpg", b"x") for n in range(4)]
        assert [file.exists() for file in files] == [False, False, True, True]
        assert files[3].name == "a_3?.jpg"
    assert list(tmp_path.iterdir()) == []
