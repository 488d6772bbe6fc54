"""Crops of the whole catalogue, computed in the background before training."""

from collections.abc import Set
from dataclasses import dataclass

import streamlit as st

from engine.catalogue.store import Catalogue, Filter
from engine.crop.presets import CENTRE, DEFAULT, load_preset, preset_names
from engine.crop.store import CropStore
from engine.home import Home
from engine.jobs.job import Job, read_job, start_job
from engine.language.message import gettext, ngettext
from engine.records import Count, Number
from engine.settings.crop import CropPreset
from studio import text
from studio.background import follow
from studio.crop_lab.controls import PRESET
from studio.current import home
from studio.views.ended import broke_off

JOB = "crop-fill"
_PRESET = "lab_fill_preset"


@dataclass(frozen=True)
class _Filled:
    """The result of computing the crops."""

    images: Count
    fallbacks: Count
    seconds: Number


def filling(catalogue: Catalogue) -> None:
    """Draw the number of known crops, the button that computes the rest, and the job."""
    cached = catalogue.columns(("sha256",), Filter(state="cached"))
    hashes = set(cached["sha256"].to_pylist()) - {""}
    if not hashes:
        return
    place = home()
    is_open = read_job(place, JOB).state != "none"
    with st.expander(gettext("Crops of the catalogue"), is_open, icon=":material/crop:"):
        st.caption(
            gettext(
                "A crop is computed once for each photograph and preset. Compute them here on all "
                "cores, or training computes them in its first epoch."
            )
        )
        job = follow({JOB: gettext("Computing crops")})[JOB]
        if job.state != "running":
            _fill(place, hashes, job)


def _fill(place: Home, hashes: Set[str], job: Job) -> None:
    preset = _ask(place)
    store = CropStore(place)
    try:
        _standing(preset, hashes, store)
    finally:
        store.close()
    _ended(job)


def start_filling(place: Home, preset: str) -> Job:
    """Start computing the crops in the background."""
    return start_job(place, JOB, ["crop", "fill", "--preset", preset])


def _ask(place: Home) -> CropPreset:
    names = [name for name in preset_names(place) if name != CENTRE.name]
    if st.session_state.get(_PRESET) not in names:
        chosen = st.session_state.get(PRESET)
        st.session_state[_PRESET] = chosen if chosen in names else DEFAULT.name
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            gettext("Preset to compute"), names, key=_PRESET, width=240, persist_state="session"
        )
        if st.button(gettext("Compute crops"), icon=":material/crop:", key="lab_fill"):
            start_filling(place, str(name))
            st.rerun()
    return load_preset(place, str(name))


def _standing(preset: CropPreset, hashes: Set[str], store: CropStore) -> None:
    known = len(store.known(preset) & hashes)
    unreadable = {key: reason for key, reason in store.unreadable(preset).items() if key in hashes}
    known_text = ngettext(
        "{known} of {n} photograph has its crop with {preset}.",
        "{known} of {n} photographs have their crop with {preset}.",
        len(hashes),
        known=known,
        preset=text.plain(preset.name),
    )
    st.caption(known_text)
    if unreadable:
        count = len(unreadable)
        title = ngettext("{n} photograph cannot be read", "{n} photographs cannot be read", count)
        with st.expander(title):
            reasons = sorted(map(str, unreadable.values()))
            st.dataframe({gettext("Reason"): reasons}, hide_index=True)


def _ended(job: Job) -> None:
    broke_off(job, gettext("Crops of the catalogue"))
    found = job.found(_Filled)
    if found:
        last = ngettext(
            "Last time: {n} crop in {time:duration}; {centred} kept the centre.",
            "Last time: {n} crops in {time:duration}; {centred} kept the centre.",
            found.images,
            time=found.seconds,
            centred=found.fallbacks,
        )
        st.caption(last)
