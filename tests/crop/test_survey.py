"""Crop a folder of photographs and list the unreadable ones."""

from pathlib import Path

import numpy as np
import pytest

from engine.crop.finder import find_crop
from engine.crop.presets import CENTRE, CLASSIC
from engine.crop.survey import comparison, image_files, survey_photographs, write_png
from engine.errors import BadInput
from engine.images.decode import read_rgb


@pytest.fixture
def folder(make_image) -> Path:
    for number in range(3):
        made = make_image(f"{number}.jpg", width=120, height=90, seed=number)
    made.with_name("text.jpg").write_text("no photograph")
    made.with_name("notes.txt").write_text("not looked at")
    return made.parent


def test_photographs_are_sorted_by_name(folder: Path) -> None:
    names = [file.name for file in image_files(folder)]
    assert names == ["0.jpg", "1.jpg", "2.jpg", "text.jpg"]


def test_a_missing_or_empty_folder_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^There is no folder .*gone\.$"):
        image_files(tmp_path / "gone")
    with pytest.raises(BadInput, match=r"contains no photographs\.$"):
        image_files(tmp_path)


def test_each_photograph_has_its_crop_or_its_problem(folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    files = image_files(folder)
    surveyed = list(
        survey_photographs(files, CLASSIC, lambda done, total, note: heard.append((done, total)))
    )
    for item in surveyed[:3]:
        assert item.crop == find_crop(read_rgb(item.file), CLASSIC)
        assert item.milliseconds > 0
    assert surveyed[3].crop is None
    assert str(surveyed[3].problem) == "text.jpg is not a photograph in a known format."
    assert heard[-1] == (4, 4)


def test_a_sheet_has_a_row_for_every_readable_photograph(folder: Path, tmp_path: Path) -> None:
    sheet = comparison(image_files(folder), CENTRE)
    assert sheet.shape[0] % 3 == 0
    write_png(sheet, tmp_path / "sheet.png")
    assert (read_rgb(tmp_path / "sheet.png") == sheet).all()


def test_under_the_centre_preset_both_crops_of_a_row_are_the_same(folder: Path) -> None:
    sheet = comparison(image_files(folder)[:1], CENTRE)
    third = (sheet.shape[1] - 12) // 3
    centre, smart = sheet[:, 12 + third : 12 + 2 * third], sheet[:, 12 + 2 * third :]
    assert np.array_equal(centre, smart)


def test_a_sheet_without_readable_photographs_is_rejected(folder: Path) -> None:
    with pytest.raises(BadInput, match="None of the photographs can be read"):
        comparison([folder / "text.jpg"], CLASSIC)
