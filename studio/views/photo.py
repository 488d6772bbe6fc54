"""A photograph with the boxes that were found on it."""

import base64
from collections.abc import Mapping
from html import escape
from typing import Literal

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.language.message import deferred, gettext

Pixels = NDArray[np.uint8]
"""Height x width x 3, RGB."""

Rectangle = tuple[float, float, float, float]
"""x, y, width, height, in pixels of the original photograph."""

Mark = Literal["subject", "centre", "smart", "drawn"]

# Over a photograph the colours are the same on light and dark pages; each line has a dark outline.
_LOOKS: dict[Mark, tuple[str, str, str]] = {
    "subject": (deferred("Subject"), "#ffd45c", "3 4"),
    "centre": (deferred("Centre square"), "#ffffff", "9 6"),
    "smart": (deferred("Smart square"), "#7ff0a8", ""),
    "drawn": (deferred("Square drawn by hand"), "#f0a0dc", "2 3"),
}

# From zero (dark green) over leaf green to yellow.
_HEAT = np.array([[18, 32, 25], [28, 74, 56], [63, 138, 99], [176, 196, 92], [255, 228, 130]])


def jpeg(image: Pixels, longest: int = 1_000, quality: int = 88) -> bytes:
    """The photograph as JPEG bytes, no side longer than `longest` pixels."""
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    _, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return encoded.tobytes()


def png(image: Pixels) -> bytes:
    """The image as PNG bytes, which keep every pixel exactly."""
    _, encoded = cv2.imencode(
        ".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1]
    )
    return encoded.tobytes()


def heat(saliency: NDArray[np.floating]) -> Pixels:
    """A saliency map (height x width, 0 to 1) as RGB pixels."""
    levels = np.linspace(0, 1, len(_HEAT))
    table = np.stack([np.interp(np.linspace(0, 1, 256), levels, band) for band in _HEAT.T], axis=1)
    steps = (np.clip(np.nan_to_num(saliency), 0, 1) * 255).astype(np.uint8)
    pixels: Pixels = table.astype(np.uint8)[steps]
    return pixels


def photo_html(
    encoded: bytes,
    size: tuple[int, int],
    alt: str,
    boxes: Mapping[Mark, Rectangle] | None = None,
    caption: str = "",
    shown_width: int | None = None,
) -> str:
    """The photograph as HTML. `size` is the (width, height) that the boxes refer to."""
    boxes = boxes or {}
    kind = "png" if encoded.startswith(b"\x89PNG") else "jpeg"
    source = f"data:image/{kind};base64,{base64.b64encode(encoded).decode()}"
    spoken = "; ".join([alt, *(_spoken(mark, box) for mark, box in boxes.items())])
    limit = f"max-width:{shown_width}px;" if shown_width else ""
    return (
        f'<figure style="margin:0;{limit}">'
        '<div style="position:relative;border-radius:8px;overflow:hidden;line-height:0">'
        f'<img src="{source}" alt="{escape(spoken)}" '
        f'style="width:100%;height:auto;aspect-ratio:{size[0]}/{size[1]}">'
        f"{_overlay(boxes, size)}</div>{_figcaption(caption, boxes)}</figure>"
    )


def photo(
    image: Pixels,
    alt: str,
    boxes: Mapping[Mark, Rectangle] | None = None,
    *,
    caption: str = "",
    shown_width: int | None = None,
) -> None:
    """Show the photograph at the width of its column, or at most `shown_width` pixels wide."""
    height, width = image.shape[:2]
    st.html(photo_html(jpeg(image), (width, height), alt, boxes, caption, shown_width))


def _overlay(boxes: Mapping[Mark, Rectangle], size: tuple[int, int]) -> str:
    if not boxes:
        return ""
    shapes = "".join(_outline(mark, box) for mark, box in boxes.items())
    frame = f'viewBox="0 0 {size[0]} {size[1]}" preserveAspectRatio="none"'
    place = "position:absolute;inset:0;width:100%;height:100%"
    return _drawing(shapes, frame, place)


def _outline(mark: Mark, box: Rectangle) -> str:
    x, y, width, height = box
    return _stroke(
        f'rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
        'fill="none" vector-effect="non-scaling-stroke"',
        mark,
    )


def _stroke(shape: str, mark: Mark) -> str:
    _, colour, dashes = _LOOKS[mark]
    return (
        f'<{shape} stroke="#10231a" stroke-opacity="0.65" stroke-width="5"/>'
        f'<{shape} stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>'
    )


def _drawing(shapes: str, frame: str, style: str) -> str:
    # Streamlit strips inline SVG, so a drawing is embedded as an image.
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>{shapes}</svg>'
    source = base64.b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{source}" alt="" style="{style}">'


def _figcaption(caption: str, boxes: Mapping[Mark, Rectangle]) -> str:
    if not caption and not boxes:
        return ""
    words = f"<span>{escape(caption)}</span>" if caption else ""
    return (
        '<figcaption style="display:flex;flex-wrap:wrap;gap:4px 16px;margin-top:8px;'
        f'font-size:0.875rem;line-height:1.4">{words}{"".join(map(_key, boxes))}</figcaption>'
    )


def _key(mark: Mark) -> str:
    line = _stroke('line x1="2" y1="6" x2="26" y2="6"', mark)
    drawn = _drawing(line, 'width="28" height="12"', "")
    return (
        '<span style="display:inline-flex;align-items:center;gap:6px">'
        f"{drawn}{escape(gettext(_LOOKS[mark][0]))}</span>"
    )


def _spoken(mark: Mark, box: Rectangle) -> str:
    x, y, width, height = (round(side) for side in box)
    return gettext(
        "{name}: {width} by {height} pixels at {x}, {y}",
        name=gettext(_LOOKS[mark][0]),
        width=width,
        height=height,
        x=x,
        y=y,
    )
