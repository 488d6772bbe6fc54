"""Estimating the memory for decoding a photograph from its header, and refusing excess.

All figures are upper bounds of Pillow's measured memory use, in bytes.
"""

import re
from pathlib import Path

from PIL import Image, TiffImagePlugin

from engine.images.frames import holds_more_frames
from engine.language.message import Message, message
from engine.settings.configs import image_settings

PIXEL_LIMIT = 150_000_000
FRAME_LIMIT = 1_000
SCAN_LIMIT = 200
# Reading EXIF data can take memory of its size times its number of entries.
EXIF_LIMIT = 65_536

# Each scan of a JPEG processes all its pixels; this many in total take about two seconds.
_SCANNED_PIXELS = 2_000_000_000
_START_OF_SCAN = b"\xff\xda"
# In scan data, 0xff is followed by zero, a restart marker, or 0xff as padding.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END_OF_IMAGE, _SCAN = 0xD9, 0xDA
# Bytes per decoded pixel by Pillow's mode; other modes take four.
_DEPTH = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
# Bytes per pixel that these decoders hold in addition to the decoded picture.
_BESIDE = {"WEBP": 13, "AVIF": 12}
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_BITS, _SAMPLES, _STRIP_ROWS, _ORIENTATION = 258, 277, 278, 274


def most_pixels() -> int:
    """The maximum number of pixels of a photograph."""
    return min(PIXEL_LIMIT, round(image_settings().largest_megapixels * 1e6))


def most_bytes() -> int:
    """The maximum number of bytes for decoding one photograph."""
    return image_settings().largest_decode_megabytes * 2**20


def excess(image: Image.Image, source: Path | bytes) -> Message | None:
    """Why an opened photograph must not be decoded, with a field `file`; None if it may be.

    Raises:
        OSError: its file cannot be read.
    """
    pixels = image.width * image.height
    if pixels > most_pixels():
        return too_large(most_pixels())
    if holds_more_frames(image, source, FRAME_LIMIT):
        return message("{file} has more than {most} pictures. Save one of them.", most=FRAME_LIMIT)
    if len(image.info.get("exif") or b"") > EXIF_LIMIT:
        kilobytes = EXIF_LIMIT // 1024
        return message("{file} has more than {most} kB of EXIF data. Remove it.", most=kilobytes)
    if _is_jpeg(image) and _has_several_scans(image):
        most = min(SCAN_LIMIT, _SCANNED_PIXELS // max(1, pixels))
        content = source if isinstance(source, bytes) else source.read_bytes()
        if content.count(_START_OF_SCAN) > most and _scans(content, most) > most:
            return message(
                "{file} is a JPEG of more than {most} scans. Save it as a baseline JPEG.", most=most
            )
    return None


def too_large(pixels: int) -> Message:
    """The message that refuses more than `pixels` pixels, with a field `file`."""
    return message("{file} has more than {most:.1f} megapixels.", most=pixels / 1_000_000)


def too_costly(size: int) -> Message:
    """The message that refuses a photograph whose decoding takes `size` bytes; field `file`."""
    return message(
        "{file} takes {needed} MB to decode; the limit is {most} MB. Save it with fewer pixels.",
        needed=round(size / 2**20),
        most=most_bytes() // 2**20,
    )


def decoding_bytes(image: Image.Image, whole: tuple[int, int]) -> int:
    """The bytes for decoding an image, maybe a draft; `whole` is its full (width, height)."""
    pixels = image.width * image.height
    size: int = pixels * (_DEPTH.get(image.mode, 4) + _BESIDE.get(image.format or "", 0))
    if _is_jpeg(image) and _has_several_scans(image):
        size += _coefficient_bytes(image, whole)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        is_turned = image.tag_v2.get(_ORIENTATION, 1) != 1
        size = size * (1 + is_turned) + _piece_bytes(image)
    return size


def _is_jpeg(image: Image.Image) -> bool:
    return image.format in ("JPEG", "MPO")


def _has_several_scans(image: Image.Image) -> bool:
    """Whether libjpeg must hold the coefficients of the whole photograph.

    Pillow has just read the header of the first scan, which names all components only if there
    is one scan.
    """
    if image.info.get("progressive"):
        return True
    components = len(getattr(image, "layer", ()))
    stream = getattr(image, "fp", None)
    if stream is None:
        return True
    length = 8 + 2 * components
    place = stream.tell()
    if place < length:
        return True
    stream.seek(place - length)
    head: bytes = stream.read(5)
    stream.seek(place)
    return bool(head != _START_OF_SCAN + bytes((0, length - 2, components)))


def _scans(content: bytes, most: int) -> int:
    """The number of scans of a JPEG, counted up to `most` + 1."""
    found, place = 0, 2
    while found <= most and (marker := _MARKER.search(content, place)):
        kind, place = content[marker.end() - 1], marker.end()
        if kind == _END_OF_IMAGE:
            break
        found += kind == _SCAN
        place += int.from_bytes(content[place : place + 2], "big")
    return found


def _coefficient_bytes(image: Image.Image, whole: tuple[int, int]) -> int:
    """Two bytes per coefficient of each component, at the component's resolution."""
    layers = [(layer[1], layer[2]) for layer in getattr(image, "layer", ())]
    if not layers:
        return 6 * whole[0] * whole[1]
    across, down = max(x for x, _ in layers), max(y for _, y in layers)
    shares = sum(x * y for x, y in layers) / max(1, across * down)
    return int(2 * whole[0] * whole[1] * shares)


def _piece_bytes(image: TiffImagePlugin.TiffImageFile) -> int:
    """The size of the largest strip or tile of a compressed TIFF; libtiff holds it whole."""
    if image.info.get("compression") == "raw":
        return 0
    tags = image.tag_v2
    width = int(tags.get(_TILE_WIDTH, image.width))
    rows = int(tags.get(_TILE_LENGTH, min(tags.get(_STRIP_ROWS, image.height), image.height)))
    bits = int(max(tags.get(_BITS, (1,)))) * int(tags.get(_SAMPLES, 1))
    return width * rows * bits // 8
