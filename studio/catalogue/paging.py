"""Paging through the catalogue: by cursor to the next page, by counting to any other page."""

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
    """The start cursors of the pages of a filter reached so far; None for the first page.

    `opening` is the initial page, `turn` distinguishes this trail from earlier ones.
    """

    chosen: Filter
    opening: int = 1
    turn: int = 0
    starts: dict[int, Cursor | None] = field(default_factory=lambda: {1: None})


@dataclass(frozen=True)
class Leaf:
    """The open page: its photographs, its number, and the number of pages."""

    photographs: tuple[Photograph, ...]
    number: int
    pages: int

    @property
    def first(self) -> int:
        """The 1-based rank of the page's first photograph among all matches."""
        return (self.number - 1) * PAGE_SIZE + 1


def leaf(catalogue: Catalogue, found: FoundPhotographs, key: str) -> Leaf:
    """Draw the page numbers; return the open page.

    The address holds the page. A new filter starts at page 1.
    """
    pages = max(1, -(-found.images // PAGE_SIZE))
    trail = _trail(found.chosen, pages, key)
    opened = 1
    if pages > 1:
        # In a flexible column the page numbers collapse to nothing.
        opened = st.pagination(pages, default=trail.opening, width=_WIDTH, key=_widget(key, trail))
    _parameter(key, pages).write_address(None if opened == 1 else opened)
    if opened not in trail.starts:
        trail.starts[opened] = cursor_at(catalogue, found, (opened - 1) * PAGE_SIZE)
    page = catalogue.page(found.chosen, trail.starts[opened], PAGE_SIZE)
    trail.starts[opened + 1] = page.next
    return Leaf(page.photographs, opened, pages)


def turn_to(page: int, key: str) -> None:
    """Open another page; to call before the page numbers are drawn."""
    st.session_state[key] = page


def cursor_at(catalogue: Catalogue, found: FoundPhotographs, place: int) -> Cursor | None:
    """The cursor after this many photographs of a filter. Only the photographs of one species are
    read.
    """
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
    """The current trail, or a new one for another filter, another address, or fewer pages."""
    kept: Trail | None = st.session_state.get(f"{key}_trail")
    changed = _parameter(key, pages).read_address()
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
