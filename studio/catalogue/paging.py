"""Leafing through the catalogue: by cursors from page to page, by counting to any other."""

import dataclasses
from dataclasses import dataclass, field

import streamlit as st

from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Cursor, Filter
from studio.address import Parameter, bounded
from studio.catalogue.found import FoundPhotographs

PAGE_SIZE = 60
_WIDTH = 340


@dataclass
class Trail:
    """Where the pages of a filter start that were reached so far; of the first, nowhere.

    `opening` is the page that it opens with, `turn` tells it from the trails before it.
    """

    chosen: Filter
    opening: int = 1
    turn: int = 0
    starts: dict[int, Cursor | None] = field(default_factory=lambda: {1: None})


@dataclass(frozen=True)
class Leaf:
    """The page that is open: its photographs, its number, and how many pages there are."""

    photographs: tuple[Photograph, ...]
    number: int
    pages: int

    @property
    def first(self) -> int:
        """Which photograph of all that are found comes first here, from 1 on."""
        return (self.number - 1) * PAGE_SIZE + 1


def leaf(catalogue: Catalogue, found: FoundPhotographs, key: str) -> Leaf:
    """Draw the page numbers; returns the page that is open.

    The address names the page; another filter begins at its first.
    """
    pages = max(1, -(-found.images // PAGE_SIZE))
    trail = _trail(found.chosen, pages, key)
    opened = 1
    if pages > 1:
        # In a width that is left over by something else, the numbers hide themselves.
        opened = st.pagination(pages, default=trail.opening, width=_WIDTH, key=_widget(key, trail))
    _parameter(key, pages).tell(None if opened == 1 else opened)
    if opened not in trail.starts:
        trail.starts[opened] = cursor_at(catalogue, found, (opened - 1) * PAGE_SIZE)
    page = catalogue.page(found.chosen, trail.starts[opened], PAGE_SIZE)
    trail.starts[opened + 1] = page.next
    return Leaf(page.photographs, opened, pages)


def turn_to(page: int, key: str) -> None:
    """Open another page; to call before the page numbers are drawn."""
    st.session_state[key] = page


def cursor_at(catalogue: Catalogue, found: FoundPhotographs, place: int) -> Cursor | None:
    """The cursor after so many photographs of a filter; of the photographs only those of one
    species are read."""
    left = place
    for species, images in sorted(found.count_by("species").items()):
        if left < images:
            if not left:
                return Cursor(species, "")
            one = dataclasses.replace(found.chosen, species=species)
            return catalogue.page(one, None, left).next
        left -= images
    return None


def _trail(chosen: Filter, pages: int, key: str) -> Trail:
    """The trail so far, or a new one: for another filter, another address, or fewer pages."""
    kept: Trail | None = st.session_state.get(f"{key}_trail")
    changed = _parameter(key, pages).take()
    asked: int | None = st.session_state.pop(key, 1 if changed else None)
    if kept and kept.chosen == chosen and not asked:
        if st.session_state.get(_widget(key, kept), kept.opening) <= pages:
            return kept
        asked = pages
    trail = Trail(chosen, min(asked or 1, pages), kept.turn + 1 if kept else 0)
    if kept and kept.chosen == chosen:
        trail.starts = kept.starts
    st.session_state[f"{key}_trail"] = trail
    return trail


def _parameter(key: str, pages: int) -> Parameter:
    return Parameter("page", key, bounded(1, pages))


def _widget(key: str, trail: Trail) -> str:
    return f"{key}_number_{trail.turn}"
