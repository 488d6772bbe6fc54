"""64-bit hashes of texts, the same on every machine and in every version."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

_WORD = 8
_ODD = np.uint64(0x9DDFEA08EB382D69)
_LOW_BYTES = np.array([(1 << 8 * count) - 1 for count in range(_WORD)], np.uint64)
_DIGIT = np.full(256, 255, np.uint8)
_DIGIT[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
_DIGIT[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)


def shuffled_numbers(values: Numbers) -> Numbers:
    """Mix the bits of each number, so that close numbers become far apart.

    The finaliser of SplitMix64 (Steele, Lea and Flood, 2014), which is bijective.
    """
    mix = values + np.uint64(0x9E3779B97F4A7C15)
    mix = (mix ^ (mix >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mix = (mix ^ (mix >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mix ^ (mix >> np.uint64(31))


def seeded(values: Numbers, seed: int) -> Numbers:
    """Mix each number with the seed; sorting by the result gives the order of this seed."""
    return shuffled_numbers(values ^ shuffled_numbers(np.array([seed], np.uint64)))


def numbered(texts: "pa.Array | pa.ChunkedArray") -> Numbers:
    """(n) texts -> (n) hashes, 0 for an empty text."""
    starts, words = _words_of(texts)
    lengths = np.diff(starts)
    found = lengths.astype(np.uint64)
    going = np.flatnonzero(lengths > 0)
    read = 0
    while going.size:
        left = lengths[going] - read
        word = words[starts[going] + read]
        last = left < _WORD
        word[last] &= _LOW_BYTES[left[last]]
        word ^= found[going]
        word *= _ODD
        word ^= word >> np.uint64(29)
        found[going] = word
        read += _WORD
        going = going[left > _WORD]
    found = shuffled_numbers(found)
    found[lengths == 0] = 0
    return found


def from_hex(texts: "pa.Array | pa.ChunkedArray") -> tuple[Numbers, NDArray[np.bool_]]:
    """(n) texts of 16 hex digits -> (n) values and the mask of valid texts."""
    starts, words = _words_of(texts)
    valid = np.diff(starts) == 16
    begin = starts[:-1][valid]
    letters = np.stack([words[begin], words[begin + _WORD]], axis=1).view(np.uint8)
    digits = _DIGIT[letters]
    proper = (digits < 16).all(axis=1)
    valid[valid] = proper
    pairs = digits[proper].reshape(-1, 8, 2)
    values = np.zeros(len(valid), np.uint64)
    values[valid] = (pairs[:, :, 0] << 4 | pairs[:, :, 1]).view(">u8").ravel()
    return values, valid


def _words_of(texts: "pa.Array | pa.ChunkedArray") -> tuple[NDArray[np.int64], Numbers]:
    """The start offset of each text (n + 1), and the eight bytes at each offset."""
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    whole = whole.cast(pa.large_string()).fill_null("")
    _, offsets, data = whole.buffers()
    starts = np.frombuffer(offsets, np.int64)[whole.offset : whole.offset + len(whole) + 1]
    # Padded, because the last word may extend past the end of the last text.
    padded = np.concatenate([np.frombuffer(data or b"", np.uint8), np.zeros(_WORD, np.uint8)])
    return starts, np.ndarray((padded.size - _WORD + 1,), "<u8", padded, strides=(1,))
