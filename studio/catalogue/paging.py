"""Leafing through the catalogue by cursors, forward and back."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Cursor, Filter
from studio import text

PAGE_SIZE = 60


@dataclass(frozen=True)
class Trail:
    """Where each page before this one, and this one, starts; for one filter."""

    chosen: Filter
    cursors: tuple[Cursor | None, ...] = (None,)

    @property
    def first(self) -> int:
        """The place of this page's first photograph, from 1."""
        return (len(self.cursors) - 1) * PAGE_SIZE + 1

    def onward(self, cursor: Cursor) -> "Trail":
        return Trail(self.chosen, (*self.cursors, cursor))

    def back(self) -> "Trail":
        return Trail(self.chosen, self.cursors[:-1] or (None,))


def leaf(catalogue: Catalogue, chosen: Filter, key: str) -> tuple[Photograph, ...]:
    """Draw the way forward and back; returns the photographs of the page that is open.

    Another filter begins at its first page.
    """
    trail: Trail = st.session_state.get(key, Trail(chosen))
    if trail.chosen != chosen:
        trail = Trail(chosen)
    st.session_state[key] = trail
    page = catalogue.page(chosen, trail.cursors[-1], PAGE_SIZE)
    total = sum(item.images for item in catalogue.species(chosen))
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.caption(_span(trail, len(page.photographs), total), width="content")
        if total > PAGE_SIZE:
            with st.container(horizontal=True, width="content", gap="xsmall", wrap=False):
                _turn("Back", key, trail.back() if len(trail.cursors) > 1 else None)
                _turn("Next", key, trail.onward(page.next) if page.next else None)
    return page.photographs


def _turn(label: str, key: str, to: Trail | None) -> None:
    st.button(
        label,
        key=f"{key}_{label.lower()}",
        icon=f":material/chevron_{'left' if label == 'Back' else 'right'}:",
        icon_position="left" if label == "Back" else "right",
        disabled=to is None,
        on_click=_kept(key, to),
    )


def _kept(key: str, trail: Trail | None) -> Callable[[], None]:
    def keep() -> None:
        st.session_state[key] = trail

    return keep


def _span(trail: Trail, shown: int, total: int) -> str:
    whole = text.count(total, "photograph")
    if total <= PAGE_SIZE:
        return whole
    return f"{trail.first:,}–{trail.first + shown - 1:,} of {whole}"
