"""The network's input image for a square."""

import colorsys
import hashlib

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
    wanted = ["flip", "vertical_flip", "rotation", "rand_augment", "color_jitter", "hue", "erasing"]
    assert [name for name in order if name in wanted] == wanted
    assert order[-1] == "erasing"


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


def test_a_vertical_mirror_turns_the_chosen_share_upside_down() -> None:
    halves = np.zeros((40, 40, 3), np.uint8)
    halves[20:] = 200
    settings = train(scale=(0.9, 1), vertical_flip=0.2)
    turned = [train_picture(halves, settings, (0, 0, i))[2, 16, 0] > 100 for i in range(400)]
    assert 50 < sum(turned) < 110


def test_a_rotation_stays_within_its_angle_and_leaves_no_black_corners() -> None:
    ramp = np.repeat(np.linspace(60, 250, 80, dtype=np.uint8)[None, :, None], 80, 0).repeat(3, 2)
    settings = train(resize=80, crop=80, rotation=20)
    angles = []
    for place in range(200):
        picture = train_picture(ramp, settings, (0, 0, place)).astype(float)[..., 0]
        plain = train_picture(ramp, train(resize=80, crop=80), (0, 0, place)).astype(float)[..., 0]
        assert picture.min() >= plain.min() - 1, "no corner is filled with black"
        rows, columns = np.gradient(picture[30:50, 30:50])
        level = np.gradient(plain[30:50, 30:50])[1].mean()
        angles.append(np.degrees(np.arctan2(rows.mean(), columns.mean())))
        assert np.hypot(rows.mean(), columns.mean()) == pytest.approx(level, rel=0.1)
    assert max(map(abs, angles)) < 22
    assert min(angles) < -15 and max(angles) > 15


def test_hue_moves_colours_within_its_reach_and_leaves_grey_alone() -> None:
    red = np.zeros((40, 40, 3), np.uint8)
    red[..., 0] = 200
    hues = []
    for place in range(200):
        picture = train_picture(red, train(hue=0.15), (0, 0, place))
        assert picture.max() == 200, "brightness stays"
        hues.append(colorsys.rgb_to_hsv(*(picture[0, 0] / 255))[0])
    from_red = [hue if hue < 0.5 else hue - 1 for hue in hues]
    assert -0.16 < min(from_red) < -0.1 and 0.1 < max(from_red) < 0.16
    assert np.array_equal(
        train_picture(GREY, train(hue=0.5), (0, 0, 1)), train_picture(GREY, train(), (0, 0, 1))
    )


@pytest.mark.parametrize("change", [{"vertical_flip": 0.5}, {"rotation": 30}, {"hue": 0.1}])
def test_the_new_augmentations_depend_on_seed_epoch_and_index_alone(
    change: dict[str, float],
) -> None:
    settings = train(**change)
    for key in ((1, 2, 3), (1, 2, 4), (2, 2, 3)):
        one, other = (train_picture(SQUARE, settings, key) for _ in range(2))
        assert np.array_equal(one, other)
    before = SQUARE.copy()
    seen = {train_picture(SQUARE, settings, (0, 0, place)).tobytes() for place in range(20)}
    assert np.array_equal(SQUARE, before)
    plain = {train_picture(SQUARE, train(), (0, 0, place)).tobytes() for place in range(20)}
    assert len(seen - plain) > 5


def test_pictures_of_earlier_settings_are_the_same_to_the_bit() -> None:
    """The digest was computed before vertical mirror, rotation and hue existed."""
    settings = TrainAugmentation(
        resize=40, crop=32, color_jitter=0.3, erasing=0.3, rand_augment=9, extra={"blur": 0.4}
    )
    total = hashlib.sha256()
    for place in range(50):
        total.update(train_picture(SQUARE, settings, (7, 1, place)).tobytes())
    assert total.hexdigest()[:16] == "1ebac89ca602e577"
