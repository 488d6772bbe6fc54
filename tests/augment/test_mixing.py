"""Mixup and CutMix."""

import numpy as np
import pytest
import torch
from timm.data.mixup import Mixup

from engine.augment.mixing import Mixing
from engine.settings.augmentation import TrainAugmentation

IMAGES = torch.rand(6, 3, 16, 16, generator=torch.manual_seed(0))
LABELS = torch.arange(6) % 3


def mixed(settings: TrainAugmentation, step: int) -> tuple[torch.Tensor, torch.Tensor]:
    return Mixing(settings, 3, seed=4)(IMAGES.clone(), LABELS, step, 0)


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (0.5, 70, 130), (1.0, 200, 200)])
def test_the_chosen_share_of_batches_is_mixed(share: float, low: int, high: int) -> None:
    settings = TrainAugmentation(mixup=1.0, cutmix=1.2, mix_probability=share)
    changed = sum(not torch.equal(mixed(settings, step)[0], IMAGES) for step in range(200))
    assert low <= changed <= high


def test_a_batch_that_is_not_mixed_keeps_its_labels() -> None:
    images, targets = mixed(TrainAugmentation(mixup=1.0, mix_probability=0.0), 1)
    assert torch.equal(images, IMAGES)
    assert torch.equal(targets.argmax(1), LABELS)
    assert targets.max(1).values.eq(1).all()


def test_whether_a_batch_is_mixed_depends_on_seed_and_step_alone() -> None:
    settings = TrainAugmentation(mixup=1.0, mix_probability=0.5)
    first = [mixed(settings, step)[0] for step in range(30)]
    np.random.seed(99)
    again = [mixed(settings, step)[0] for step in range(30)]
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))


def test_by_default_every_batch_is_mixed_as_before() -> None:
    settings = TrainAugmentation(mixup=0.2, cutmix=1.0)
    for step in range(5):
        np.random.seed(np.random.SeedSequence([4, step, 0]).generate_state(1))
        expected = Mixup(0.2, 1.0, label_smoothing=0.0, num_classes=3)(IMAGES.clone(), LABELS)
        assert all(
            torch.equal(one, torch.as_tensor(other))
            for one, other in zip(mixed(settings, step), expected, strict=True)
        )
