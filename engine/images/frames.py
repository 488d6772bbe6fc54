"""Counting the frames of a file without decoding them."""

import io
import struct
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import BinaryIO

from PIL import Image

_GIF_BLOCKS = 1_000_000
_GIF_PICTURE, _GIF_EXTENSION = 0x2C, 0x21


def holds_more_frames(image: Image.Image, source: Path | bytes, most: int) -> bool:
    """Whether an opened photograph has more than `most` frames."""
    if image.format not in ("GIF", "TIFF"):
        return int(getattr(image, "n_frames", 1)) > most
    walk = _gif_frames if image.format == "GIF" else _tiff_frames
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        try:
            return any(number > most for number, _ in enumerate(walk(stream, most), 1))
        except (struct.error, IndexError):
            # The file is truncated; decoding reports that.
            return False


def _gif_frames(stream: BinaryIO, most: int) -> Iterator[None]:
    blocks = 0
    flags = stream.read(13)[10]
    _skip_colours(stream, flags)
    while kind := stream.read(1):
        if kind[0] == _GIF_EXTENSION:
            stream.read(1)
        elif kind[0] == _GIF_PICTURE:
            yield
            _skip_colours(stream, stream.read(9)[8])
            stream.read(1)
        else:
            return
        while length := stream.read(1)[0]:
            stream.seek(length, io.SEEK_CUR)
            blocks += 1
            if blocks > _GIF_BLOCKS:
                # That many blocks mean too many or too large frames, so the count stops.
                yield from repeat(None, most + 1)
                return


def _skip_colours(stream: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        stream.seek(3 * 2 ** ((flags & 7) + 1), io.SEEK_CUR)


def _tiff_frames(stream: BinaryIO, _: int) -> Iterator[None]:
    head = stream.read(16)
    order = "<" if head[:2] == b"II" else ">"
    is_big = struct.unpack(f"{order}H", head[2:4])[0] == 43
    count, size, place = ("Q", 20, "Q") if is_big else ("H", 12, "I")
    start = 8 if is_big else 4
    width = struct.calcsize(place)
    (offset,) = struct.unpack(order + place, head[start : start + width])
    while offset:
        yield
        stream.seek(offset)
        (entries,) = struct.unpack(order + count, stream.read(struct.calcsize(count)))
        stream.seek(entries * size, io.SEEK_CUR)
        (offset,) = struct.unpack(order + place, stream.read(width))
