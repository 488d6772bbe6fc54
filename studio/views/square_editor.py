"""A square to draw, move and resize on a photograph, by mouse, touch or keyboard."""

import base64
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from engine.crop.box import Box
from engine.language.message import gettext

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "plant_studio_square",
    html='<div class="stage"><img alt=""><div class="square" tabindex="0" role="group">'
    '<i data-corner="0 0"></i><i data-corner="1 0"></i><i data-corner="0 1"></i>'
    '<i data-corner="1 1"></i></div></div>\n',
    css=(_HERE / "square_editor.css").read_text("utf-8"),
    js=(_HERE / "square_editor.js").read_text("utf-8"),
)


def square_editor(
    encoded: bytes,
    size: tuple[int, int],
    square: Box,
    key: str,
    alt: str,
    on_drawn: Callable[[Box], None],
) -> None:
    """Draw the photograph (JPEG, of `size` pixels at its own size) with a square on it.

    `on_drawn` is called before the run that a new square triggers. It receives the square in pixels
    of the original photograph, clipped to the photograph.
    """

    def drawn() -> None:
        place = dict(st.session_state[key]).get("drawn")
        if place is not None:
            on_drawn(_inside(place, size))

    _mount(
        key=key,
        data={
            "source": "data:image/jpeg;base64," + base64.b64encode(encoded).decode(),
            "alt": alt,
            "size": list(size),
            "square": [square.x, square.y, square.width],
            "spoken": gettext(
                "Square of {side} pixels at {x}, {y}. Move it with the arrow keys; change its size "
                "with plus and minus."
            ),
        },
        on_drawn_change=drawn,
    )


def _inside(place: Sequence[float], size: tuple[int, int]) -> Box:
    x, y, side = (round(value) for value in place)
    side = min(max(side, 1), *size)
    return Box(min(max(x, 0), size[0] - side), min(max(y, 0), size[1] - side), side, side)
