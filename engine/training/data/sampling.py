"""The order in which photographs are read."""

import itertools

import numpy as np
from numpy.typing import NDArray

from engine.training.data.samplers import SAMPLERS

Key = tuple[int, int]

# Added to the turn of a photograph that an epoch draws again, so that its augmentation differs.
_AGAIN = 1_000_003


def epoch_keys(
    labels: NDArray[np.int64], seed: int, epoch: int, sampling: str = "uniform"
) -> list[Key]:
    """Return the (turn, index) of each photograph of an epoch, in order; depends on the arguments
    only.

    `sampling` is a name in `SAMPLERS`. A photograph that is drawn again gets another turn.
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
    """Split the rest of an epoch into the photographs of each optimiser step.

    A final step with a single photograph is dropped if other steps have more: batch normalisation
    cannot compute a variance from it. The next epoch's order includes the photograph again.
    """
    count = len(keys)
    if count % effective == 1 < effective < count:
        keys = keys[:-1]
    return [keys[start : start + effective] for start in range(consumed, len(keys), effective)]


def passes(window: list[Key], size: int, rank: int = 0, ranks: int = 1) -> list[list[Key]]:
    """Split this process's share of a window into batches of at most `size`.

    Every process gets the same number of batches. Their sizes are as even as possible, because
    batch normalisation learns nothing from a batch of one. If another process has more photographs,
    some batches may be empty.
    """
    own = window[rank::ranks]
    longest = -(-len(window) // ranks)
    count = -(-longest // size)
    edges = [len(own) * number // count for number in range(count + 1)]
    return [own[start:end] for start, end in itertools.pairwise(edges)]


def plain_batches(count: int, batch_size: int) -> list[list[Key]]:
    """Return the keys of all photographs in file order, in batches."""
    return [
        [(0, index) for index in range(start, min(start + batch_size, count))]
        for start in range(0, count, batch_size)
    ]
