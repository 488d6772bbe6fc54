"""Checking that downloaded bytes are a photograph: first bytes, size, and a full decode."""

from pathlib import Path

from engine.errors import UnreadableImage
from engine.images.decode import ImageHeader, decode_fully, renamed
from engine.language.message import Message, message

SNIFFED = 16
"""The number of first bytes that `photograph_begins` needs."""

_BEGINNINGS = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
)


def photograph_begins(first: bytes) -> bool:
    """Whether bytes begin like one of the formats that the studio reads."""
    if first.startswith(_BEGINNINGS):
        return True
    if first[:4] == b"RIFF" and first[8:12] == b"WEBP":
        return True
    return first[4:8] == b"ftyp" and first[8:12] in (b"avif", b"avis", b"mif1")


def what_it_is(first: bytes, content_type: str) -> Message:
    """A message that describes what was received instead of a photograph."""
    if not first:
        return message("The answer is empty.")
    text = first.lstrip().lower()
    if text.startswith((b"<!doc", b"<html", b"<head")):
        return message("The host sent a web page instead of a photograph.")
    if text.startswith((b"<", b"{", b"[")):
        return message("The host sent text instead of a photograph.")
    said = content_type.partition(";")[0].strip()[:60]
    if not said:
        return message("The host did not send a photograph.")
    return message("The host did not send a photograph but {type}.", type=said)


def accept(source: Path | bytes, most_pixels: int) -> ImageHeader:
    """Check that the whole file decodes as a photograph; returns its header.

    Raises:
        UnreadableImage: it is no photograph, has too many pixels, or does not decode fully.
    """
    try:
        return decode_fully(source, most_pixels)
    except UnreadableImage as error:
        # Without the name of the temporary file.
        raise renamed(error) from error
