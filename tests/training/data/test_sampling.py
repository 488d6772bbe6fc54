"""The order of the photographs in an epoch."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.training.data.sampling import epoch_keys, passes, plain_batches, windows

COUNT = st.integers(1, 60)
SIZE = st.integers(1, 9)


def _labels(count: int) -> np.ndarray:
    return np.arange(count) % 3


@given(COUNT, SIZE, st.integers(0, 5))
def test_an_epoch_has_each_photograph_at_most_once_and_leaves_out_at_most_one(
    count: int, size: int, epoch: int
) -> None:
    cut = windows(epoch_keys(_labels(count), seed=7, epoch=epoch), size)
    inputs = [index for window in cut for _, index in window]
    assert len(set(inputs)) == len(inputs) >= max(1, count - 1)
    assert all(key[0] == epoch for window in cut for key in window)
    assert size == 1 or count == 1 or all(len(window) > 1 for window in cut)


@given(COUNT, SIZE, st.integers(0, 20))
def test_the_rest_of_an_epoch_is_the_same_from_any_starting_point(
    count: int, size: int, skipped: int
) -> None:
    keys = epoch_keys(_labels(count), seed=1, epoch=2)
    whole = windows(keys, size)
    skipped = min(skipped, len(whole))
    consumed = sum(map(len, whole[:skipped]))
    assert windows(keys, size, consumed) == whole[skipped:]


@given(COUNT, SIZE, st.integers(1, 4))
def test_processes_share_a_window_without_overlap_in_equally_many_passes(
    count: int, size: int, ranks: int
) -> None:
    window = [(0, index) for index in range(count)]
    shares = [passes(window, size, rank, ranks) for rank in range(ranks)]
    assert len({len(share) for share in shares}) == 1
    assert sorted(key for share in shares for batch in share for key in batch) == window
    assert all(len(batch) <= size for share in shares for batch in share)
    for share in shares:
        sizes = [len(batch) for batch in share]
        assert max(sizes) - min(sizes) <= 1


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = [epoch_keys(_labels(50), seed, epoch) for seed, epoch in ((1, 0), (1, 1), (2, 0))]
    assert len({tuple(index for _, index in keys) for keys in orders}) == 3


def test_balanced_and_square_root_sampling_draw_rare_species_more_often() -> None:
    labels = np.array([0] * 900 + [1] * 90 + [2] * 10)
    shares = {
        sampling: np.bincount(
            [labels[index] for _, index in epoch_keys(labels, 0, 0, sampling)], minlength=3
        )
        / len(labels)
        for sampling in ("uniform", "square_root", "balanced")
    }
    assert shares["uniform"].tolist() == [0.9, 0.09, 0.01]
    assert np.allclose(shares["balanced"], 1 / 3, atol=0.06)
    roots = np.sqrt([900, 90, 10])
    assert np.allclose(shares["square_root"], roots / roots.sum(), atol=0.06)


def test_a_photograph_drawn_twice_gets_two_different_augmentations() -> None:
    keys = epoch_keys(np.array([0, 1, 1, 1]), seed=0, epoch=3, sampling="balanced")
    keys += epoch_keys(np.array([0, 1, 1, 1]), seed=0, epoch=4, sampling="balanced")
    assert len(set(keys)) == len(keys) == 8


def test_plain_batches_contain_everything_in_order() -> None:
    assert [i for batch in plain_batches(7, 3) for _, i in batch] == list(range(7))
