"""Two splits beside each other."""

import streamlit as st

from engine.home import Home
from engine.split.compare import PLACES, Comparison, compare_splits
from engine.split.folder import PARTS, split_folder
from engine.split.sources import sources_text
from studio import text
from studio.split.made import Made

_SHOWN_NAMES = 12


def compare_splits_view(home: Home, splits: list[Made]) -> None:
    """Ask for two splits and show what is different."""
    names = [split.name for split in splits if not split.problem]
    if len(names) < 2:
        return
    st.subheader("Compare two splits", anchor=False)
    with st.grid(2, min_column_width=220):
        first = st.selectbox("This one", names, index=1, key="split.first")
        second = st.selectbox("with", names, index=0, key="split.second")
    if first == second:
        st.caption("Choose two different splits.")
        return
    ages = tuple(split.made for split in splits if split.name in (first, second))
    _show(first, second, _compared(str(home.root), first, second, ages, home))


@st.cache_resource(max_entries=8, show_spinner="Reading both splits …")
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
            st.markdown(
                f":orange[:material/warning:] A model trained on **{trained}** has seen "
                f"{text.count(images, 'photograph')} of the test part of **{tested}**."
            )
    rows = [
        {
            f"in {first}": before,
            **{f"{second}: {after}": text.number(count) for after, count in cells},
        }
        for before, cells in (
            (before, zip((*PARTS, "absent"), row, strict=True))
            for before, row in zip(PLACES, found.photographs.tolist(), strict=True)
        )
        if before != "absent" or any(found.photographs[-1])
    ]
    st.table(rows, border="horizontal")
    if any(found.sources):
        of = [text.plain(sources_text(sources)) for sources in found.sources]
        st.markdown(f"**{first}** is of {of[0]}, **{second}** of {of[1]}.")
    classes = "The class map is the same." if found.same_classes else "The class maps differ."
    st.markdown(
        f"{text.count(found.moved, 'photograph')} in another part. {classes}"
        f"{_names(f' Only in {second}', found.gained)}{_names(f' Only in {first}', found.lost)}"
    )


def _names(words: str, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN_NAMES:,} more" if len(names) > _SHOWN_NAMES else ""
    return f"{words}: {text.plain(', '.join(names[:_SHOWN_NAMES]))}{more}."
