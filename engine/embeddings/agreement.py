"""Whether two thumbnails show the same picture: one is laid over the other and compared."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.embeddings.features import THUMBNAIL, Thumbnail

Plane = NDArray[np.float32]

SAME = 0.62
"""The least agreement of two copies of one picture. The highest of two different ones among 1,000
photographs is .55."""
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
    """Whether two thumbnails (THUMBNAIL, THUMBNAIL) are of one picture, perhaps mirrored."""
    return agreement(first, second) >= SAME


def agreement(first: Thumbnail, second: Thumbnail) -> float:
    """How far two thumbnails agree, from -1 to 1, the higher of as they are and mirrored.

    The second is moved, scaled, turned and sheared a little so that the correlation is highest
    (ECC; Evangelidis and Psarakis, PAMI 2008). What is compared then is the fine detail, after
    local brightness and contrast are removed: many photographs have the same coarse layout.
    """
    still = np.asarray(first * _GREY, np.float32)
    highest = -1.0
    for each in (second, second[:, ::-1]):
        highest = max(highest, _laid_over(still, np.asarray(each * _GREY, np.float32, order="C")))
        if highest >= SAME:
            break
    return highest


def _laid_over(still: Plane, moved: Plane) -> float:
    try:
        _, found = cv2.findTransformECC(
            still, moved, np.eye(2, 3, dtype=np.float32), cv2.MOTION_AFFINE, _STEPS, _MASK, _BLUR
        )
    except cv2.error:
        # It found no place where they correlate.
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
    """Whether a copy may be so far from its original: (2, 3) affine."""
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
    """What a picture adds to its surroundings, relative to their contrast."""
    detail = plane - cv2.GaussianBlur(plane, (0, 0), _LOCAL)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), _LOCAL))
    return np.asarray(detail / (contrast + _FLAT), np.float32)


def _correlation(first: Plane, second: Plane) -> float:
    first, second = first - first.mean(), second - second.mean()
    lengths = float(np.sqrt((first * first).sum() * (second * second).sum()))
    return float((first * second).sum()) / lengths if lengths > 0 else -1.0
