"""Saliency maps: one number from 0 to 1 per pixel, at the preset's working size."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from engine.crop.saliency import memory_held, saliency_map
from engine.images.budget import budget
from engine.settings.crop import CropPreset
from tests.conftest import PROJECT

DETECTORS = ["fine_grained", "spectral_residual"]


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (150, 300, 3), dtype=np.uint8)


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize(
    ("working_side", "shape"), [(None, (150, 300)), (4096, (150, 300)), (100, (50, 100))]
)
def test_a_map_has_the_working_size_and_values_between_0_and_1(
    noise: np.ndarray, detector: str, working_side: int | None, shape: tuple[int, int]
) -> None:
    found = saliency_map(noise, CropPreset(detector=detector, working_side=working_side))
    assert found.shape == shape
    assert found.dtype == np.float32
    assert 0 <= found.min() < found.max() <= 1


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("colour", [0, 128, 255])
def test_a_single_colour_has_no_saliency(detector: str, colour: int) -> None:
    picture = np.full((80, 120, 3), colour, np.uint8)
    assert not saliency_map(picture, CropPreset(detector=detector)).any()


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_thin_image_keeps_enough_pixels(detector: str) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (20, 3000, 3), dtype=np.uint8)
    assert saliency_map(picture, CropPreset(detector=detector, working_side=64)).shape == (16, 64)


@pytest.mark.parametrize("detector", DETECTORS)
def test_the_photograph_is_not_modified(noise: np.ndarray, detector: str) -> None:
    before = noise.copy()
    noise.flags.writeable = False
    saliency_map(noise, CropPreset(detector=detector))
    assert (noise == before).all()


def test_full_size_photographs_wait_for_the_shared_memory_budget() -> None:
    preset, size = CropPreset(name="p", detector="fine_grained"), (6_000, 4_000)
    inside = threading.Event()
    with memory_held(size, preset):
        held = budget().used
        waiting = threading.Thread(target=lambda: _enter(size, preset, inside))
        waiting.start()
        assert not inside.wait(0.2)
    waiting.join()
    assert inside.is_set()
    assert held == 6_000 * 4_000 * 24
    with memory_held(size, preset.model_copy(update={"working_side": 160})):
        assert budget().used == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's own account of memory")
@pytest.mark.parametrize("detector", DETECTORS)
def test_a_full_size_photograph_takes_no_more_memory_than_reserved(detector: str) -> None:
    command = [sys.executable, "-c", PEAK, detector]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    taken, held = map(float, ended.stdout.split())
    assert taken <= held


PEAK = """
import re, sys
from pathlib import Path
import numpy as np
from engine.crop.finder import crop_from_saliency
from engine.crop.presets import CLASSIC
from engine.crop.saliency import memory_held, saliency_map
from engine.images.budget import budget

def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

preset = CLASSIC.model_copy(update={"detector": sys.argv[1]})
noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
crop_from_saliency(saliency_map(noise, preset), (64, 64), preset)
before = peak()
with memory_held((4_000, 3_000), preset):
    image = np.tile(noise, (47, 63, 1))[:3_000, :4_000].copy()
    crop_from_saliency(saliency_map(image, preset), (4_000, 3_000), preset)
    print(peak() - before, budget().used)
"""


def _enter(size: tuple[int, int], preset: CropPreset, inside: threading.Event) -> None:
    with memory_held(size, preset):
        inside.set()
