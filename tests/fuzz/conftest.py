"""A short round of examples in the normal suite, and a long one in the slow suite."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROUNDS = [
    pytest.param(25, id="quick"),
    pytest.param(500, id="long", marks=pytest.mark.slow),
]


def examples(count: int, strategy: st.SearchStrategy, check: object) -> None:
    """Run a check on this many examples of a strategy."""
    settings(max_examples=count)(given(strategy)(check))()  # type: ignore[arg-type]
