"""Numeric keys of texts: equal for equal texts, different for different ones."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.split.numbers import from_hex, numbered, seeded

texts = some.lists(some.text(max_size=30), max_size=20)


@given(texts)
def test_only_equal_texts_have_equal_numbers(words: list[str]) -> None:
    numbers = numbered(pa.array(words, pa.string())).tolist()
    assert len(set(zip(words, numbers, strict=True))) == len(set(words)) == len(set(numbers))
    assert all((number == 0) == (word == "") for word, number in zip(words, numbers, strict=True))


@given(texts, some.integers(0, 20), some.integers(1, 7))
def test_a_number_depends_on_its_text_only(words: list[str], cut: int, chunk: int) -> None:
    whole = pa.array(words, pa.string())
    numbers = numbered(whole).tolist()
    assert numbered(whole.slice(cut)).tolist() == numbers[cut:]
    pieces = pa.chunked_array([whole[:chunk], whole[chunk:]], pa.string())
    assert numbered(pieces).tolist() == numbers


def test_the_numbers_are_stable_between_versions() -> None:
    assert numbered(pa.array(["a", "Bellis perennis", None, ""])).tolist() == [
        17877176491540359181,
        11980080749339917900,
        0,
        0,
    ]


def test_empty_text_has_no_number() -> None:
    assert numbered(pa.array([], pa.string())).tolist() == []


def test_a_seed_reorders_without_collisions() -> None:
    numbers = numbered(pa.array([str(n) for n in range(1000)]))
    orders = {tuple(seeded(numbers, seed).argsort()[:5]) for seed in range(50)}
    assert len(orders) == 50
    assert len(set(seeded(numbers, 7).tolist())) == 1000


@given(some.integers(0, 2**64 - 1))
def test_a_hash_is_read_in_upper_and_lower_case(value: int) -> None:
    read, valid = from_hex(pa.array([f"{value:016x}", f"{value:016X}"]))
    assert (read.tolist(), valid.tolist()) == ([value, value], [True, True])


@pytest.mark.parametrize("text", ["", "0", "0" * 15, "0" * 17, "g" * 16, "é" * 8, None])
def test_an_invalid_hash_is_none(text: str | None) -> None:
    read, valid = from_hex(pa.array([text, "00000000000000ff"], pa.string()))
    assert (read.tolist(), valid.tolist()) == ([0, 255], [False, True])
