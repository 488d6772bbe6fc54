"""Computes `engine/embeddings/projection.npy` from photographs that are not judged."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray

from benchmarks.crop.graph import build_pooled
from benchmarks.duplicates.changes import CHANGES, changed
from benchmarks.duplicates.photographs import photographs
from engine.embeddings.features import DIRECTIONS, POOLED, PROJECTION, pooled_features
from engine.images.decode import read_rgb

Values = NDArray[np.float64]

EACH = 8
"""Changes of a photograph that are learned from."""
_SHRINKAGE = 0.02


def learn() -> None:
    """Write the graph and the projection into engine/embeddings/."""
    onnx.save(build_pooled(), POOLED)
    files = photographs()[1]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(_seen, enumerate(files)))
    originals = np.array([original for original, _ in found])
    copies = np.array([copies for _, copies in found])
    np.save(PROJECTION, projection_of(originals, copies).astype(np.float32))


def projection_of(originals: Values, copies: Values) -> Values:
    """The offset (1, DIRECTIONS) above the projection (values, DIRECTIONS).

    Args:
        originals: (photographs, values).
        copies: (photographs, copies of each, values).

    How copies differ from their originals is whitened, shrunk towards equal variances; then those
    directions are kept in which the originals differ most.
    """
    mean = originals.mean(axis=0)
    differences = (copies - originals[:, None]).reshape(-1, originals.shape[1])
    within = differences.T @ differences / len(differences)
    within += _SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    lengths, axes = np.linalg.eigh(within)
    whitening = axes / np.sqrt(lengths)
    spread = (originals - mean) @ whitening
    _, directions = np.linalg.eigh(spread.T @ spread / len(spread))
    projection = whitening @ directions[:, ::-1][:, :DIRECTIONS]
    return np.vstack([-mean @ projection, projection])


def _seen(numbered: tuple[int, Path]) -> tuple[Values, Values]:
    """A photograph as pooled_features, and some changed copies of it (EACH, values)."""
    number, file = numbered
    cv2.setNumThreads(1)
    image = read_rgb(file)
    chance = np.random.default_rng(number)
    names = chance.choice(list(CHANGES), EACH, replace=False)
    copies = [pooled_features(changed(image, str(name), number)) for name in names]
    return pooled_features(image).astype(np.float64), np.array(copies, np.float64)
