"""Reading the numeric arrays of a MATLAB file of version 5.

SciPy could do it, but is 35 MB and not needed otherwise. The format is described in MathWorks,
"MAT-File Format".
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.files import read_bounded

_HEADER, _TAG = 128, 8
_MATRIX, _COMPRESSED = 14, 15
_MOST_BYTES = 64_000_000
_KINDS = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}


def whole_numbers(file: Path) -> dict[str, list[int]]:
    """The numeric arrays of a file by name, flattened; values are rounded to whole numbers.

    Raises:
        BadInput: the file cannot be read or is no MATLAB file of version 5.
    """
    content = read_bounded(file, _MOST_BYTES)
    try:
        order = {b"IM": "<", b"MI": ">"}[content[_HEADER - 2 : _HEADER]]
        return dict(_arrays(content[_HEADER:], order))
    except (KeyError, ValueError, IndexError, struct.error, zlib.error, OverflowError) as error:
        raise BadInput("{file} is no MATLAB file of version 5.", file=file.name) from error


def _arrays(content: bytes, order: str) -> Iterator[tuple[str, list[int]]]:
    for kind, data in _elements(content, order):
        if kind == _COMPRESSED:
            plain = zlib.decompressobj().decompress(data, _MOST_BYTES)
            yield from _arrays(plain, order)
        elif kind == _MATRIX:
            # Flags, dimensions, name, values; others are cells, structures or text.
            parts = list(_elements(data, order))
            if len(parts) >= 4 and parts[3][0] in _KINDS:
                name = parts[2][1].decode("ascii", errors="replace")
                values = np.frombuffer(parts[3][1], order + _KINDS[parts[3][0]])
                yield name, np.rint(values.astype(np.float64)).astype(np.int64).tolist()


def _elements(content: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """The type and the bytes of each element."""
    place = 0
    while place + _TAG <= len(content):
        kind, size = struct.unpack_from(f"{order}II", content, place)
        if kind >> 16:
            # A small element: its size and bytes are within the tag.
            kind, size, start = kind & 0xFFFF, kind >> 16, place + 4
            end = place + _TAG
        else:
            start = place + _TAG
            padding = 0 if kind == _COMPRESSED else -size % 8
            end = start + size + padding
        if start + size > len(content):
            raise ValueError("an element is cut off")
        yield kind, content[start : start + size]
        place = end
