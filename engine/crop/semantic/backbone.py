"""A trained network as it tells features from a picture."""

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import timm
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.crop.lite import installed_weights
from engine.errors import BadInput
from engine.images.decode import Pixels
from engine.settings.crop import USUAL_NETWORK
from engine.weights import match_weight_names, read_weights, resampled

Features = NDArray[np.float32]

_SIDE = 224


class Backbone:
    """A network without its classifier."""

    def __init__(self, network: nn.Module) -> None:
        # On a processor convolutions of few channels are a quarter faster so.
        self._network = network.eval().to(memory_format=torch.channels_last)
        config: dict[str, Any] = getattr(network, "pretrained_cfg", None) or {}
        shape = (1, 3, 1, 1)
        self._mean = torch.tensor(config.get("mean") or (0.5,) * 3).view(shape)
        self._std = torch.tensor(config.get("std") or (0.5,) * 3).view(shape)
        fixed = getattr(getattr(network, "patch_embed", None), "img_size", None)
        self._side = int(fixed[0]) if fixed else _SIDE

    def features(self, image: Pixels) -> tuple[Features, Features]:
        """The last two levels of features of an RGB picture, each (channels, rows, columns).

        The picture is stretched to a square first.
        """
        side = self._side
        shrinking = min(image.shape[:2]) > side
        method = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
        square = cv2.resize(image, (side, side), interpolation=method)
        # Colours of a place lie side by side as they came: that is channels_last.
        pixels = torch.from_numpy(np.ascontiguousarray(square)[None]).permute(0, 3, 1, 2)
        with torch.inference_mode():
            levels: list[Tensor] = self._network.forward_intermediates(  # type: ignore[operator]
                (pixels / 255 - self._mean) / self._std,
                indices=2,
                intermediates_only=True,
                output_fmt="NCHW",
            )
        before, last = (level[0].float().numpy() for level in levels)
        return before, last


@cache
def load_backbone(name: str, weights: str | None) -> Backbone:
    """A network by its name in timm, with the weights of a local file or the published ones.

    Raises:
        BadInput: timm knows no such network, it shows no features, or its weights cannot be had.
    """
    name = name or USUAL_NETWORK
    if not timm.is_model(name):
        raise BadInput(f"timm knows no network {name!r}, whose features the crop should look at.")
    path = Path(weights) if weights else installed_weights() if name == USUAL_NETWORK else None
    network = _published(name) if path is None else _local(name, path)
    if not hasattr(network, "forward_intermediates"):
        raise BadInput(f"{name} does not show its features; choose another network for the crop.")
    return Backbone(network)


def _published(name: str) -> nn.Module:
    try:
        network: nn.Module = timm.create_model(name, pretrained=True)
    except Exception as error:
        # The hub's client raises a different error for each way a network can be absent.
        raise BadInput(
            f"The published weights of {name}, whose features the crop looks at, cannot be had "
            "here; connect to the internet, or name a local weights file in the crop preset."
        ) from error
    return network


def _local(name: str, path: Path) -> nn.Module:
    network: nn.Module = timm.create_model(name)
    own = network.state_dict()
    found = read_weights(path).tensors
    named = resampled(found, network)
    chosen = named if named.keys() & own.keys() else match_weight_names(found, own, path)
    # A classifier may be for other classes: none of it is looked at.
    fitting = {
        key: value for key, value in chosen.items() if key in own and value.shape == own[key].shape
    }
    if len(fitting) < 0.9 * len(own):
        raise BadInput(f"{path} holds the weights of another network than {name}.")
    network.load_state_dict(fitting, strict=False)
    return network
