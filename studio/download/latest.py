"""The most recently downloaded photographs."""

from collections.abc import Sequence

import streamlit as st

from engine.download.situation import Recent
from engine.errors import StudioError
from engine.home import Home
from engine.images.store import ImageStore
from engine.language.message import gettext, ngettext
from studio.views.grid import Tile, photo_grid


def latest(home: Home, recent: Sequence[Recent]) -> None:
    """Their thumbnails; a click opens the photograph in the catalogue."""
    store = ImageStore(home)
    tiles = [tile for item in recent if (tile := _tile(store, item)) is not None]
    if not tiles:
        return
    title = ngettext("The last {n} photograph", "The last {n} photographs", len(tiles))
    st.markdown(f"**{title}**")
    chosen = photo_grid(tiles, "download.latest", gettext("The last photographs"), marked="")
    photo = next((item.image_id for item in recent if item.sha256 == chosen), "")
    if photo:
        st.switch_page("../pages/catalogue.py", query_params={"photo": photo})


def _tile(store: ImageStore, item: Recent) -> Tile | None:
    try:
        image = store.thumbnail(item.path, item.sha256)
    except StudioError:
        # It was removed in the meantime to free disk space.
        return None
    name = item.species or item.host
    return Tile(item.sha256, image, name, name)
