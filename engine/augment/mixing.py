"""Mixup and CutMix, as a function of the seed and the step."""

import numpy as np
import torch
from timm.data.mixup import Mixup
from torch import Tensor
from torch.nn.functional import one_hot

from engine.settings.augmentation import TrainAugmentation


class Mixing:
    """Blends pairs of photographs (Zhang et al., "mixup", 2018) or pastes pieces of one into
    another (Yun et al., "CutMix", 2019). With both enabled, each batch uses one at random.
    `mix_probability` is the share of batches that are mixed. From step `last_step` on, nothing is
    mixed, so that training ends on unmixed photographs.
    """

    def __init__(
        self, settings: TrainAugmentation, classes: int, seed: int, last_step: int | None = None
    ) -> None:
        self._seed, self._last_step = seed, last_step
        self.enabled = bool(settings.mixup or settings.cutmix)
        self._mix = (
            Mixup(  # type: ignore[no-untyped-call]
                settings.mixup,
                settings.cutmix,
                prob=settings.mix_probability,
                label_smoothing=0.0,
                num_classes=classes,
            )
            if self.enabled
            else None
        )

    def __call__(
        self, images: Tensor, labels: Tensor, step: int, number: int
    ) -> tuple[Tensor, Tensor]:
        """Mix normalised images (n, 3, side, side), the `number`-th batch of a step.

        Returns the images and their targets: labels (n,), or soft labels (n, classes). The last
        image of an odd batch has no partner and stays unchanged, as does a single image.
        """
        over = self._last_step is not None and step >= self._last_step
        even = len(images) // 2 * 2
        if self._mix is None or over or not even:
            return images, labels
        before = np.random.get_state()
        # timm draws from NumPy's global generator.
        np.random.seed(np.random.SeedSequence([self._seed, step, number]).generate_state(1))
        try:
            mixed, target = self._mix(images[:even], labels[:even])
        finally:
            np.random.set_state(before)
        target = torch.as_tensor(target, device=images.device)
        whole = one_hot(labels[even:], target.shape[1]).to(target.dtype)
        return torch.cat([mixed, images[even:]]), torch.cat([target, whole])
