"""From the bytes of a photograph to an array of pixels, whatever camera or tool wrote them."""

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

# What Pillow is let try; its JPEG reader also takes the MPO files of stereo cameras.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")
# What Pillow only warns of is settled here: by the limit, and by whether the pixels decode.
warnings.filterwarnings("ignore", module=r"PIL\.")
_ORIENTATION = 0x0112
_UNNAMED = message("The photograph")
_DAMAGED = deferred("{file} is damaged: {reason}.")
_NOT_OPENED = deferred("{file} cannot be opened: {reason}.")
# How most of Pillow's readers say that bytes are missing at the end.
_CUT_SHORT = re.compile("truncated", re.I)
# Pixels above which a photograph that is no JPEG is reduced where a small picture is wanted.
_REDUCED_ABOVE = 16_000_000
# Of a JPEG at its own size: Pillow's four bytes a pixel, and the three of what is returned.
_JPEG_DEPTH = 7


@dataclass(frozen=True)
class ImageHeader:
    """What a photograph says of itself: its size the right way up, in pixels, and its format."""

    width: int
    height: int
    format: str


@contextmanager
def called(name: str) -> Iterator[None]:
    """What is wrong in the block with bytes that have no file is said under this name."""
    try:
        yield
    except UnreadableImage as error:
        if error.message.fields.get("file") != _UNNAMED:
            raise
        raise renamed(error, name) from error


def renamed(error: UnreadableImage, name: str | Message = _UNNAMED) -> UnreadableImage:
    """The same error about a file of this name; without a name about "The photograph"."""
    told = error.message
    return UnreadableImage(Message(told.text, {**told.fields, "file": name}, told.plural))


def read_header(source: Path | bytes) -> ImageHeader:
    """Read size and format without decoding the pixels.

    Raises:
        UnreadableImage: no photograph, or one that exceeds a limit (engine/images/limits.py).
    """
    with _opened(source) as image:
        return _header(image, source)


def decode_fully(source: Path | bytes, largest: int = PIXEL_LIMIT) -> ImageHeader:
    """Read size and format, and prove that all of it decodes; the pixels are not kept.

    Raises:
        UnreadableImage: no photograph, damaged or cut short, of more than `largest` pixels, or
            one that exceeds a limit.
    """
    with _opened(source) as image:
        header = _header(image, source)
        if header.width * header.height > largest:
            raise _refused(source, too_large(largest))
        whole = image.size
        # At an eighth of its size every byte of a JPEG is decoded too, to fewer pixels.
        image.draft(None, (1, 1))
        with _decoding(source, decoding_bytes(image, whole)):
            image.load()
    return header


def read_rgb(source: Path | bytes, least_side: int | None = None) -> Pixels:
    """Decode to (height, width, 3) RGB, turned the right way up as its EXIF data says.

    Transparency is laid on white, 16 bits are scaled to 8, and of an animation the first
    picture is taken. With `least_side`, a JPEG may be decoded at a half, a quarter or an
    eighth of its size as long as its short side keeps that many pixels, and a large photograph of
    another format is reduced likewise. A JPEG that takes too much memory is decoded at less.

    Raises:
        UnreadableImage: no photograph, damaged, too large, or one that exceeds a limit.
    """
    with _opened(source) as image:
        whole = image.size
        reduction = _drafted(image, least_side)
        size = 3 * (image.width // reduction) * (image.height // reduction)
        with _decoding(source, size + decoding_bytes(image, whole)):
            image.load()
            return upright_rgb(image, reduction)


def decoded_size(source: Path | bytes, least_side: int | None) -> tuple[int, int]:
    """Width and height that `read_rgb` decodes to, before it turns the photograph upright.

    No pixel is decoded. Two values of `least_side` with the same size give the same pixels.

    Raises:
        UnreadableImage: no photograph, or one that exceeds a limit.
    """
    with _opened(source) as image:
        reduction = _drafted(image, least_side)
        return image.width // reduction, image.height // reduction


def _drafted(image: Image.Image, least_side: int | None) -> int:
    """Choose the fraction that a JPEG is decoded at; returns the divisor for other formats."""
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
    """The largest of 1, 1/2, 1/4, 1/8 at which a JPEG keeps to the memory for one photograph."""
    share = math.sqrt(most_bytes() / (_JPEG_DEPTH * size[0] * size[1]))
    return float(2.0 ** max(-3, min(0, math.floor(math.log2(share)))))


@contextmanager
def _decoding(source: Path | bytes, size: int) -> Iterator[None]:
    """Hold the bytes that the block decodes, and say its failure as a sentence."""
    if size > most_bytes():
        raise _refused(source, too_costly(size))
    with budget().hold(size):
        try:
            yield
        except Exception as error:  # Pillow's decoders raise nearly any kind over damaged bytes.
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
    # Pillow turns a TIFF's size, and only a TIFF's, by itself.
    if image.format != "TIFF" and _orientation(image, source) in SIDEWAYS:
        width, height = height, width
    return ImageHeader(width, height, image.format or "")


def _orientation(image: Image.Image, source: Path | bytes) -> int | None:
    try:
        if image.format == "PNG" and not _tells_more_behind_pixels(source):
            # The PNG reader's own getexif decodes every pixel to look for EXIF data behind them.
            exif = Image.Image.getexif(image)
        else:
            exif = image.getexif()
    except Exception:  # What is damaged is said by whoever decodes it.
        return None
    return exif.get(_ORIENTATION)


def _tells_more_behind_pixels(png: Path | bytes) -> bool:
    """Whether chunks follow a PNG's picture data, EXIF perhaps among them."""
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
    """The error of a reason that does not name the file yet."""
    return UnreadableImage(Message(why.text, {**why.fields, "file": _name(source)}, why.plural))


def _name(source: Path | bytes) -> str | Message:
    return _UNNAMED if isinstance(source, bytes) else source.name


def _fault(source: Path | bytes, what: str, error: Exception) -> UnreadableImage:
    """What is wrong: `what`, and what Pillow says of it."""
    said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    if _CUT_SHORT.search(said) or is_cut_short(source):
        return UnreadableImage("{file} is damaged: it is cut short.", file=_name(source))
    return UnreadableImage(what, file=_name(source), reason=said)
