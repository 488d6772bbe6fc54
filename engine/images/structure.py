"""Refusing files with too many or too large header parts before a decoder opens them.

Decoders keep every part of a header. A small file can list millions of parts, or refer to the
same bytes many times.
"""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.language.message import Message, message

PART_LIMIT = 100_000
# Pillow copies a GIF's whole comment again for each of its blocks.
GIF_BLOCK_LIMIT = 4_000
DIRECTORY_MB = 64

# Smaller files are not checked: the header parts that they can list are harmless.
_HARMLESS_BYTES = 32_768
_VALUE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4}
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


def overloaded(source: Path | bytes) -> Message | None:
    """Why a file must not be opened, with a field `file`; None if it may be.

    Raises:
        OSError: the file cannot be read.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size <= _HARMLESS_BYTES:
        return None
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        try:
            return _overloaded(stream)
        except (struct.error, IndexError):
            # The file is truncated; its decoder reports that.
            return None


def _overloaded(stream: BinaryIO) -> Message | None:
    first = stream.read(4)
    if first[:2] == b"\xff\xd8":
        return _too_many(_jpeg_segments(stream), PART_LIMIT)
    if first == b"\x89PNG":
        return _too_many(_png_chunks(stream), PART_LIMIT)
    if first == b"GIF8":
        return _too_many(_gif_blocks(stream), GIF_BLOCK_LIMIT)
    is_tiff = first in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
    order = "<" if first[:2] == b"II" else ">"
    if is_tiff and _tiff_directory(stream, order) > DIRECTORY_MB * 2**20:
        return message("{file} has more than {most} MB of metadata. Remove it.", most=DIRECTORY_MB)
    return None


def _too_many(parts: Iterator[None], most: int) -> Message | None:
    if any(number > most for number, _ in enumerate(parts, 1)):
        return message("{file} has more than {most} parts in its header. Save it again.", most=most)
    return None


def _jpeg_segments(stream: BinaryIO) -> Iterator[None]:
    """Yield once per segment before the first scan, and per byte outside any segment."""
    stream.seek(2)
    while marker := stream.read(2):
        yield
        if marker[0] != 0xFF or marker[1] in (0x00, 0xFF):
            stream.seek(-1, io.SEEK_CUR)
            if len(marker) < 2:
                return
        elif marker[1] in (_START_OF_SCAN, _END_OF_IMAGE):
            return
        elif not 0xD0 <= marker[1] <= 0xD8:
            length = int.from_bytes(stream.read(2), "big")
            stream.seek(max(0, length - 2), io.SEEK_CUR)


def _png_chunks(stream: BinaryIO) -> Iterator[None]:
    stream.seek(8)
    while len(head := stream.read(8)) == 8:
        yield
        stream.seek(int.from_bytes(head[:4], "big") + 4, io.SEEK_CUR)


def _gif_blocks(stream: BinaryIO) -> Iterator[None]:
    """Yield once per block before the first frame."""
    stream.seek(0)
    flags = stream.read(13)[10]
    if flags & 0x80:
        stream.seek(3 * 2 ** ((flags & 7) + 1), io.SEEK_CUR)
    while stream.read(1) == b"!":
        stream.read(1)
        yield
        while length := stream.read(1)[0]:
            yield
            stream.seek(length, io.SEEK_CUR)


def _tiff_directory(stream: BinaryIO, order: str) -> int:
    """The size in bytes of the first directory's values."""
    stream.seek(2)
    is_big = struct.unpack(f"{order}H", stream.read(2))[0] == 43
    stream.seek(8 if is_big else 4)
    (place,) = struct.unpack(order + ("Q" if is_big else "I"), stream.read(8 if is_big else 4))
    stream.seek(place)
    (entries,) = struct.unpack(order + ("Q" if is_big else "H"), stream.read(8 if is_big else 2))
    layout = struct.Struct(order + ("HHQQ" if is_big else "HHII"))
    if entries > PART_LIMIT:
        raise struct.error
    fields = layout.iter_unpack(stream.read(layout.size * entries)[: layout.size * entries])
    return sum(_VALUE_BYTES.get(kind, 8) * count for _, kind, count, _ in fields)
