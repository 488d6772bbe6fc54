"""Excludes pairs of different thumbnails quickly, before they are aligned."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.embeddings.features import THUMBNAIL, Thumbnail

Places = NDArray[np.int64]
Planes = NDArray[np.float32]

LIKELY = 0.42
"""The lowest correlation, at the best shift, of two copies of a picture."""
_SHIFT = 5
_LOCAL = 3.0
_FLAT = 0.25
_AT_ONCE = 4_096


def likely_same(thumbnails: list[Thumbnail], first: Places, second: Places) -> NDArray[np.bool_]:
    """Whether the thumbnails of each pair may show the same picture: (pairs,).

    `first` and `second`, each (pairs,), are indices of `thumbnails`. Each pair is correlated in the
    frequency domain at all shifts of up to five pixels, also mirrored. Scale and rotation are
    ignored, so a high correlation alone does not prove a near-duplicate.
    """
    if not len(first):
        return np.zeros(0, bool)
    planes = np.stack([_detail(each) for each in thumbnails])
    spectra = np.fft.rfft2(planes).astype(np.complex64)
    mirrored = np.fft.rfft2(planes[:, :, ::-1]).astype(np.complex64)
    found = np.empty(len(first), bool)
    for start in range(0, len(first), _AT_ONCE):
        part = np.s_[start : start + _AT_ONCE]
        still = spectra[first[part]]
        highest = np.maximum(
            _highest(still, spectra[second[part]]), _highest(still, mirrored[second[part]])
        )
        found[part] = highest >= LIKELY
    return found


def _highest(one: NDArray[np.complex64], other: NDArray[np.complex64]) -> Planes:
    """The highest correlation (pairs,) within the shifts."""
    correlation = np.fft.irfft2(one * other.conj(), s=(THUMBNAIL, THUMBNAIL))
    near = np.r_[-_SHIFT : _SHIFT + 1]
    highest: Planes = correlation[:, near][:, :, near].max(axis=(1, 2))
    return highest


def _detail(thumbnail: Thumbnail) -> Planes:
    """The local detail of a thumbnail, weighted by a Hann window, with unit length."""
    plane = thumbnail.astype(np.float32)
    detail = plane - cv2.GaussianBlur(plane, (0, 0), _LOCAL)
    detail /= np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), _LOCAL)) + _FLAT
    detail *= _WINDOW
    detail -= detail.mean()
    return np.asarray(detail / (np.linalg.norm(detail) + 1e-6), np.float32)


_FADE = np.hanning(THUMBNAIL + 2)[1:-1]
_WINDOW = np.sqrt(np.outer(_FADE, _FADE)).astype(np.float32)
