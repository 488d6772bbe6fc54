"""From the bytes of a photograph to an array of pixels, whatever camera or tool wrote them."""

import io
import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.errors import UnreadableImage
from engine.images.cut_short import is_cut_short

Pixels = NDArray[np.uint8]

# What Pillow is let try; its JPEG reader also takes the MPO files of stereo cameras.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")
PIXEL_LIMIT = 150_000_000
# What Pillow only warns of is settled here: by the limit, and by whether the pixels decode.
warnings.filterwarnings("ignore", module=r"PIL\.")
_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)
_UNNAMED = "The photograph"
# How most of Pillow's readers say that bytes are missing at the end.
_CUT_SHORT = re.compile("truncated", re.I)


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
        said = str(error)
        if not said.startswith(_UNNAMED):
            raise
        raise UnreadableImage(name + said.removeprefix(_UNNAMED)) from error


def read_header(source: Path | bytes) -> ImageHeader:
    """Read size and format without decoding the pixels.

    Raises:
        UnreadableImage: no photograph, or one that unfolds to more than `PIXEL_LIMIT` pixels.
    """
    with _opened(source) as image:
        return _header(image, source)


def decode_whole(source: Path | bytes, most_pixels: int = PIXEL_LIMIT) -> ImageHeader:
    """Read size and format, and prove that all of it decodes; the pixels are not kept.

    Raises:
        UnreadableImage: no photograph, damaged or cut short, or of more than `most_pixels`.
    """
    with _opened(source) as image:
        header = _header(image, source)
        if header.width * header.height > most_pixels:
            raise UnreadableImage(f"{_name(source)} {_too_large(most_pixels)}.")
        # At an eighth of its size every byte of a JPEG is decoded too, to fewer pixels.
        image.draft(None, (1, 1))
        try:
            image.load()
        except Exception as error:  # Pillow's decoders raise nearly any kind over damaged bytes.
            raise UnreadableImage(_fault(source, "is damaged", error)) from error
    return header


def read_rgb(source: Path | bytes, least_side: int | None = None) -> Pixels:
    """Decode to (height, width, 3) RGB, turned the right way up as its EXIF data says.

    Transparency is laid on white, 16 bits are scaled to 8, and of an animation the first
    picture is taken. With `least_side`, a JPEG may be decoded at a half, a quarter or an
    eighth of its size as long as its short side keeps that many pixels.

    Raises:
        UnreadableImage: no photograph, damaged, or too large.
    """
    with _opened(source) as image:
        if least_side is not None and image.format in ("JPEG", "MPO"):
            ratio = max(least_side / min(image.size), 1 / 8)
            if ratio < 1:
                image.draft("RGB", (round(image.width * ratio), round(image.height * ratio)))
        try:
            # Turning works on the palette and on 16 bits alike, so it comes first.
            upright = ImageOps.exif_transpose(image)
            return np.asarray(_to_rgb(upright), dtype=np.uint8)
        except Exception as error:  # Pillow's decoders raise nearly any kind over damaged bytes.
            raise UnreadableImage(_fault(source, "is damaged", error)) from error


def _opened(source: Path | bytes) -> Image.Image:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        image = Image.open(stream, formats=FORMATS)
    except UnidentifiedImageError as error:
        empty = not (len(source) if isinstance(source, bytes) else source.stat().st_size)
        if not empty and is_cut_short(source):
            raise UnreadableImage(_fault(source, "is damaged", error)) from error
        what = "is empty" if empty else "is not a photograph in a known format"
        raise UnreadableImage(f"{_name(source)} {what}.") from error
    except Image.DecompressionBombError as error:
        raise UnreadableImage(f"{_name(source)} {_too_large()}.") from error
    except FileNotFoundError as error:
        raise UnreadableImage(f"{_name(source)} does not exist.") from error
    except Exception as error:
        raise UnreadableImage(_fault(source, "cannot be opened", error)) from error
    if image.width * image.height > PIXEL_LIMIT:
        image.close()
        raise UnreadableImage(f"{_name(source)} {_too_large()}.")
    return image


def _header(image: Image.Image, source: Path | bytes) -> ImageHeader:
    width, height = image.size
    # Pillow turns a TIFF's size, and only a TIFF's, by itself.
    if image.format != "TIFF" and _orientation(image, source) in _SIDEWAYS:
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


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        values = np.asarray(image, dtype=np.float32) / 257
        return Image.fromarray(values.clip(0, 255).round().astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image))
        scale = 255 if values.max(initial=0) <= 1 else 1
        return Image.fromarray((values * scale).clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _name(source: Path | bytes) -> str:
    return _UNNAMED if isinstance(source, bytes) else source.name


def _too_large(most_pixels: int = PIXEL_LIMIT) -> str:
    return f"unfolds to more than {most_pixels / 1_000_000:,.3g} million pixels"


def _fault(source: Path | bytes, what: str, error: Exception) -> str:
    """What is wrong, as a sentence: `what`, and what Pillow says of it."""
    said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    if _CUT_SHORT.search(said) or is_cut_short(source):
        what, said = "is damaged", "it is cut short"
    return f"{_name(source)} {what}: {said}."
