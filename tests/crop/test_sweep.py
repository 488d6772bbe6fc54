"""Threshold by padding over a sample."""

import numpy as np

from engine.crop.box import Box
from engine.crop.finder import crop_from_saliency
from engine.crop.judging import saliency_inside
from engine.crop.presets import CLASSIC, FAST
from engine.crop.sweep import MASSES, PADDINGS, THRESHOLDS, Swept, sweep_crops

SIZE = (400, 300)


def blob(level: float) -> np.ndarray:
    saliency = np.full((60, 80), 0.02, np.float32)
    saliency[20:40, 10:30] = level
    return saliency


SAMPLE = [Swept(blob(0.9), SIZE, Box(50, 100, 100, 100)), Swept(blob(0.4), SIZE)]


def test_a_cell_shows_the_effect_of_its_settings() -> None:
    found = sweep_crops(SAMPLE, CLASSIC, rows=(0.3, 0.5), paddings=(0.1, 0.2))
    crops = [crop_from_saliency(item.saliency, SIZE, CLASSIC) for item in SAMPLE]
    kept = [
        saliency_inside(item.saliency, crop.square, SIZE)
        for item, crop in zip(SAMPLE, crops, strict=True)
    ]
    assert found.measures["kept"][1, 1] == np.mean(kept)
    assert found.measures["fallback"].tolist() == [[0, 0], [0.5, 0.5]]


def test_more_padding_keeps_more_and_uses_more_area() -> None:
    found = sweep_crops(SAMPLE, CLASSIC)
    assert found.measures["area"].shape == (len(THRESHOLDS), len(PADDINGS))
    assert (np.diff(found.measures["area"][:6], axis=1) >= 0).all()
    assert (np.diff(found.measures["kept"][:6], axis=1) >= 0).all()


def test_the_true_box_is_used_for_photographs_that_have_one() -> None:
    found = sweep_crops(SAMPLE, CLASSIC, rows=(0.5,), paddings=(0.0,))
    assert found.measures["plant_kept"][0, 0] == 1
    assert found.measures["fill"][0, 0] == 1
    unknown = sweep_crops(SAMPLE[1:], CLASSIC, rows=(0.5,), paddings=(0.0,))
    assert np.isnan(unknown.measures["plant_kept"]).all()


def test_the_share_of_the_mass_can_replace_the_threshold() -> None:
    found = sweep_crops(SAMPLE[:1], FAST, axis="mass")
    assert found.rows == MASSES
    kept = found.measures["kept"][:, 0]
    assert (np.diff(kept) >= 0).all()
    assert kept[0] < 0.8 < kept[-1]


def test_without_photographs_the_sweep_is_empty() -> None:
    assert np.isnan(sweep_crops([], CLASSIC).measures["kept"]).all()
