"""Detecting truncated files from the length in their header.

For these formats, Pillow reports a truncated file like any other damage.
"""

import io
import struct
from pathlib import Path
from typing import BinaryIO


def is_cut_short(source: Path | bytes) -> bool:
    """Whether a WebP, AVIF or TIFF file is shorter than its header says.

    False for other formats and for unreadable files.
    """
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
            length = stream.seek(0, io.SEEK_END)
            stream.seek(0)
            return _announced(stream, length) > length
    except OSError:
        return False


def _announced(stream: BinaryIO, length: int) -> int:
    """The minimum file length in bytes according to the header; 0 if unknown."""
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
    """The end of the last box of an AVIF file; each box begins with its size and type."""
    position = 0
    while position < length:
        stream.seek(position)
        head = stream.read(16).ljust(16, b"\0")
        short, _, long = struct.unpack(">I4sQ", head)
        size = long if short == 1 else short
        if size < 8:
            # Size 0 means "to the end of the file"; other sizes below 8 are invalid.
            return 0
        position += size
    return position
