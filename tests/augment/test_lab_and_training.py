"""The crop lab shows the same images that training uses."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.augment.transforms import TrainTransform, ValTransform
from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.crop.presets import CLASSIC
from engine.crop.store import CropStore
from engine.files import sha256_of
from engine.home import Home
from engine.images.decode import Pixels
from engine.settings.configs import run_configs
from engine.settings.foreign import load_configuration
from engine.settings.run import RunSettings
from engine.split.folder import SplitLine
from engine.training.data.dataset import PhotoDataset
from studio.crop_lab.pictures import augmented, network_input
from studio.crop_lab.subject import of_upload
from tests.conftest import flower

FOREIGN = Path(__file__).parents[1] / "fixtures" / "configurations"
CONFIGS = run_configs() | {
    f"foreign {file.stem}": load_configuration(file).settings for file in FOREIGN.glob("*.yaml")
}
SQUARE = Box(300, 150, 640, 640)


@pytest.fixture
def photograph(home: Home) -> SplitLine:
    """A JPEG large enough to be decoded at a fraction of its size."""
    path = home.images / "large.jpg"
    path.parent.mkdir(parents=True)
    Image.fromarray(flower(1500, 1100, 3)).save(path, quality=92)
    sha256 = sha256_of(path)
    CropStore(home).keep(sha256, CLASSIC, Crop(SQUARE))
    return SplitLine("large", home.relative(path), "", "Rosa", 0, "", "", sha256)


def shown(encoded: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB"), np.uint8)


def trained_on(
    home: Home, lines: list[SplitLine], settings: RunSettings, epoch: int, index: int
) -> Pixels:
    transform = TrainTransform(settings.augmentation.train, settings.training.seed)
    sample = PhotoDataset(home, lines, CLASSIC, transform)[epoch, index]
    assert sample.image is not None
    return sample.image.permute(1, 2, 0).numpy()


@pytest.mark.parametrize("name", CONFIGS)
def test_training_images_are_equal_pixel_for_pixel(
    home: Home, photograph: SplitLine, name: str
) -> None:
    subject = of_upload("large.jpg", home.resolve(photograph.path).read_bytes())
    for settings in CONFIGS[name].stages:
        for index in range(2):
            lab = augmented(subject, SQUARE, settings, range(6), index)
            for epoch, encoded in enumerate(lab):
                expected = trained_on(home, [photograph] * 2, settings, epoch, index)
                assert np.array_equal(shown(encoded), expected), (epoch, index)


@pytest.mark.parametrize("name", CONFIGS)
def test_validation_images_are_equal_pixel_for_pixel(
    home: Home, photograph: SplitLine, name: str
) -> None:
    view = CONFIGS[name].augmentation.val
    subject = of_upload("large.jpg", home.resolve(photograph.path).read_bytes())
    sample = PhotoDataset(home, [photograph], CLASSIC, ValTransform(view))[0, 0]
    assert sample.image is not None
    assert np.array_equal(
        shown(network_input(subject, SQUARE, view)), sample.image.permute(1, 2, 0).numpy()
    )


def test_the_strong_augmentation_of_a_large_gpu_is_among_the_configurations() -> None:
    assert CONFIGS["large_gpu"].augmentation.train.rand_augment > 0


def test_the_augmentations_of_other_projects_are_among_the_configurations() -> None:
    train = CONFIGS["foreign teacher_global"].augmentation.train
    assert train.vertical_flip and train.rotation and train.hue and train.extra["blur"]
