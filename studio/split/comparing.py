"""Comparison of two splits."""

import streamlit as st

from engine.home import Home
from engine.language.message import gettext, ngettext
from engine.split.compare import PLACES, Comparison, compare_splits
from engine.split.folder import PARTS, part_name, split_folder
from engine.split.sources import sources_text
from studio import text
from studio.split.made import Made

_SHOWN_NAMES = 12


def compare_splits_view(home: Home, splits: list[Made]) -> None:
    """Choose two splits and show their differences."""
    names = [split.name for split in splits if not split.problem]
    if len(names) < 2:
        return
    st.subheader(gettext("Compare two splits"), anchor=False)
    with st.grid(2, min_column_width=220):
        first = st.selectbox(gettext("First split"), names, index=1, key="split.first")
        second = st.selectbox(gettext("Second split"), names, index=0, key="split.second")
    if first == second:
        st.caption(gettext("Choose two different splits."))
        return
    ages = tuple(split.made for split in splits if split.name in (first, second))
    with st.spinner(gettext("Reading both splits …")):
        found = _compared(str(home.root), first, second, ages, home)
    _show(first, second, found)


@st.cache_resource(max_entries=8, show_spinner=False)
def _compared(
    root: str, first: str, second: str, ages: tuple[float, ...], _home: Home
) -> Comparison:
    return compare_splits(split_folder(_home, first), split_folder(_home, second))


def _show(first: str, second: str, found: Comparison) -> None:
    first, second = text.plain(first), text.plain(second)
    leaks = [
        (found.trained_then_tested, first, second),
        (found.tested_then_trained, second, first),
    ]
    for images, trained, tested in leaks:
        if images:
            leak = ngettext(
                "A model trained on **{trained}** has seen {n} test photograph of **{tested}**.",
                "A model trained on **{trained}** has seen {n} test photographs of **{tested}**.",
                images,
                trained=trained,
                tested=tested,
            )
            st.markdown(f":orange[:material/warning:] {leak}")
    rows = [
        {
            gettext("In {split}", split=first): _place_name(before),
            **{f"{second}: {_place_name(after)}": text.number(count) for after, count in cells},
        }
        for before, cells in (
            (before, zip((*PARTS, "absent"), row, strict=True))
            for before, row in zip(PLACES, found.photographs.tolist(), strict=True)
        )
        if before != "absent" or any(found.photographs[-1])
    ]
    st.table(rows, border="horizontal")
    if any(found.sources):
        for split, sources in zip((first, second), found.sources, strict=True):
            st.markdown(f"**{split}**: {text.plain(sources_text(sources))}")
    moved = ngettext(
        "{n} photograph is in another part.", "{n} photographs are in another part.", found.moved
    )
    classes = (
        gettext("The class map is the same.")
        if found.same_classes
        else gettext("The class maps differ.")
    )
    sentences = [moved, classes, _only_in(second, found.gained), _only_in(first, found.lost)]
    st.markdown(" ".join(filter(None, sentences)))


def _only_in(split: str, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    shown, more = text.plain(", ".join(names[:_SHOWN_NAMES])), len(names) - _SHOWN_NAMES
    if more <= 0:
        return gettext("Only in {split}: {names}.", split=split, names=shown)
    return ngettext(
        "Only in {split}: {names} and {n} more species.",
        "Only in {split}: {names} and {n} more species.",
        more,
        split=split,
        names=shown,
    )


def _place_name(place: str) -> str:
    """The display name of one of `PLACES`."""
    return gettext("not in it") if place == "absent" else part_name(place)
