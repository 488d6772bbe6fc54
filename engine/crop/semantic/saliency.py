"""Where a trained network has most to say, joined with what needs no network."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.crop.learned import learned_saliency
from engine.crop.semantic.backbone import Features, load_backbone
from engine.images.decode import Pixels

Plane = NDArray[np.float32]

# A logistic regression on the photographs of `benchmarks.crop`: of the log-odds that the small
# network gives of those it has not seen, the last level's strength, the level before's distance
# from the border, and 1.
_WEIGHTS = (0.84, 1.58, 4.15, -3.23)


def semantic_saliency(image: Pixels, network: str, weights: str | None) -> Plane:
    """How probably each place belongs to the subject: 0..1, 96 on the longer side.

    Args:
        image: (height, width, 3) RGB.
        network: by its name in timm.
        weights: a local file; None is the published weights.

    Raises:
        BadInput: the network or its weights cannot be had.
    """
    before, last = load_backbone(network, weights).features(image)
    chance = _seen_both_ways(image)
    size = (chance.shape[1], chance.shape[0])
    known, strong, unlike, constant = _WEIGHTS
    score = (
        known * np.log((chance + 0.01) / (1.01 - chance))
        + strong * cv2.resize(strength(last), size, interpolation=cv2.INTER_LINEAR)
        + unlike * cv2.resize(border_distance(before), size, interpolation=cv2.INTER_LINEAR)
        + constant
    )
    return np.asarray(1 / (1 + np.exp(-score)), np.float32)


def _seen_both_ways(image: Pixels) -> Plane:
    """The mean of what the small network says of a picture and of its mirror image."""
    mirrored = learned_saliency(np.ascontiguousarray(image[:, ::-1]))[:, ::-1]
    return np.asarray((learned_saliency(image) + mirrored) / 2, np.float32)


def strength(features: Features) -> Plane:
    """The length of the feature vector at each place, brought to 0..1: (rows, columns)."""
    length = np.sqrt(np.square(features).sum(axis=0))
    low, high = float(length.min()), float(length.max())
    return np.asarray((length - low) / max(high - low, 1e-6), np.float32)


def border_distance(features: Features) -> Plane:
    """How unlike the most similar of the four edges each place is, by cosine: (rows, columns)."""
    spread = features.std(axis=(1, 2), keepdims=True) + 1e-3 * np.abs(features).max()
    varied = (features - features.mean(axis=(1, 2), keepdims=True)) / spread
    varied = varied / np.maximum(np.linalg.norm(varied, axis=0), 1e-6)
    edges = np.stack([varied[:, 0], varied[:, -1], varied[:, :, 0], varied[:, :, -1]])
    means = edges.mean(axis=2)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
    likeness = np.einsum("ec,cyx->eyx", means, varied)
    return np.asarray((1 - likeness.max(axis=0)) / 2, np.float32)
