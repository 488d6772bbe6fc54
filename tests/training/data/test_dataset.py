"""Photographs as tensors."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.augment.transforms import ValTransform
from engine.crop.apply import central, read_square
from engine.crop.box import Box
from engine.crop.finder import Crop, find_crop
from engine.crop.manual import ManualSquares
from engine.crop.presets import CENTRE, CLASSIC
from engine.crop.store import CropStore
from engine.files import sha256_of
from engine.home import Home
from engine.images.decode import read_rgb
from engine.images.shrinking import shrink
from engine.images.shrunk import ShrunkStore
from engine.settings.augmentation import ValAugmentation
from engine.split.folder import SplitFolder, SplitLine, read_part
from engine.training.data.dataset import PhotoDataset, collate

VIEW = ValTransform(ValAugmentation(resize=40, center_crop=32))


@pytest.fixture
def photograph(home: Home) -> SplitLine:
    """A large photograph with a bright subject on its left."""
    pixels = np.full((600, 900, 3), 40, np.uint8)
    pixels[200:400, 100:300] = np.random.default_rng(0).integers(0, 255, (200, 200, 3))
    path = home.images / "large.jpg"
    path.parent.mkdir(parents=True)
    Image.fromarray(pixels).save(path, quality=95)
    return SplitLine("large", home.relative(path), "", "Rosa", 0, "", "", sha256_of(path))


def test_the_validation_input_equals_the_crop_lab(home: Home, photograph: SplitLine) -> None:
    path = home.resolve(photograph.path)
    crop = find_crop(read_rgb(path), CLASSIC)
    assert not crop.is_fallback
    shown = central(read_square(path, crop.square, 40), 32)
    sample = PhotoDataset(home, [photograph], CLASSIC, VIEW)[0, 0]
    assert sample.image is not None
    assert np.array_equal(sample.image.permute(1, 2, 0).numpy(), shown)


def test_a_found_crop_is_stored(home: Home, photograph: SplitLine) -> None:
    PhotoDataset(home, [photograph], CLASSIC, VIEW)[0, 0]
    kept = CropStore(home).find(photograph.sha256, CLASSIC)
    assert kept == find_crop(read_rgb(home.resolve(photograph.path)), CLASSIC)


def test_a_stored_crop_is_used_in_pixels_of_the_original_photograph(
    home: Home, photograph: SplitLine
) -> None:
    CropStore(home).keep(photograph.sha256, CLASSIC, Crop(Box(120, 220, 160, 160)))
    sample = PhotoDataset(home, [photograph], CLASSIC, VIEW)[0, 0]
    assert sample.image is not None
    # Inside the subject there is only noise, and none of the dark ground.
    assert sample.image.float().mean() > 90


def test_a_manual_square_precedes_the_found_one(home: Home, photograph: SplitLine) -> None:
    drawn = Box(500, 100, 300, 300)
    CropStore(home).keep(photograph.sha256, CLASSIC, Crop(Box(120, 220, 160, 160)))
    ManualSquares(home).keep(photograph.sha256, drawn, (900, 600))
    for preset, square in ((CLASSIC, drawn), (CENTRE, Box(150, 0, 600, 600))):
        sample = PhotoDataset(home, [photograph], preset, VIEW)[0, 0]
        expected = central(read_square(home.resolve(photograph.path), square, 40), 32)
        assert sample.image is not None
        assert np.array_equal(sample.image.permute(1, 2, 0).numpy(), expected)


def test_without_smart_crop_the_centre_square_is_used(home: Home, photograph: SplitLine) -> None:
    sample = PhotoDataset(home, [photograph], CENTRE, VIEW)[0, 0]
    square = read_square(home.resolve(photograph.path), Box(150, 0, 600, 600), 40)
    assert sample.image is not None
    assert np.array_equal(sample.image.permute(1, 2, 0).numpy(), central(square, 32))


@pytest.mark.parametrize(
    "square", [Box(120, 220, 160, 160), Box(0, 0, 600, 600), Box(250, 150, 300, 300)]
)
def test_a_square_is_at_the_right_position_on_the_small_copy_too(
    home: Home, photograph: SplitLine, square: Box
) -> None:
    CropStore(home).keep(photograph.sha256, CLASSIC, Crop(square))
    dataset = PhotoDataset(home, [photograph], CLASSIC, VIEW)
    large = dataset[0, 0].image
    shrink(home, dataset.positions(), 300, processes=1)
    dataset.read_copies(ShrunkStore(home, 300))
    # Deleting the photograph proves that the copy is read.
    kept = home.resolve(photograph.path).read_bytes()
    home.resolve(photograph.path).unlink()
    small = dataset[0, 0].image
    assert large is not None
    assert small is not None
    assert (large.float() - small.float()).abs().mean() < 12
    moved = torch.roll(large.float(), 3, dims=2)
    assert (large.float() - small.float()).abs().mean() < (moved - small.float()).abs().mean()

    dataset.copies.file(photograph.sha256).write_bytes(b"damaged")
    home.resolve(photograph.path).write_bytes(kept)
    assert torch.equal(dataset[0, 0].image, large), "a damaged copy is done without"


@pytest.mark.parametrize("content", [b"", b"no photograph", None])
def test_an_unreadable_photograph_is_named_and_not_replaced(
    home: Home, split: SplitFolder, content: bytes | None
) -> None:
    lines = read_part(split.part("val"))[:3]
    bad = home.resolve(lines[1].path)
    bad.unlink() if content is None else bad.write_bytes(content)
    dataset = PhotoDataset(home, lines, CENTRE, VIEW)
    batch = collate([dataset[0, index] for index in range(3)])
    assert batch.indices.tolist() == [0, 2]
    assert len(batch.images) == len(batch.labels) == 2
    assert list(batch.unreadable) == [1]
    assert bad.name in str(batch.unreadable[1])


def test_a_path_that_leads_out_of_the_home_is_not_followed(
    home: Home, photograph: SplitLine, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.jpg"
    home.resolve(photograph.path).rename(outside)
    line = dataclasses.replace(photograph, path="../outside.jpg")
    sample = PhotoDataset(home, [line], CENTRE, VIEW)[0, 0]
    assert sample.image is None
    assert "leads out of the home" in str(sample.problem)


def test_a_batch_without_readable_photographs_is_empty(home: Home, photograph: SplitLine) -> None:
    home.resolve(photograph.path).write_bytes(b"")
    batch = collate([PhotoDataset(home, [photograph], CENTRE, VIEW)[0, 0]])
    assert len(batch.images) == 0
    assert batch.labels.dtype == torch.int64
