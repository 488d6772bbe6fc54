"""Which photographs are looked at: a sample of the catalogue, or some that are uploaded."""

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
from engine.progress import Note
from engine.settings.crop import CropPreset
from studio import text
from studio.catalogue.filters import filters
from studio.crop_lab.address import adopt_parameter, one_of, tell, whole_number
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
    _STRATA: "Head, middle and tail",
    _DISAGREE: "Where presets disagree",
    _UPLOADS: "Uploads",
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
    with row:
        way = st.segmented_control(
            "Photographs",
            list(_WAYS),
            format_func=_WAYS.__getitem__,
            required=True,
            key=_WAY,
            persist_state="session",
        )
    tell(_WAY, "draw", way, _STRATA)
    if way == _UPLOADS:
        return _looked_at(catalogue, _uploaded())
    if not catalogue.counts().by_state.get("cached"):
        empty_state(
            "No photographs to look at",
            "Upload some above, or bring some into the catalogue.",
            [Action("Import photographs", "../pages/importing.py")],
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
        problem(f"There is no photograph {image_id!r} in the catalogue; choose another below.")
        return None
    if photograph.state != "cached":
        problem("The bytes of this photograph are not on this machine; choose another below.")
        return None
    return of_photograph(photograph)


def _uploaded() -> list[Subject]:
    given = st.file_uploader(
        "Photographs",
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
        words = f"How many photographs, {_LARGEST} at most."
        size = _number("Sample", _SIZE, "size", (3, _LARGEST), _USUAL_SIZE, words)
        words = "The same number draws the same photographs again, another number others."
        seed = _number("Seed", _SEED, "seed", (1, 9_999), 1, words)
    chosen = filters(catalogue, "lab", fields=("species", "source"), state="cached").chosen
    if way == _DISAGREE:
        drawn = _disagreeing(catalogue, chosen, seed, size)
    else:
        parts = stratified_sample(catalogue, chosen, seed, size)
        drawn = [(item, stratum) for stratum, part in parts.items() for item in part]
    if not drawn:
        problem("No photograph passes these filters; widen them.")
    return list(_readable(drawn))


def _number(
    label: str, key: str, parameter: str, span: tuple[int, int], usual: int, words: str
) -> int:
    adopt_parameter(key, parameter, whole_number(*span))
    st.session_state.setdefault(key, usual)
    value = st.number_input(
        label, *span, step=1, key=key, help=words, width=160, persist_state="session"
    )
    tell(key, parameter, value, usual)
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
    pair = text.plain(" and ".join(names))
    st.caption(
        f"Those of {_POOL * size:,} on which {pair} keep the most different squares; both are "
        "chosen below."
    )
    bar = st.progress(0.0)

    def report(done: int, total: int, note: Note) -> None:
        bar.progress(done / total, text.plain(str(note)))

    pool = sample_photographs(catalogue, chosen, seed, _POOL * size)
    found = most_disagreement(place, pool, _both(place, names), size, report)
    bar.empty()
    return [(item, f"squares share {text.percentage(shared, 0)}") for item, shared in found]


def _both(place: Home, names: tuple[str, str]) -> tuple[CropPreset, CropPreset]:
    return load_preset(place, names[0]), load_preset(place, names[1])


def _readable(drawn: Iterable[tuple[Photograph, str]]) -> Iterable[Subject]:
    for photograph, note in drawn:
        try:
            yield of_photograph(photograph, note)
        except UnreadableImage:
            continue
