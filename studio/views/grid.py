"""A grid of thumbnails to browse and choose from, by mouse or keyboard."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from engine.language.message import gettext, ngettext

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "plant_studio_grid",
    html='<ul class="grid"></ul>\n',
    css=(_HERE / "grid.css").read_text("utf-8"),
    js=(_HERE / "grid.js").read_text("utf-8"),
)


TILE_WIDTHS = (96, 240)
"""The minimum and maximum tile width, in pixels."""


@dataclass(frozen=True)
class Tile:
    """A thumbnail (JPEG bytes or a file; None = no image), its caption, and its description."""

    id: str
    image: bytes | Path | None
    caption: str
    alt: str


@dataclass(frozen=True)
class Picking:
    """Multiple selection of tiles; Shift selects the range from the last one.

    `on_picked` receives which of the shown tiles are selected and which are not, before the run
    that this triggers. The browser keeps its own selection until `stamp` changes.
    """

    ids: frozenset[str]
    stamp: int
    on_picked: Callable[[set[str], set[str]], None]


def pager(total: int, key: str, page_size: int = 60) -> range:
    """Draw the page numbers; return the indices, out of `total`, that the chosen page holds."""
    pages = max(1, -(-total // page_size))
    if st.session_state.get(key, 1) > pages:
        st.session_state[key] = pages
    # The page numbers collapse in a flexible column.
    words, numbers = st.columns([1, 2], vertical_alignment="center")
    with numbers:
        page = st.pagination(pages, key=key) if pages > 1 else 1
    shown = range((page - 1) * page_size, min(page * page_size, total))
    words.caption(_span(shown, total) if pages > 1 else _count(total))
    return shown


def photo_grid(
    tiles: Sequence[Tile],
    key: str,
    label: str = "",
    *,
    marked: str | None = None,
    aspect: float = 1,
    width: int = 132,
    picking: Picking | None = None,
) -> str | None:
    """Draw the thumbnails; return the id of the chosen one, None before a choice.

    Screen readers read the `label`; the default is "Photographs". The choice is kept under `key`
    while the page is open, also on another page of the grid. With `marked` the caller keeps it:
    that tile is marked ("" = none), and only the run after a choice returns its id. `aspect` is a
    tile's width divided by its height, `width` its minimum width in pixels. With `picking` a click
    selects tiles and chooses none.
    """

    def picked() -> None:
        change = dict(st.session_state[key]).get("picked")
        if picking is not None and change:
            picking.on_picked(set(change["on"]), set(change["off"]))

    kept: str | None = dict(st.session_state.get(key, {})).get("chosen")
    # Many tiles may show one image, which is sent once.
    images = {image: place for place, image in enumerate(dict.fromkeys(t.image for t in tiles))}
    result = _mount(
        key=key,
        data={
            "label": label or gettext("Photographs"),
            "aspect": aspect,
            "width": width,
            "picks": picking and {"ids": [*picking.ids], "stamp": picking.stamp},
            "chosen": kept if marked is None else marked,
            "keeps": marked is None,
            "sources": [_source(image) for image in images],
            "tiles": [
                {
                    "id": tile.id,
                    "source": images[tile.image],
                    "caption": tile.caption,
                    "alt": tile.alt,
                }
                for tile in tiles
            ],
        },
        on_chosen_change=_noticed,
        on_clicked_change=_noticed,
        on_picked_change=picked,
    )
    taken = result.chosen if marked is None else result.clicked
    return str(taken) if taken is not None else None


def _count(total: int) -> str:
    return ngettext("{n} photograph", "{n} photographs", total)


def _span(shown: range, total: int) -> str:
    return ngettext(
        "{first}–{last} of {n} photograph",
        "{first}–{last} of {n} photographs",
        total,
        first=shown.start + 1,
        last=shown.stop,
    )


def _noticed() -> None:
    """A no-op callback: Streamlit keeps only state that has a callback."""


def _source(image: bytes | Path | None) -> str:
    if image is None:
        return _address("svg+xml", (_HERE / "blank.svg").read_bytes())
    return _address("jpeg", image if isinstance(image, bytes) else image.read_bytes())


def _address(kind: str, encoded: bytes) -> str:
    return f"data:image/{kind};base64," + base64.b64encode(encoded).decode()
