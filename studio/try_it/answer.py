"""The network's input crop, and its most likely species."""

import math
from typing import TYPE_CHECKING

import streamlit as st

from engine.crop.apply import central
from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.errors import StudioError
from engine.home import Home
from engine.images.decode import Pixels, read_header, read_rgb
from engine.language.message import gettext
from engine.runs.run import Run
from studio import current, text
from studio.try_it.parts import KnownAnswer, examples
from studio.try_it.photographs import ChosenPhotographs
from studio.views.photo import Mark, Rectangle, jpeg, photo, photo_html

if TYPE_CHECKING:
    from engine.evaluation.predict import Named


_SHOWN_SIDE = 1_000


def show_answer(home: Home, run: Run, chosen: ChosenPhotographs, named: "Named") -> None:
    """Draw the answer."""
    beside = st.grid(2, min_column_width=380, gap="large")
    with beside.cell():
        _show_crop(chosen, named)
    with beside.cell():
        st.subheader(gettext("Most likely species"), anchor=False)
        pictures = examples(home, run)
        guessed = [guess.species for guess in named.predictions]
        for place, guess in enumerate(named.predictions):
            mark = _mark(place == 0) if guess.species == chosen.species else ""
            _show_guess(guess.species, guess.probability, pictures.get(guess.species), mark)
        _show_truth(chosen, guessed)


def boxes_of(crop: Crop) -> dict[Mark, Rectangle]:
    """The boxes drawn over the photograph."""
    if crop.subject is None:
        return {"centre": _rectangle(crop.square)}
    return {"subject": _rectangle(crop.subject), "smart": _rectangle(crop.square)}


def _show_crop(chosen: ChosenPhotographs, named: "Named") -> None:
    wide, narrow = st.columns([2, 1], gap="medium")
    with wide:
        header = read_header(chosen.source)
        size = (header.width, header.height)
        # Encoded at once: the whole photograph would otherwise be decoded only for a small view.
        least_side = math.ceil(_SHOWN_SIDE * min(size) / max(size))
        encoded = jpeg(read_rgb(chosen.source, least_side), longest=_SHOWN_SIDE)
        alt = gettext("The photograph {name}", name=chosen.name)
        st.html(photo_html(encoded, size, alt, boxes_of(named.crop)))
    with narrow:
        side = named.view.shape[0]
        caption = gettext("What the network saw: {side} × {side} px", side=side)
        photo(named.view, gettext("What the network saw"), caption=caption)
        if named.crop.reason:
            st.caption(text.plain(gettext("Centre crop: {reason}", reason=named.crop.reason)))


def _mark(is_first: bool) -> str:
    if is_first:
        return f":green-badge[:material/check: {gettext('Correct')}]"
    return f":gray-badge[{gettext('True species')}]"


def _show_guess(species: str, probability: float, example: KnownAnswer | None, mark: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", wrap=False):
        with st.container(width=72):
            _show_example(example)
        with st.container(gap=None):
            st.markdown(f"**{text.plain(species)}** &ensp;{mark}")
            st.progress(min(max(probability, 0.0), 1.0), text=text.percentage(probability))


def _show_example(example: KnownAnswer | None) -> None:
    pixels = _thumbnail(example) if example else None
    if example is None or pixels is None:
        st.caption(gettext("No photo"))
    else:
        photo(pixels, gettext("{species}, from the train part", species=example.species))


def _thumbnail(example: KnownAnswer) -> Pixels | None:
    try:
        pixels = read_rgb(current.images().thumbnail(example.path, example.sha256))
    except StudioError:
        return None
    return central(pixels, min(pixels.shape[:2]))


def _show_truth(chosen: ChosenPhotographs, guessed: list[str]) -> None:
    if not chosen.species or chosen.species == guessed[0]:
        return
    if chosen.species in guessed:
        truth = gettext(
            "The true species is {species}, guess number {n}.",
            species=chosen.species,
            n=guessed.index(chosen.species) + 1,
        )
    else:
        truth = gettext(
            "The true species is {species}, which is not among these.", species=chosen.species
        )
    st.caption(text.plain(truth))


def _rectangle(box: Box) -> Rectangle:
    return box.x, box.y, box.width, box.height
