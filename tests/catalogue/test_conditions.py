"""Filters written as text conditions."""

import pytest

from engine.catalogue.conditions import conditions_of, filter_of, visibility_of
from engine.catalogue.store import EVERYTHING, UNSTATED, Filter
from engine.errors import BadInput


@pytest.mark.parametrize(
    "chosen",
    [
        EVERYTHING,
        Filter(text="a=b", species="Bellis perennis", excluded=True),
        Filter(license=UNSTATED, flag="blurry", state="cached", excluded=None),
    ],
)
def test_a_filter_survives_conversion_to_text_and_back(chosen: Filter) -> None:
    assert filter_of(conditions_of(chosen), visibility_of(chosen)) == chosen


@pytest.mark.parametrize("condition", ["=red", "text~red", "source=", "source"])
def test_an_invalid_condition_is_rejected(condition: str) -> None:
    with pytest.raises(BadInput, match="must be FIELD=VALUE"):
        filter_of([condition])


def test_an_unknown_visibility_word_is_rejected() -> None:
    with pytest.raises(BadInput, match="“some” is not one of used, excluded, all"):
        filter_of([], "some")
