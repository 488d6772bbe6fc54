"""Fine-grained saliency with little memory.

The method is Montabone and Soto, "Human detection using a mobile platform and novel features
derived from a visual saliency mechanism", 2010. The result equals
`cv2.saliency.StaticSaliencyFineGrained` bit for bit. OpenCV keeps every scale of the whole image in
memory, 24 bytes per pixel. This code processes a strip of rows at a time and needs 10.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Sums = NDArray[np.uint16]

# The radii of a pixel's surround, in pixels.
_REACHES = (12, 24, 48, 28, 56, 112)
# A strip fits the processor's cache; larger strips are no faster.
_STRIP_PIXELS = 65_536


def fine_grained_saliency(gray: Bytes) -> NDArray[np.float32]:
    """Return how much each pixel differs from its surround: (height, width), multiples of 1/255 in
    0..1.

    Args:
        gray: (height, width).
    """
    smooth = cv2.GaussianBlur(cv2.GaussianBlur(gray, (3, 3), 0), (3, 3), 0)
    # OpenCV also sums in 32 bits; its rounding affects the map of a large photograph.
    integral = np.asarray(cv2.integral(smooth, sdepth=cv2.CV_32F), np.float32)
    brighter, darker = np.zeros(gray.shape, np.uint16), np.zeros(gray.shape, np.uint16)
    rows = max(1, _STRIP_PIXELS // gray.shape[1])
    for top in range(0, gray.shape[0], rows):
        strip = np.s_[top : top + rows]
        _add_differences(np.asarray(smooth[strip]), integral, top, brighter[strip], darker[strip])
    # Free arrays early: at 24 megapixels each takes 24 to 96 MB.
    del integral, smooth
    on = _scaled(brighter)
    del brighter
    off = _scaled(darker)
    del darker
    return _mixed(on, off)


def _add_differences(
    centre: Bytes, integral: NDArray[np.float32], top: int, brighter: Sums, darker: Sums
) -> None:
    """Add to a strip's sums by how much its pixels are above or below each surround."""
    y, x = np.arange(top, top + centre.shape[0]), np.arange(centre.shape[1])
    values = centre.astype(np.float32)
    for reach in _REACHES:
        upper, lower = _ends(y, reach, integral.shape[0] - 1)
        left, right = _ends(x, reach, integral.shape[1] - 1)
        above, below = integral[upper], integral[lower]
        # In OpenCV's order, because 32-bit sums depend on the order.
        surround = below[:, right] + above[:, left]
        surround -= below[:, left]
        surround -= above[:, right]
        surround -= values
        surround /= np.outer(lower - upper, right - left).astype(np.float32) - np.float32(1)
        np.subtract(values, surround, out=surround)
        brighter += np.maximum(surround, 0).astype(np.uint8)
        np.negative(surround, out=surround)
        darker += np.maximum(surround, 0).astype(np.uint8)


def _ends(
    places: NDArray[np.int_], reach: int, length: int
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Return the start and end (exclusive) of the surround of each position."""
    return np.clip(places - reach + 1, 0, length), np.clip(places + reach + 1, 0, length)


def _scaled(sums: Sums) -> Bytes:
    """Scale the sums over all scales so that the maximum is 255."""
    most = int(sums.max())
    shares = np.arange(most + 1, dtype=np.float32) / np.float32(max(most, 1))
    return np.asarray((255.0 * shares.astype(np.float64)).astype(np.uint8)[sums], np.uint8)


def _mixed(brighter: Bytes, darker: Bytes) -> NDArray[np.float32]:
    """Add both sums and scale them by the larger of their maxima."""
    most = max(int(brighter.max()), int(darker.max()), 1)
    both = brighter.astype(np.uint16)
    both += darker
    # If both are large, OpenCV's byte overflows; this reproduces it.
    table = (255.0 * np.arange(511) / most).astype(np.int64).astype(np.uint8)
    return (table.astype(np.float32) * np.float32(1 / 255))[both]
