"""Oxford Flowers-102, and the MATLAB files that it comes with."""

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.readers.mat_file import whole_numbers
from engine.errors import BadInput
from tests.catalogue.readers.conftest import extra_of, reasons

LABELS = np.array([[77, 77, 1, 102]], np.uint8)


@pytest.fixture
def root(tmp_path: Path, make_image) -> Path:
    folder = tmp_path / "102flowers"
    for number in (1, 2, 3, 9):
        make_image(folder / "jpg" / f"image_{number:05d}.jpg", seed=number)
    scipy.io.savemat(folder / "imagelabels.mat", {"labels": LABELS}, do_compression=True)
    parts = {"trnid": [[1]], "valid": [[2]], "tstid": [[3, 4]]}
    scipy.io.savemat(folder / "setid.mat", {name: np.array(v, float) for name, v in parts.items()})
    return folder


def test_labels_and_parts_are_read(root: Path, take, catalogue) -> None:
    assert IMPORTERS["flowers-102"].recognises(root)
    report = take("flowers-102", root)
    found = {extra_of(one)["part"]: one for one in catalogue.all()}
    assert {part: one.species for part, one in found.items()} == {
        "train": "flowers102-077",
        "val": "flowers102-077",
        "test": "flowers102-001",
    }
    assert found["train"].source == "Oxford Flowers-102"
    assert reasons(report) == {
        "jpg/image_00009.jpg": "imagelabels.mat has no label for it.",
        "image_00004.jpg": "Its file is missing.",
    }
    before = list(catalogue.all())
    assert take("flowers-102", root).known == 3
    assert list(catalogue.all()) == before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("cat_to_name.json", json.dumps({"1": "pink primrose", "77": "Passiflora caerulea"})),
        ("classes.txt", "pink primrose\n" + "x\n" * 75 + "Passiflora caerulea\n"),
    ],
)
def test_names_of_classes_come_from_a_file(root: Path, take, catalogue, file, text) -> None:
    (root / file).write_text(text)
    take("flowers-102", root)
    names = {one.species for one in catalogue.all()}
    assert names == {"Passiflora caerulea", "Pink primrose"}


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.float64, np.int64])
def test_arrays_are_those_that_scipy_writes(tmp_path: Path, compressed: bool, kind: type) -> None:
    arrays = {"a": np.arange(102).reshape(1, -1).astype(kind), "one": np.array([[7]], kind)}
    file = tmp_path / "a.mat"
    scipy.io.savemat(file, {**arrays, "text": "abc"}, do_compression=compressed)
    found = whole_numbers(file)
    assert found["a"] == list(range(102))
    assert found["one"] == [7]


def test_damaged_files_are_explained(root: Path, take) -> None:
    labels = root / "imagelabels.mat"
    content = labels.read_bytes()
    for damaged in (
        b"",
        content[:140],
        content[:150] + b"\xff" * 40,
        b"MATLAB 7.3" + content[10:120],
    ):
        labels.write_bytes(damaged)
        with pytest.raises(BadInput):
            take("flowers-102", root)
    labels.write_bytes(content)
    (root / "cat_to_name.json").write_text('{"one": "rose"}')
    with pytest.raises(BadInput, match=r"cat_to_name\.json"):
        take("flowers-102", root)
