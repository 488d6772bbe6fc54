"""Choosing photographs: a sample of the catalogue, or uploads."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.catalogue.record import Photograph
from engine.catalogue.sampling import sample_photographs, stratified_sample
from engine.catalogue.store import Catalogue, Filter
from engine.crop.disagreement import most_disagreement
from engine.crop.presets import load_preset, preset_names
from engine.errors import UnreadableImage
from engine.home import Home
from engine.language.message import deferred, gettext
from engine.progress import Note
from engine.settings.crop import CropPreset
from studio import text
from studio.catalogue.filters import filters
from studio.crop_lab.address import adopt_parameter, one_of, whole_number, write_parameter
from studio.crop_lab.controls import OTHER, PRESET, SECOND
from studio.crop_lab.subject import Subject, of_photograph, of_upload
from studio.current import home
from studio.links import from_address, to_address
from studio.uploads import LARGEST_MB, PHOTOGRAPH_TYPES, within_limits
from studio.views.action import Action
from studio.views.empty import empty_state
from studio.views.problem import problem, problems_shown

_CACHED = Filter(state="cached")
_STRATA, _DISAGREE, _UPLOADS = "strata", "disagree", "uploads"
_WAYS = {
    _STRATA: deferred("Common to rare species"),
    _DISAGREE: deferred("Where presets disagree"),
    _UPLOADS: deferred("Uploads"),
}
_STRATUM_NAMES = {
    "head": deferred("common"),
    "middle": deferred("medium"),
    "tail": deferred("rare"),
}
_CHOSEN, _WAY, _SEED, _SIZE = "lab_photo", "lab_way", "lab_seed", "lab_size"
_PAIR = "lab_pair"
_USUAL_SIZE, _LARGEST = 18, 60
# Of so many times the sample's size those are taken on which the presets disagree most.
_POOL = 4


@dataclass(frozen=True)
class PhotographChoice:
    """The photographs of the sample, and the one of them (or another) that is looked at."""

    sample: tuple[Subject, ...] = ()
    subject: Subject | None = None


def choose_photograph(catalogue: Catalogue) -> PhotographChoice:
    """Draw the ways to a sample; the address may name way, seed, size, filters and photograph."""
    from_address(_CHOSEN, "photo")
    adopt_parameter(_WAY, "draw", one_of(list(_WAYS)))
    st.session_state.setdefault(_WAY, _STRATA)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    # In a container of its own it wraps on a narrow page, where the row would cut it off.
    with row.container(width="content"):
        way = st.segmented_control(
            gettext("Photographs"),
            list(_WAYS),
            format_func=lambda way: gettext(_WAYS[way]),
            required=True,
            key=_WAY,
            persist_state="session",
        )
    write_parameter(_WAY, "draw", way, _STRATA)
    if way == _UPLOADS:
        return _looked_at(catalogue, _uploaded())
    if not catalogue.counts().by_state.get("cached"):
        empty_state(
            gettext("No photographs to crop"),
            gettext("Upload photographs above, or import them into the catalogue."),
            [Action(gettext("Import photographs"), "../pages/importing.py")],
            key="lab_empty",
        )
        return PhotographChoice()
    return _looked_at(catalogue, _drawn(catalogue, str(way), row))


def pick_photograph(subject_id: str) -> None:
    """Look at another photograph; the page runs anew."""
    st.session_state[_CHOSEN] = subject_id
    to_address(_CHOSEN, "photo", subject_id)
    st.rerun()


def is_stale(preset: str) -> bool:
    """Whether the sample was drawn for other presets than those that are chosen now."""
    drawn_for = st.session_state.get(_PAIR)
    now = (preset, str(st.session_state.get(OTHER) or SECOND))
    return st.session_state.get(_WAY) == _DISAGREE and drawn_for not in (None, now)


def _looked_at(catalogue: Catalogue, drawn: list[Subject]) -> PhotographChoice:
    chosen = str(st.session_state.get(_CHOSEN) or "")
    to_address(_CHOSEN, "photo", chosen)
    subject = next((item for item in drawn if item.id == chosen), None)
    # An uploaded photograph that is gone is no fault of the address.
    uploads = st.session_state[_WAY] == _UPLOADS
    if subject is None and chosen and not uploads:
        with problems_shown():
            subject = _named(catalogue, chosen)
    elif subject is None:
        subject = drawn[0] if drawn else None
    return PhotographChoice(tuple(drawn), subject)


def _named(catalogue: Catalogue, image_id: str) -> Subject | None:
    photograph = catalogue.get(image_id)
    if photograph is None:
        problem(
            gettext(
                "The catalogue has no photograph {image}. Choose another below.", image=image_id
            )
        )
        return None
    if photograph.state != "cached":
        problem(gettext("This photograph is not on this computer. Choose another below."))
        return None
    return of_photograph(photograph)


def _uploaded() -> list[Subject]:
    given = st.file_uploader(
        gettext("Photographs"),
        type=PHOTOGRAPH_TYPES,
        accept_multiple_files=True,
        max_upload_size=LARGEST_MB,
        key="lab_upload",
    )
    taken, left_out = within_limits(given)
    if left_out:
        problem(left_out)
    subjects: dict[str, Subject] = {}
    for file in taken:
        with problems_shown():
            subject = of_upload(file.name, file.getvalue())
            subjects.setdefault(subject.id, subject)
    return list(subjects.values())


def _drawn(catalogue: Catalogue, way: str, row: DeltaGenerator) -> list[Subject]:
    with row:
        help = gettext("The number of photographs, at most {most}.", most=_LARGEST)
        size = _number(gettext("Sample size"), _SIZE, "size", (3, _LARGEST), _USUAL_SIZE, help)
        help = gettext("The same seed takes the same photographs; another seed takes others.")
        seed = _number(gettext("Seed"), _SEED, "seed", (1, 9_999), 1, help)
    chosen = filters(catalogue, "lab", fields=("species", "source"), state="cached").chosen
    if way == _DISAGREE:
        drawn = _disagreeing(catalogue, chosen, seed, size)
    else:
        parts = stratified_sample(catalogue, chosen, seed, size)
        drawn = [
            (item, gettext(_STRATUM_NAMES[stratum]))
            for stratum, part in parts.items()
            for item in part
        ]
    if not drawn:
        problem(gettext("No photograph matches these filters. Remove some."))
    return list(_readable(drawn))


def _number(
    label: str, key: str, parameter: str, span: tuple[int, int], usual: int, help: str
) -> int:
    adopt_parameter(key, parameter, whole_number(*span))
    st.session_state.setdefault(key, usual)
    value = st.number_input(
        label, *span, step=1, key=key, help=help, width=160, persist_state="session"
    )
    write_parameter(key, parameter, value, usual)
    return int(value)


def _disagreeing(
    catalogue: Catalogue, chosen: Filter, seed: int, size: int
) -> list[tuple[Photograph, str]]:
    place = home()
    adopt_parameter(PRESET, "preset", one_of(preset_names(place)))
    adopt_parameter(OTHER, "beside", one_of(preset_names(place)))
    names = (
        str(st.session_state.get(PRESET) or preset_names(place)[0]),
        str(st.session_state.get(OTHER) or SECOND),
    )
    st.session_state[_PAIR] = names
    explanation = gettext(
        "The photographs of {pool} that {first} and {second} crop most differently. Choose both "
        "presets below.",
        pool=_POOL * size,
        first=text.plain(names[0]),
        second=text.plain(names[1]),
    )
    st.caption(explanation)
    bar = st.progress(0.0)

    def report(done: int, total: int, note: Note) -> None:
        bar.progress(done / total, text.plain(str(note)))

    pool = sample_photographs(catalogue, chosen, seed, _POOL * size)
    found = most_disagreement(place, pool, _both(place, names), size, report)
    bar.empty()
    return [(item, gettext("{share:.0%} overlap", share=shared)) for item, shared in found]


def _both(place: Home, names: tuple[str, str]) -> tuple[CropPreset, CropPreset]:
    return load_preset(place, names[0]), load_preset(place, names[1])


def _readable(drawn: Iterable[tuple[Photograph, str]]) -> Iterable[Subject]:
    for photograph, note in drawn:
        try:
            yield of_photograph(photograph, note)
        except UnreadableImage:
            continue
