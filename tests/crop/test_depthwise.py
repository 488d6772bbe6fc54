"""Depthwise convolutions beside torch's."""

import numpy as np
import pytest
import torch

from engine.crop.depthwise import depthwise


def padding(length: int, kernel: int, step: int) -> tuple[int, int]:
    whole = (-(-length // step) - 1) * step + kernel - length
    return whole // 2, whole - whole // 2


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize(("height", "width"), [(12, 20), (9, 9), (13, 8)])
def test_each_plane_is_convolved_by_its_own_kernel(
    kernel: int, step: int, height: int, width: int
) -> None:
    chance = np.random.default_rng(kernel + step)
    planes, before, weights, bias = (
        chance.normal(scale=3, size=shape).astype(np.float32)
        for shape in ((4, height, width), (4,), (4, kernel, kernel), (4,))
    )
    brought = np.clip(planes + before[:, None, None], 0, 6)
    sides = [side for length in (width, height) for side in padding(length, kernel, step)]
    given = torch.nn.functional.pad(torch.from_numpy(brought), sides)[None]
    kernels = torch.from_numpy(weights)[:, None]
    wanted = torch.conv2d(given, kernels, torch.from_numpy(bias), stride=step, groups=4)
    wanted = wanted.clamp(0, 6)[0].numpy()
    assert np.allclose(depthwise(planes, before, weights, bias, step), wanted, atol=1e-4)
