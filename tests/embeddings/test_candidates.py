"""Close directions are found, exactly where they are few and nearly all where they are many."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.embeddings import candidates
from engine.embeddings.candidates import CLOSE, NEAREST, close_pairs
from engine.embeddings.features import DIRECTIONS, UNIT


def directions(count: int, copies: int, noise: float = 0.045) -> NDArray[np.int8]:
    """So many random directions, then copies of the first ones."""
    random = np.random.default_rng(5)
    found = random.normal(size=(count, DIRECTIONS))
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    found = np.vstack([found, found[:copies] + random.normal(0, noise, (copies, DIRECTIONS))])
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return np.rint(found * UNIT).astype(np.int8)


def by_definition(of: NDArray[np.int8], first_new: int) -> set[tuple[int, int]]:
    cosines = of.astype(np.float64) @ of.T.astype(np.float64) / UNIT**2
    one, other = np.nonzero(np.triu(cosines >= CLOSE, 1))
    return {(a, b) for a, b in zip(one.tolist(), other.tolist(), strict=True) if b >= first_new}


def as_set(pairs: NDArray[np.int64]) -> set[tuple[int, int]]:
    return {(one, other) for one, other in pairs.tolist()}


@pytest.mark.parametrize("first_new", [0, 200, 390])
def test_few_are_compared_each_with_all(first_new: int) -> None:
    of = directions(300, 100)
    assert len(by_definition(of, 0)) >= 100
    assert as_set(close_pairs(of, first_new)) == by_definition(of, first_new)


def test_of_many_nearly_all_pairs_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "_ALL_WITH_ALL", 0)
    monkeypatch.setattr(candidates, "_MEMBERS", 40)
    of = directions(4_000, 500)
    wanted = by_definition(of, 0)
    found = as_set(close_pairs(of, 0))
    assert found <= wanted
    assert len(found) > 0.95 * len(wanted)


def test_of_many_copies_of_one_picture_each_has_its_nearest() -> None:
    of = np.repeat(directions(2, 0), 50, axis=0)
    found = as_set(close_pairs(of, 0))
    ends = [end for pair in found for end in pair]
    assert all(ends.count(place) >= NEAREST for place in range(100))
    assert all((one < 50) == (other < 50) for one, other in found)


def test_one_or_none_has_no_pair() -> None:
    assert close_pairs(directions(1, 0), 0).shape == (0, 2)
    assert close_pairs(directions(5, 5), 10).shape == (0, 2)
