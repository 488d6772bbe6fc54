"""Splits whose photographs always stay in the image cache, and whether they fit."""

import streamlit as st

from engine.download.pins import pin_split, pinned_splits, unpin_split
from engine.download.store import open_download_store
from engine.home import Home
from engine.language.message import gettext
from engine.runs.working_set import WorkingSet, working_sets
from engine.split.folder import split_names
from studio import text
from studio.split.planning import stamp

_KEY = "download.pin."


def splits(home: Home, mean_bytes: int, cache_most: int) -> None:
    """Pin and unpin splits; show how much of each is local and whether it fits the cache."""
    with st.spinner(gettext("Reading the splits")):
        sets = _cached_working_sets(
            str(home.root), tuple(split_names(home)), stamp(home), mean_bytes, cache_most, home
        )
    with open_download_store(home) as downloads:
        pinned = pinned_splits(downloads)
    lines = {item.split: _line(item) for item in sets}
    # A pin remains after its split is deleted, and must be visible to be removed.
    lines |= {name: gettext("This split is gone.") for name in pinned if name not in lines}
    if not lines:
        return
    st.markdown(
        f"**{gettext('Pinned splits')}**",
        help=gettext(
            "The cache never removes the photographs of a pinned split, nor those that a run is "
            "using."
        ),
    )
    for name, line in lines.items():
        key = f"{_KEY}{name}"
        # Another browser or the command line may have pinned it in the meantime.
        st.session_state[key] = name in pinned
        with st.container(gap=None):
            st.checkbox(text.plain(name), key=key, on_change=_changed, args=(home, name))
            st.caption(line)
    together = sum(item.bytes for item in sets if item.split in pinned)
    if together > cache_most:
        st.warning(
            gettext(
                "The pinned splits need {needed:size}, but the cache holds {most:size}. Unpin one, "
                "or raise the cache size under Disk.",
                needed=together,
                most=cache_most,
            ),
            icon=":material/keep:",
        )


def _line(item: WorkingSet) -> str:
    here, images, total = item.here, item.images, item.bytes
    if item.fits:
        return gettext(
            "{here} of {images} photographs are here. All of them ({total:size}) fit the cache.",
            here=here,
            images=images,
            total=total,
        )
    return gettext(
        "{here} of {images} photographs are here. All of them ({total:size}) do not fit the cache.",
        here=here,
        images=images,
        total=total,
    )


def _changed(home: Home, name: str) -> None:
    with open_download_store(home) as downloads:
        (pin_split if st.session_state[f"{_KEY}{name}"] else unpin_split)(downloads, name)


@st.cache_resource(max_entries=4, show_spinner=False)
def _cached_working_sets(
    root: str,
    names: tuple[str, ...],
    catalogue: object,
    mean_bytes: int,
    cache_most: int,
    _home: Home,
) -> list[WorkingSet]:
    return working_sets(_home, mean_bytes, cache_most)
