"""Texts in one array."""

from hypothesis import given
from hypothesis import strategies as st

from engine.training.data.packed_texts import PackedTexts


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_packed_texts_are_read_back_unchanged(texts: list[str]) -> None:
    packed = PackedTexts(texts)
    assert [packed[index] for index in range(len(packed))] == texts
