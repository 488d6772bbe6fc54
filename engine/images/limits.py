"""What decoding a photograph costs, told from its header, and what is refused for it.

Every figure is an upper bound of what Pillow was seen to take, in bytes.
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
# Reading EXIF data can take as many times its size as it has entries.
EXIF_LIMIT = 65_536

# Every scan of a JPEG goes over all its pixels: this many together take two seconds or so.
_SCANNED_PIXELS = 2_000_000_000
_START_OF_SCAN = b"\xff\xda"
# In the data of a scan, 0xff is followed by a zero, by a restart, or by itself as padding.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_END_OF_IMAGE, _SCAN = 0xD9, 0xDA
# Bytes of a decoded pixel by Pillow's mode; all others take four.
_DEPTH = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
# What their decoders hold beside the decoded picture, in bytes a pixel.
_BESIDE = {"WEBP": 13, "AVIF": 12}
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_BITS, _SAMPLES, _STRIP_ROWS, _ORIENTATION = 258, 277, 278, 274


def most_pixels() -> int:
    """The pixels that a photograph may have."""
    return min(PIXEL_LIMIT, round(image_settings().largest_megapixels * 1e6))


def most_bytes() -> int:
    """The bytes that decoding one photograph may take."""
    return image_settings().largest_decode_megabytes * 2**20


def excess(image: Image.Image, source: Path | bytes) -> Message | None:
    """Why an opened photograph is not to be decoded, with a field `file`; None if it may be.

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
    """The refusal of a photograph of more than so many pixels, with a field `file`."""
    return message("{file} has more than {most:.1f} megapixels.", most=pixels / 1_000_000)


def too_costly(size: int) -> Message:
    """The refusal of a photograph whose decoding takes so many bytes, with a field `file`."""
    return message(
        "{file} takes {needed} MB to decode; the limit is {most} MB. Save it with fewer pixels.",
        needed=round(size / 2**20),
        most=most_bytes() // 2**20,
    )


def decoding_bytes(image: Image.Image, whole: tuple[int, int]) -> int:
    """The bytes that decoding takes, of an image that is `whole` (width, height) or a draft."""
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
    """Whether libjpeg has to hold the coefficients of the whole photograph.

    Pillow has just read the header of the first scan, which names all components if it is the
    only one.
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
    """The scans of a JPEG, counted up to one more than `most`."""
    found, place = 0, 2
    while found <= most and (marker := _MARKER.search(content, place)):
        kind, place = content[marker.end() - 1], marker.end()
        if kind == _END_OF_IMAGE:
            break
        found += kind == _SCAN
        place += int.from_bytes(content[place : place + 2], "big")
    return found


def _coefficient_bytes(image: Image.Image, whole: tuple[int, int]) -> int:
    """Two bytes for each value of each component, at its own resolution."""
    layers = [(layer[1], layer[2]) for layer in getattr(image, "layer", ())]
    if not layers:
        return 6 * whole[0] * whole[1]
    across, down = max(x for x, _ in layers), max(y for _, y in layers)
    shares = sum(x * y for x, y in layers) / max(1, across * down)
    return int(2 * whole[0] * whole[1] * shares)


def _piece_bytes(image: TiffImagePlugin.TiffImageFile) -> int:
    """The largest piece of a compressed TIFF, which libtiff holds as a whole."""
    if image.info.get("compression") == "raw":
        return 0
    tags = image.tag_v2
    width = int(tags.get(_TILE_WIDTH, image.width))
    rows = int(tags.get(_TILE_LENGTH, min(tags.get(_STRIP_ROWS, image.height), image.height)))
    bits = int(max(tags.get(_BITS, (1,)))) * int(tags.get(_SAMPLES, 1))
    return width * rows * bits // 8
