"""Possible content of a file that another program wrote, or that a disk damaged."""

import json
from typing import Any

from hypothesis import strategies as st

HARD: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, 2**70, 10**4_000, 1e300, -1e300, float("nan"),
    float("inf"), "", "x", "yesterday", "a\0b", "\ud83c", "../out", "a__b", "![x](http://h/i.png)",
    "$5$", "é\u202e", "x" * 30_000, [], [None], {}, {"": {}}, [[[[[[]]]]]],
]  # fmt: skip
"""Values that have caused errors in readers, or might."""

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(HARD)
)  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
RAW = [
    b"", b"{", b"\xff\xfe\x00", b"\xef\xbb\xbf{}", b"null", b"[" * 100_000, b'{"a":' * 100_000,
    b"9" * 5_000, b'"\\ud83c"', b"NaN", b"- " * 100_000, b"a: 2001-99-99", b"a: &a [*a]", b"\t: [",
    b"\x00" * 1_000, b"x" * 2_000_000,
]  # fmt: skip


def as_json(value: Any) -> bytes:
    """JSON of any of these values, also of those that JSON cannot represent."""
    return json.dumps(value).encode()


@st.composite
def spoilt(draw: st.DrawFn, sound: dict[str, Any]) -> bytes:
    """A valid file in which one to three values, or all of it, are replaced."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(RAW) | st.binary(max_size=40) | anything.map(as_json))
    values = dict(sound)
    for key in draw(st.lists(st.sampled_from(sorted(sound)), min_size=1, max_size=3)):
        if draw(st.booleans()):
            values[key] = draw(anything)
        else:
            values.pop(key, None)
    content = as_json(values)
    cut = draw(st.integers(0, 9)) == 0
    return content[: draw(st.integers(0, len(content)))] if cut else content
