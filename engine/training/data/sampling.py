"""The order in which photographs are read."""

import itertools

import numpy as np
from numpy.typing import NDArray

from engine.training.data.samplers import SAMPLERS

Key = tuple[int, int]

# Of a photograph that an epoch draws again, another view is taken.
_AGAIN = 1_000_003


def epoch_keys(
    labels: NDArray[np.int64], seed: int, epoch: int, sampling: str = "uniform"
) -> list[Key]:
    """The (turn, index) of each photograph of an epoch, in order: a function of the arguments.

    `sampling` is a name of `SAMPLERS`. A photograph that is drawn again gets another turn.
    """
    chance, count = np.random.default_rng([seed, epoch]), len(labels)
    weigh = SAMPLERS[sampling].weight
    if weigh is None:
        return [(epoch, int(index)) for index in chance.permutation(count)]
    weight = weigh(np.bincount(labels)[labels].astype(np.float64))
    drawn = chance.choice(count, size=count, p=weight / weight.sum())
    times = np.zeros(count, dtype=np.int64)
    keys = []
    for index in drawn:
        keys.append((epoch + _AGAIN * int(times[index]), int(index)))
        times[index] += 1
    return keys


def windows(keys: list[Key], effective: int, consumed: int = 0) -> list[list[Key]]:
    """What is left of an epoch, cut into the photographs of each optimiser step.

    A last one of a single photograph is left out where steps take more: batch normalisation
    has no spread to measure in it, and the next epoch's order sees to it.
    """
    count = len(keys)
    if count % effective == 1 < effective < count:
        keys = keys[:-1]
    return [keys[start : start + effective] for start in range(consumed, len(keys), effective)]


def passes(window: list[Key], size: int, rank: int = 0, ranks: int = 1) -> list[list[Key]]:
    """This process's batches of a window, of at most `size`: as many as every other process's.

    They are as even as can be: of a last one of a single photograph batch normalisation could
    learn nothing. Where another process has more photographs, some may be empty.
    """
    own = window[rank::ranks]
    longest = -(-len(window) // ranks)
    count = -(-longest // size)
    edges = [len(own) * number // count for number in range(count + 1)]
    return [own[start:end] for start, end in itertools.pairwise(edges)]


def plain_batches(count: int, batch_size: int) -> list[list[Key]]:
    """The keys of all photographs in their own order."""
    return [
        [(0, index) for index in range(start, min(start + batch_size, count))]
        for start in range(0, count, batch_size)
    ]
