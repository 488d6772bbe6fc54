"""Whether a photograph's file ends before the end that it announces.

Pillow's readers of these formats fail over one that was cut as over any other damage.
"""

import io
import struct
from pathlib import Path
from typing import BinaryIO


def is_cut_short(source: Path | bytes) -> bool:
    """Whether a WebP, AVIF or TIFF file lacks bytes that it speaks of.

    False for other formats, and where the file cannot be read.
    """
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
            length = stream.seek(0, io.SEEK_END)
            stream.seek(0)
            return _announced(stream, length) > length
    except OSError:
        return False


def _announced(stream: BinaryIO, length: int) -> int:
    """At least so many bytes are to be there by what is said at the beginning; 0 if unknown."""
    match stream.read(12):
        case bytes(head) if head[:4] == b"RIFF" and head[8:] == b"WEBP":
            return 8 + int.from_bytes(head[4:8], "little")
        case bytes(head) if head[4:8] == b"ftyp":
            return _end_of_boxes(stream, length)
        case bytes(head) if head[:4] == b"II*\0":
            return int.from_bytes(head[4:8], "little") + 1
        case bytes(head) if head[:4] == b"MM\0*":
            return int.from_bytes(head[4:8], "big") + 1
        case _:
            return 0


def _end_of_boxes(stream: BinaryIO, length: int) -> int:
    """Where the last box of an AVIF file ends: each begins with its size and its kind."""
    position = 0
    while position < length:
        stream.seek(position)
        head = stream.read(16).ljust(16, b"\0")
        short, _, long = struct.unpack(">I4sQ", head)
        size = long if short == 1 else short
        if size < 8:
            # Zero reaches to the end of the file; anything else is no size.
            return 0
        position += size
    return position
