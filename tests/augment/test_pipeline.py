"""The network's input image for a square."""

import numpy as np
import pytest

from engine.augment.augmentations import AUGMENTATIONS, Augmentation
from engine.augment.pipeline import train_picture, val_picture
from engine.settings.augmentation import TrainAugmentation, ValAugmentation

SQUARE = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
GREY = np.full((40, 40, 3), 90, np.uint8)


def train(**changes: object) -> TrainAugmentation:
    values = {"resize": 40, "crop": 40, "scale": (1, 1), "flip": False, "color_jitter": 0}
    return TrainAugmentation.model_validate({**values, **changes})


def test_validation_uses_the_centre() -> None:
    picture = val_picture(SQUARE, ValAugmentation(resize=40, center_crop=32))
    assert np.array_equal(picture, SQUARE[4:36, 4:36])


def test_an_image_is_a_function_of_seed_epoch_and_index() -> None:
    settings = train(scale=(0.5, 1), color_jitter=0.4, erasing=0.5)
    same = [train_picture(SQUARE, settings, (1, 2, 3)) for _ in range(2)]
    assert np.array_equal(*same)
    for other in ((2, 2, 3), (1, 3, 3), (1, 2, 4)):
        assert not np.array_equal(same[0], train_picture(SQUARE, settings, other))


def test_the_input_square_is_not_modified() -> None:
    before = SQUARE.copy()
    for place in range(20):
        train_picture(SQUARE, train(erasing=1, color_jitter=0.5), (0, 0, place))
    assert np.array_equal(SQUARE, before)


def test_grey_stays_grey_and_only_its_brightness_changes() -> None:
    pictures = [train_picture(GREY, train(color_jitter=0.5), (0, 0, i)) for i in range(40)]
    assert all(np.ptp(picture) <= 1 for picture in pictures)
    levels = [int(picture[0, 0, 0]) for picture in pictures]
    assert min(levels) >= 44 and max(levels) <= 136
    assert max(levels) - min(levels) > 40


@pytest.mark.parametrize("reach", [0.2, 0.9])
def test_recoloured_images_keep_integer_byte_values(reach: float) -> None:
    picture = train_picture(SQUARE, train(color_jitter=reach), (0, 1, 2))
    assert picture.dtype == np.uint8
    assert picture.shape == (40, 40, 3)


def test_erasing_blanks_only_a_part() -> None:
    shares = []
    for place in range(30):
        picture = train_picture(GREY, train(erasing=1), (0, 0, place))
        shares.append((picture != GREY).any(axis=2).mean())
    assert min(shares) > 0.01 and max(shares) < 0.4


def test_erasing_comes_last_and_after_rand_augment_as_in_timm() -> None:
    order = sorted(AUGMENTATIONS, key=lambda name: AUGMENTATIONS[name].order)
    assert order == ["flip", "rand_augment", "color_jitter", "greyscale", "blur", "erasing"]


def test_erased_noise_is_independent_of_earlier_augmentations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    black = Augmentation("Black", "Paints all black.", lambda picture, *_: 0 * picture, order=20)
    monkeypatch.setitem(AUGMENTATIONS, "rand_augment", black)
    picture = train_picture(GREY, train(erasing=1, rand_augment=9), (0, 0, 1))
    assert picture.any(), "the noise is painted over what is black"
    assert not picture.all(axis=2).all()


@pytest.mark.parametrize("name", ["greyscale", "blur"])
def test_the_strength_of_an_extra_augmentation_is_the_share_of_changed_images(name: str) -> None:
    pairs = [
        (
            train_picture(SQUARE, train(extra={name: 0.5}), (0, 0, place)),
            train_picture(SQUARE, train(), (0, 0, place)),
        )
        for place in range(200)
    ]
    changed = [not np.array_equal(*pair) for pair in pairs]
    assert 60 < sum(changed) < 140
    assert all(picture.shape == (40, 40, 3) and picture.dtype == np.uint8 for picture, _ in pairs)


def test_greyscale_removes_colour_and_blur_removes_detail() -> None:
    grey = train_picture(SQUARE, train(extra={"greyscale": 1}), (0, 0, 1))
    assert (grey == grey[..., :1]).all()
    sharp = train_picture(SQUARE, train(), (0, 0, 1))
    blurred = train_picture(SQUARE, train(extra={"blur": 1}), (0, 0, 1))
    assert np.diff(blurred.astype(int), axis=1).std() < np.diff(sharp.astype(int), axis=1).std()
