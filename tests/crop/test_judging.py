"""Quality measures of a crop."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.crop.judging import (
    coverage_and_fill,
    judge_crop,
    overlap,
    saliency_inside,
    true_boxes,
)
from engine.files import sha256_of

SIZE = (400, 300)
BOXES = st.builds(Box, *[st.integers(0, 50)] * 2, *[st.integers(1, 50)] * 2)


def blob() -> np.ndarray:
    saliency = np.zeros((30, 40), np.float32)
    saliency[10:20, 0:10] = 1
    return saliency


def test_kept_saliency_is_the_share_inside_the_square() -> None:
    assert saliency_inside(blob(), Box(0, 0, 300, 300), SIZE) == 1
    assert saliency_inside(blob(), Box(50, 0, 300, 300), SIZE) == 0.5
    assert saliency_inside(blob(), Box(200, 0, 100, 100), SIZE) == 0
    assert np.isnan(saliency_inside(np.zeros((30, 40), np.float32), Box(0, 0, 9, 9), SIZE))


@given(BOXES, BOXES)
def test_kept_fill_and_overlap_are_shares(one: Box, other: Box) -> None:
    kept, fill = coverage_and_fill(one, other)
    assert 0 <= kept <= 1 and 0 <= fill <= 1
    assert 0 <= overlap(one, other) <= min(1, kept, fill)
    assert overlap(one, one) == 1
    assert coverage_and_fill(one, one) == (1, 1)


def test_a_plant_half_inside_is_half_kept() -> None:
    assert coverage_and_fill(Box(0, 0, 100, 100), Box(50, 0, 100, 50)) == (0.5, 0.25)


def test_a_good_crop_raises_no_concern() -> None:
    crop = Crop(Box(0, 50, 200, 200), Box(0, 100, 100, 100), "", 0.9, "tight")
    judged = judge_crop(crop, saliency_inside(blob(), crop.square, SIZE), SIZE, side=224)
    assert (judged.concerns, judged.severity) == ((), 0)
    assert judged.kept == 1
    assert judged.area == pytest.approx(1 / 3)
    assert judged.zoom == 1.12


def test_the_worst_concern_comes_first() -> None:
    crop = Crop(Box(80, 150, 60, 60), Box(80, 150, 50, 50), "", 0.3, "tight")
    judged = judge_crop(crop, saliency_inside(blob(), crop.square, SIZE), SIZE, side=240)
    assert tuple(map(str, judged.concerns)) == (
        "90% of the saliency is cut off",
        "Enlarged 4.0 times",
        "Only 30% confidence",
        "Only 3.0% of the photograph is kept",
    )


def test_a_fallback_has_a_reason_and_outweighs_a_wide_square() -> None:
    square = Box(50, 0, 300, 300)
    kept = saliency_inside(blob(), square, SIZE)
    centre = judge_crop(Crop(square, None, "only specks", 0, "centre"), kept, SIZE, 224)
    wide = judge_crop(Crop(square, Box(0, 0, 9, 9), "unsure", 0.2, "wide"), kept, SIZE, 224)
    assert str(centre.concerns[0]) == "Centre square kept: only specks"
    assert str(wide.concerns[0]) == "Wide square kept: unsure"
    assert centre.severity > wide.severity > 0


def test_without_saliency_no_concern_mentions_it() -> None:
    judged = judge_crop(Crop(Box(50, 0, 300, 300), choice="centre"), np.nan, SIZE, 224)
    assert np.isnan(judged.kept)
    assert judged.concerns == ()


def test_true_boxes_are_found_by_the_bytes_of_the_photograph(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.jpg").write_bytes(b"one")
    listed = {"a/1.jpg": [1, 2, 30, 40], "a/gone.jpg": [0, 0, 5, 5]}
    (tmp_path / "boxes.json").write_text(json.dumps(listed))
    assert true_boxes(tmp_path) == {sha256_of(tmp_path / "a" / "1.jpg"): Box(1, 2, 30, 40)}


@pytest.mark.parametrize("content", [None, "", "[1]"])
def test_without_a_list_no_box_is_known(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "boxes.json").write_text(content)
    assert true_boxes(tmp_path) == {}
