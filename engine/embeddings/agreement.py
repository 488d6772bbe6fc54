"""Decides whether two thumbnails show the same picture: aligns and correlates them."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.embeddings.features import THUMBNAIL, Thumbnail

Plane = NDArray[np.float32]

SAME = 0.62
"""The lowest agreement of two copies of a picture. Among 1,000 different photographs, the highest
agreement is 0.55."""
_BLUR = 3
_STEPS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-3)
_CENTRE = THUMBNAIL / 2 - 0.5
_LARGEST, _UNEVEN, _SHIFT, _OVERLAP = 1.4, 1.25, 0.16, 0.5
_LOCAL = THUMBNAIL / 16
_GREY = 8.0
_FLAT = 2.0
_BACK = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
_MASK = np.full((THUMBNAIL, THUMBNAIL), 255, np.uint8)
_ALL = np.ones((THUMBNAIL, THUMBNAIL), np.float32)


def same_picture(first: Thumbnail, second: Thumbnail) -> bool:
    """Whether two thumbnails (THUMBNAIL, THUMBNAIL) show the same picture, possibly mirrored."""
    return agreement(first, second) >= SAME


def agreement(first: Thumbnail, second: Thumbnail) -> float:
    """The correlation of two thumbnails, -1 to 1; the second is also compared mirrored.

    An affine transform aligns the second with the first (ECC; Evangelidis and Psarakis, PAMI
    2008). The correlation is that of the fine detail, without local brightness and contrast,
    because many photographs have the same coarse layout.
    """
    still = np.asarray(first * _GREY, np.float32)
    highest = -1.0
    for each in (second, second[:, ::-1]):
        highest = max(
            highest, _aligned_correlation(still, np.asarray(each * _GREY, np.float32, order="C"))
        )
        if highest >= SAME:
            break
    return highest


def _aligned_correlation(still: Plane, moved: Plane) -> float:
    try:
        _, found = cv2.findTransformECC(
            still, moved, np.eye(2, 3, dtype=np.float32), cv2.MOTION_AFFINE, _STEPS, _MASK, _BLUR
        )
    except cv2.error:
        # It found no alignment.
        return -1.0
    warp = np.asarray(found, np.float32)
    if not _plausible(warp):
        return -1.0
    size = (THUMBNAIL, THUMBNAIL)
    laid = cv2.warpAffine(moved, warp, size, flags=_BACK, borderMode=cv2.BORDER_REPLICATE)
    covered = cv2.erode(cv2.warpAffine(_ALL, warp, size, flags=_BACK), np.ones((3, 3))) > 0.9
    if covered.mean() < _OVERLAP:
        return -1.0
    return _correlation(_detail(still)[covered], _detail(np.asarray(laid, np.float32))[covered])


def _plausible(warp: Plane) -> bool:
    """Whether an affine transform (2, 3) may be that of a copy."""
    if not np.isfinite(warp).all():
        return False
    scale = np.linalg.svd(warp[:, :2], compute_uv=False)
    shift = warp[:, :2] @ (_CENTRE, _CENTRE) + warp[:, 2] - _CENTRE
    return bool(
        scale[0] < _LARGEST
        and scale[1] > 1 / _LARGEST
        and scale[0] < _UNEVEN * scale[1]
        and np.abs(shift).max() < _SHIFT * THUMBNAIL
    )


def _detail(plane: Plane) -> Plane:
    """The local detail of a picture, divided by the local contrast."""
    detail = plane - cv2.GaussianBlur(plane, (0, 0), _LOCAL)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), _LOCAL))
    return np.asarray(detail / (contrast + _FLAT), np.float32)


def _correlation(first: Plane, second: Plane) -> float:
    first, second = first - first.mean(), second - second.mean()
    lengths = float(np.sqrt((first * first).sum() * (second * second).sum()))
    return float((first * second).sum()) / lengths if lengths > 0 else -1.0
