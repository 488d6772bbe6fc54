"""Augmentation."""

import numpy as np
import torch

from engine.augment.transforms import TrainTransform, ValTransform
from engine.settings.augmentation import TrainAugmentation, ValAugmentation

SQUARE = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
SETTINGS = TrainAugmentation(resize=40, crop=32, erasing=0.5)


def test_an_augmented_image_is_a_function_of_seed_epoch_and_index() -> None:
    view = TrainTransform(SETTINGS, seed=1)
    assert torch.equal(view(SQUARE, 2, 3), TrainTransform(SETTINGS, seed=1)(SQUARE, 2, 3))
    others = [
        view(SQUARE, 3, 3),
        view(SQUARE, 2, 4),
        TrainTransform(SETTINGS, seed=2)(SQUARE, 2, 3),
    ]
    assert not any(torch.equal(view(SQUARE, 2, 3), other) for other in others)


def test_images_have_the_crop_size_and_integer_values() -> None:
    for index in range(20):
        image = TrainTransform(SETTINGS, seed=0)(SQUARE, 0, index)
        assert image.shape == (3, 32, 32)
        assert image.dtype == torch.uint8


def test_validation_uses_the_centre() -> None:
    image = ValTransform(ValAugmentation(resize=40, center_crop=32))(SQUARE)
    assert np.array_equal(image.permute(1, 2, 0).numpy(), SQUARE[4:36, 4:36])


def test_without_augmentation_the_whole_square_is_used() -> None:
    plain = TrainAugmentation(resize=40, crop=40, scale=(1, 1), flip=False, color_jitter=0)
    image = TrainTransform(plain, seed=0)(SQUARE, 0, 0)
    # A random aspect ratio of the whole area is clipped to the available area.
    assert image.shape == (3, 40, 40)


def test_half_of_the_images_are_mirrored() -> None:
    halves = np.zeros((32, 32, 3), np.uint8)
    halves[:, 16:] = 200
    settings = TrainAugmentation(resize=32, crop=32, scale=(0.9, 1), color_jitter=0)
    view = TrainTransform(settings, seed=0)
    mirrored = [bool(view(halves, 0, i)[0, 16, 2] > 100) for i in range(200)]
    assert 60 < sum(mirrored) < 140


def test_the_scale_is_the_share_of_the_square_that_is_used() -> None:
    ramp = np.repeat(np.arange(200, dtype=np.uint8)[None, :, None], 200, axis=0).repeat(3, axis=2)
    spans = {}
    for scale in ((0.04, 0.04), (1.0, 1.0)):
        settings = TrainAugmentation(resize=200, crop=32, scale=scale, color_jitter=0, flip=False)
        view = TrainTransform(settings, seed=0)
        inputs = [view(ramp, 0, index).float() for index in range(20)]
        spans[scale] = np.mean([float(image.max() - image.min()) for image in inputs])
    assert 25 < spans[0.04, 0.04] < 60, "a fifth of the side"
    assert spans[1.0, 1.0] > 150


def test_rand_augment_changes_images_and_does_not_use_the_random_state_of_the_network() -> None:
    plain = TrainAugmentation(resize=40, crop=32)
    strong = plain.model_copy(update={"rand_augment": 9})
    torch.manual_seed(5)
    before = torch.get_rng_state()
    inputs = [TrainTransform(strong, seed=1)(SQUARE, 0, index) for index in range(20)]
    assert torch.equal(before, torch.get_rng_state())
    again = [TrainTransform(strong, seed=1)(SQUARE, 0, index) for index in range(20)]
    assert all(torch.equal(one, other) for one, other in zip(inputs, again, strict=True))
    others = [TrainTransform(plain, seed=1)(SQUARE, 0, index) for index in range(20)]
    changed = [not torch.equal(one, other) for one, other in zip(inputs, others, strict=True)]
    assert sum(changed) > 10
