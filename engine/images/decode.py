"""Decoding the bytes of a photograph to an array of pixels."""

import io
import math
import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from engine.errors import UnreadableImage
from engine.images.budget import budget
from engine.images.cut_short import is_cut_short
from engine.images.limits import (
    PIXEL_LIMIT,
    decoding_bytes,
    excess,
    most_bytes,
    most_pixels,
    too_costly,
    too_large,
)
from engine.images.structure import overloaded
from engine.images.upright import SIDEWAYS, Pixels, upright_rgb
from engine.language.message import Message, deferred, message

__all__ = [
    "PIXEL_LIMIT",
    "ImageHeader",
    "Pixels",
    "called",
    "decode_fully",
    "read_header",
    "read_rgb",
    "renamed",
]

# The formats that Pillow may try; its JPEG reader also reads MPO files of stereo cameras.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")
# Pillow's warnings are not needed: the limits and the decoding below decide.
warnings.filterwarnings("ignore", module=r"PIL\.")
_ORIENTATION = 0x0112
_UNNAMED = message("The photograph")
_DAMAGED = deferred("{file} is damaged: {reason}.")
_NOT_OPENED = deferred("{file} cannot be opened: {reason}.")
# The word in most of Pillow's errors about missing bytes at the end.
_CUT_SHORT = re.compile("truncated", re.I)
# Other formats than JPEG with more pixels are reduced when a small picture is requested.
_REDUCED_ABOVE = 16_000_000
# Bytes per pixel of a JPEG at full size: four in Pillow, and three in the returned array.
_JPEG_DEPTH = 7


@dataclass(frozen=True)
class ImageHeader:
    """The format of a photograph, and its size in pixels after EXIF rotation."""

    width: int
    height: int
    format: str


@contextmanager
def called(name: str) -> Iterator[None]:
    """Use `name` in the errors that the block raises about bytes without a file."""
    try:
        yield
    except UnreadableImage as error:
        if error.message.fields.get("file") != _UNNAMED:
            raise
        raise renamed(error, name) from error


def renamed(error: UnreadableImage, name: str | Message = _UNNAMED) -> UnreadableImage:
    """The same error about a file with this name; without a name, about "The photograph"."""
    told = error.message
    return UnreadableImage(Message(told.text, {**told.fields, "file": name}, told.plural))


def read_header(source: Path | bytes) -> ImageHeader:
    """Read size and format without decoding the pixels.

    Raises:
        UnreadableImage: no photograph, or it exceeds a limit (engine/images/limits.py).
    """
    with _opened(source) as image:
        return _header(image, source)


def decode_fully(source: Path | bytes, largest: int = PIXEL_LIMIT) -> ImageHeader:
    """Read size and format, and check that the whole photograph decodes; drops the pixels.

    Raises:
        UnreadableImage: no photograph, damaged or truncated, has more than `largest` pixels, or
            exceeds a limit.
    """
    with _opened(source) as image:
        header = _header(image, source)
        if header.width * header.height > largest:
            raise _refused(source, too_large(largest))
        whole = image.size
        # Decoding a JPEG at an eighth of its size also reads every byte, but makes fewer pixels.
        image.draft(None, (1, 1))
        with _decoding(source, decoding_bytes(image, whole)):
            image.load()
    return header


