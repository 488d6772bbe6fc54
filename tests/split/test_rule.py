"""The published rule, and the same rule with other shares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.errors import BadInput
from engine.settings.files import validate
from engine.settings.split import SplitSettings
from engine.split.rule import shares_of


def test_every_number_of_photographs_is_divided_as_published() -> None:
    images = np.arange(5_001)
    shares = shares_of(images, SplitSettings())
    assert shares.val[:3].tolist() == [0, 0, 1]
    assert shares.test[:3].tolist() == [0, 0, 0]
    tenth = [max(1, round(count / 10)) for count in range(3, 5_001)]
    assert shares.val[3:].tolist() == shares.test[3:].tolist() == tenth


@given(some.floats(0.1, 80), some.floats(0, 80), some.integers(1, 3_000))
def test_train_keeps_a_photograph_for_any_shares(val: float, test: float, most: int) -> None:
    if val + test > 90:
        return
    images = np.arange(1, most + 1)
    shares = shares_of(images, SplitSettings(val_percent=val, test_percent=test))
    assert (images - shares.val - shares.test >= 1).all()
    assert (shares.val[1:] >= 1).all()
    assert ((shares.test[2:] >= 1) == (test > 0)).all()


def test_other_shares_are_rounded_like_the_published_ones() -> None:
    shares = shares_of(np.array([3, 10, 25, 1_000]), SplitSettings(val_percent=20, test_percent=5))
    assert shares.val.tolist() == [1, 2, 5, 200]
    assert shares.test.tolist() == [1, 1, 1, 50]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"val_percent": 50, "test_percent": 50}, "leave less than 10% for training"),
        ({"val_percent": 0}, "val_percent must be more than 0 and at most 80, not 0"),
        ({"folds": 1}, "2 or more"),
        ({"min_images": 9, "max_images": 8}, "max_images must not be less than min_images"),
        ({"group": ["colour"]}, "group"),
        ({"near_distance": 7}, "near_distance must be 0 to 6, not 7"),
    ],
)
def test_invalid_requests_are_rejected(values: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        validate(SplitSettings, values, "split")
