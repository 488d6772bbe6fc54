"""The crop that a network looked at, and its best guesses."""

import math
from typing import TYPE_CHECKING

import streamlit as st

from engine.crop.apply import central
from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.errors import StudioError
from engine.home import Home
from engine.images.decode import Pixels, read_header, read_rgb
from engine.runs.run import Run
from studio import current, text
from studio.try_it.parts import KnownAnswer, examples
from studio.try_it.photographs import ChosenPhotographs
from studio.views.photo import Mark, Rectangle, jpeg, photo, photo_html

if TYPE_CHECKING:
    from engine.evaluation.predict import Named


_FIRST = ":green-badge[:material/check: Right]"
_LATER = ":gray-badge[This it is]"
_SHOWN_SIDE = 1_000


def show_answer(home: Home, run: Run, chosen: ChosenPhotographs, named: "Named") -> None:
    """Draw the answer."""
    beside = st.grid(2, min_column_width=380, gap="large")
    with beside.cell():
        _show_crop(chosen, named)
    with beside.cell():
        st.subheader("The best guesses", anchor=False)
        pictures = examples(home, run)
        guessed = [guess.species for guess in named.predictions]
        for current, guess in enumerate(named.predictions):
            mark = ""
            if guess.species == chosen.species:
                mark = _FIRST if current == 0 else _LATER
            _show_guess(guess.species, guess.probability, pictures.get(guess.species), mark)
        _show_truth(chosen, guessed)


def boxes_of(crop: Crop) -> dict[Mark, Rectangle]:
    """What is drawn over the photograph."""
    if crop.subject is None:
        return {"centre": _rectangle(crop.square)}
    return {"subject": _rectangle(crop.subject), "smart": _rectangle(crop.square)}


def _show_crop(chosen: ChosenPhotographs, named: "Named") -> None:
    wide, narrow = st.columns([2, 1], gap="medium")
    with wide:
        header = read_header(chosen.source)
        size = (header.width, header.height)
        # Encoded at once: a whole photograph would be decoded only to be shown small.
        least_side = math.ceil(_SHOWN_SIDE * min(size) / max(size))
        encoded = jpeg(read_rgb(chosen.source, least_side), longest=_SHOWN_SIDE)
        alt = f"The photograph {chosen.name}"
        st.html(photo_html(encoded, size, alt, boxes_of(named.crop)))
    with narrow:
        side = named.view.shape[0]
        photo(named.view, "What the network saw", caption=f"The network saw {side} × {side} pixels")
        if named.crop.reason:
            st.caption(f"It is the centre: {text.plain(str(named.crop.reason))}.")


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
        st.caption("No photo here")
    else:
        photo(pixels, f"{example.species}, from the train part")


def _thumbnail(example: KnownAnswer) -> Pixels | None:
    try:
        pixels = read_rgb(current.images().thumbnail(example.path, example.sha256))
    except StudioError:
        return None
    return central(pixels, min(pixels.shape[:2]))


def _show_truth(chosen: ChosenPhotographs, guessed: list[str]) -> None:
    if not chosen.species or chosen.species == guessed[0]:
        return
    said = "which is not among these."
    if chosen.species in guessed:
        said = f"its guess number {guessed.index(chosen.species) + 1}."
    st.caption(f"In truth it is {text.plain(chosen.species)}, {said}")


def _rectangle(box: Box) -> Rectangle:
    return box.x, box.y, box.width, box.height