def read_rgb(source: Path | bytes, least_side: int | None = None) -> Pixels:
    """Decode to (height, width, 3) RGB, rotated according to its EXIF data.

    Transparency is composited on white, 16 bits are scaled to 8, and an animation gives its
    first frame. With `least_side`, a JPEG may be decoded at a half, a quarter or an eighth of
    its size while its short side keeps that many pixels; a large photograph of another format
    is reduced in the same way. A JPEG that needs too much memory is decoded at a smaller size.

    Raises:
        UnreadableImage: no photograph, damaged, too large, or it exceeds a limit.
    """
    with _opened(source) as image:
        whole = image.size
        reduction = _drafted(image, least_side)
        size = 3 * (image.width // reduction) * (image.height // reduction)
        with _decoding(source, size + decoding_bytes(image, whole)):
            image.load()
            return upright_rgb(image, reduction)


def decoded_size(source: Path | bytes, least_side: int | None) -> tuple[int, int]:
    """Width and height to which `read_rgb` decodes, before EXIF rotation.

    Decodes no pixels. Two values of `least_side` with the same size give the same pixels.

    Raises:
        UnreadableImage: no photograph, or it exceeds a limit.
    """
    with _opened(source) as image:
        reduction = _drafted(image, least_side)
        return image.width // reduction, image.height // reduction


def _drafted(image: Image.Image, least_side: int | None) -> int:
    """Set the scale at which a JPEG is decoded; returns the divisor for other formats."""
    if least_side is None:
        return 1
    width, height = image.size
    if image.format in ("JPEG", "MPO"):
        ratio = min(max(least_side / min(width, height), 1 / 8), _affordable(image.size))
        if ratio < 1:
            image.draft("RGB", (round(width * ratio), round(height * ratio)))
    elif width * height > _REDUCED_ABOVE:
        smallest = min(width, height)
        return max(n for n in (1, 2, 4, 8) if n == 1 or smallest // n >= least_side)
    return 1


def _affordable(size: tuple[int, int]) -> float:
    """The largest of 1, 1/2, 1/4, 1/8 at which a JPEG fits the memory limit of a photograph."""
    share = math.sqrt(most_bytes() / (_JPEG_DEPTH * size[0] * size[1]))
    return float(2.0 ** max(-3, min(0, math.floor(math.log2(share)))))


@contextmanager
def _decoding(source: Path | bytes, size: int) -> Iterator[None]:
    """Hold the memory for decoding in the block, and convert its errors to messages."""
    if size > most_bytes():
        raise _refused(source, too_costly(size))
    with budget().hold(size):
        try:
            yield
        except Exception as error:  # Pillow's decoders raise many error types for damaged bytes.
            raise _fault(source, _DAMAGED, error) from error


def _opened(source: Path | bytes) -> Image.Image:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        if why := overloaded(source):
            raise _refused(source, why)
        image = Image.open(stream, formats=FORMATS)
    except UnreadableImage:
        raise
    except UnidentifiedImageError as error:
        empty = not (len(source) if isinstance(source, bytes) else source.stat().st_size)
        if not empty and is_cut_short(source):
            raise _fault(source, _DAMAGED, error) from error
        if empty:
            raise UnreadableImage("{file} is empty.", file=_name(source)) from error
        raise UnreadableImage(
            "{file} is not a photograph in a known format.", file=_name(source)
        ) from error
    except Image.DecompressionBombError as error:
        raise _refused(source, too_large(most_pixels())) from error
    except FileNotFoundError as error:
        raise UnreadableImage("{file} does not exist.", file=_name(source)) from error
    except Exception as error:
        raise _fault(source, _NOT_OPENED, error) from error
    try:
        why = excess(image, source)
    except Exception as error:
        image.close()
        raise _fault(source, _DAMAGED, error) from error
    if why:
        image.close()
        raise _refused(source, why)
    return image


def _header(image: Image.Image, source: Path | bytes) -> ImageHeader:
    width, height = image.size
    # Pillow itself swaps the sides of a rotated TIFF, and only of a TIFF.
    if image.format != "TIFF" and _orientation(image, source) in SIDEWAYS:
        width, height = height, width
    return ImageHeader(width, height, image.format or "")


def _orientation(image: Image.Image, source: Path | bytes) -> int | None:
    try:
        if image.format == "PNG" and not _tells_more_behind_pixels(source):
            # The PNG reader's own getexif decodes all pixels to find EXIF data after them.
            exif = Image.Image.getexif(image)
        else:
            exif = image.getexif()
    except Exception:  # Decoding reports the damage.
        return None
    return exif.get(_ORIENTATION)


def _tells_more_behind_pixels(png: Path | bytes) -> bool:
    """Whether chunks follow a PNG's picture data; EXIF may be one of them."""
    behind = False
    with io.BytesIO(png) if isinstance(png, bytes) else png.open("rb") as stream:
        stream.seek(8)
        while len(head := stream.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if behind and kind not in (b"IDAT", b"IEND"):
                return True
            behind = behind or kind == b"IDAT"
            stream.seek(length + 4, io.SEEK_CUR)
    return False


def _refused(source: Path | bytes, why: Message) -> UnreadableImage:
    """The error for a reason that does not name the file yet."""
    return UnreadableImage(Message(why.text, {**why.fields, "file": _name(source)}, why.plural))


def _name(source: Path | bytes) -> str | Message:
    return _UNNAMED if isinstance(source, bytes) else source.name


def _fault(source: Path | bytes, what: str, error: Exception) -> UnreadableImage:
    """The error with the message `what` and Pillow's reason."""
    said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    if _CUT_SHORT.search(said) or is_cut_short(source):
        return UnreadableImage("{file} is damaged: it is cut short.", file=_name(source))
    return UnreadableImage(what, file=_name(source), reason=said)
