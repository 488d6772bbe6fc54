"""Boxes for the whole catalogue, found ahead of a training in the background."""

from collections.abc import Set
from dataclasses import dataclass

import streamlit as st

from engine.catalogue.store import Catalogue, Filter
from engine.crop.presets import CENTRE, DEFAULT, load_preset, preset_names
from engine.crop.store import CropStore
from engine.home import Home
from engine.jobs.job import Job, start_job
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
    """What a search for boxes tells when it has finished."""

    images: Count
    fallbacks: Count
    seconds: Number


def filling(catalogue: Catalogue) -> None:
    """Draw what has its box under a preset, the button that finds the rest, and the job."""
    cached = catalogue.columns(("sha256",), Filter(state="cached"))
    hashes = set(cached["sha256"].to_pylist()) - {""}
    if not hashes:
        return
    st.header("Boxes for the catalogue", anchor=False)
    st.caption(
        "A box is found once for each photograph and preset, and kept. Boxes that are filled here, "
        "on all cores, are ready when a training starts; the others it finds as it goes.",
        width=720,
    )
    job = follow({JOB: "Finding boxes"})[JOB]
    if job.state == "running":
        return
    place = home()
    preset = _ask(place)
    store = CropStore(place)
    try:
        _standing(preset, hashes, store)
    finally:
        store.close()
    _ended(job)


def start_filling(place: Home, preset: str) -> Job:
    """Start finding the boxes in the background."""
    return start_job(place, JOB, ["crop", "fill", "--preset", preset])


def _ask(place: Home) -> CropPreset:
    names = [name for name in preset_names(place) if name != CENTRE.name]
    if st.session_state.get(_PRESET) not in names:
        chosen = st.session_state.get(PRESET)
        st.session_state[_PRESET] = chosen if chosen in names else DEFAULT.name
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Preset to find boxes by", names, key=_PRESET, width=240, persist_state="session"
        )
        if st.button("Fill boxes", icon=":material/crop:", key="lab_fill"):
            start_filling(place, str(name))
            st.rerun()
    return load_preset(place, str(name))


def _standing(preset: CropPreset, hashes: Set[str], store: CropStore) -> None:
    known = len(store.known(preset) & hashes)
    unreadable = {key: reason for key, reason in store.unreadable(preset).items() if key in hashes}
    have = f"{known:,} of {text.count(len(hashes), 'photograph')}"
    name = text.plain(preset.name)
    st.caption(f"{have} {'has its box' if len(hashes) == 1 else 'have their box'} under {name}.")
    if unreadable:
        with st.expander(f"{text.count(len(unreadable), 'photograph')} cannot be read"):
            st.dataframe({"Reason": sorted(unreadable.values())}, hide_index=True)


def _ended(job: Job) -> None:
    broke_off(job, "The search for boxes")
    found = job.found(_Filled)
    if found:
        boxes, took = text.count(found.images, "box", "boxes"), text.duration(found.seconds)
        st.caption(
            f"The last time it found {boxes} in {took}, {found.fallbacks:,} of them the centre."
        )
