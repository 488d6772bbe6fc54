"""Which splits' photographs the image cache always keeps, and whether they fit it."""

import streamlit as st

from engine.download.pins import pin_split, pinned_splits, unpin_split
from engine.download.store import open_download_store
from engine.home import Home
from engine.runs.working_set import WorkingSet, working_sets
from engine.split.folder import split_names
from studio import text
from studio.split.planning import stamp

_KEY = "download.pin."


def splits(home: Home, mean_bytes: int, cache_most: int) -> None:
    """Pin and unpin splits; of each, how much is here and whether it fits the cache."""
    sets = _cached_working_sets(
        str(home.root), tuple(split_names(home)), stamp(home), mean_bytes, cache_most, home
    )
    with open_download_store(home) as downloads:
        pinned = pinned_splits(downloads)
    lines = {item.split: _line(item) for item in sets}
    # A pin outlives its split, and must be seen to be taken away.
    lines |= {name: "This split is gone." for name in pinned if name not in lines}
    if not lines:
        return
    st.markdown(
        "**Splits the cache always keeps**",
        help="Room for new photographs is never made with those of a pinned split, nor with those "
        "that a run is being trained on.",
    )
    for name, line in lines.items():
        key = f"{_KEY}{name}"
        # Another browser or the command line may have pinned it since.
        st.session_state[key] = name in pinned
        with st.container(gap=None):
            st.checkbox(text.plain(name), key=key, on_change=_changed, args=(home, name))
            st.caption(line)
    together = sum(item.bytes for item in sets if item.split in pinned)
    if together > cache_most:
        st.warning(
            f"The pinned splits may take {text.size(together)} together, and the cache holds "
            f"{text.size(cache_most)}: unpin one, or raise the cap.",
            icon=":material/keep:",
        )


def _line(item: WorkingSet) -> str:
    verdict = "fit the cache" if item.fits else "do not fit the cache"
    return (
        f"{text.number(item.here)} of {text.count(item.images, 'photograph')} are here; all of "
        f"them, about {text.size(item.bytes)}, {verdict}."
    )


def _changed(home: Home, name: str) -> None:
    with open_download_store(home) as downloads:
        (pin_split if st.session_state[f"{_KEY}{name}"] else unpin_split)(downloads, name)


@st.cache_resource(max_entries=4, show_spinner="Looking at the splits …")
def _cached_working_sets(
    root: str,
    names: tuple[str, ...],
    catalogue: object,
    mean_bytes: int,
    cache_most: int,
    _home: Home,
) -> list[WorkingSet]:
    return working_sets(_home, mean_bytes, cache_most)
