"""Choose photographs: a sample of the catalogue, or uploads."""

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
from engine.language.message import Message, deferred, gettext
from engine.settings.crop import CropPreset
from studio import text
from studio.address import Parameter, bounded, one_of
from studio.catalogue.filters import filters
from studio.crop_lab.controls import (
    OTHER,
    PRESET,
    SECOND,
    other_parameter,
    preset_parameter,
)
from studio.crop_lab.subject import Subject, of_photograph, of_upload
from studio.current import home
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
_CHOSEN = Parameter("photo", "lab_photo")
_WAY = Parameter("draw", "lab_way", one_of(_WAYS), default=_STRATA, remember=True)
_PAIR = "lab_pair"
_USUAL_SIZE, _LARGEST = 18, 60
# The most disagreeing photographs are chosen from a pool this many times the sample size.
_POOL = 4


@dataclass(frozen=True)
class PhotographChoice:
    """The photographs of the sample, and the selected photograph (of the sample or another)."""

    sample: tuple[Subject, ...] = ()
    subject: Subject | None = None


def choose_photograph(catalogue: Catalogue) -> PhotographChoice:
    """Draw the sampling options. The address may set method, seed, size, filters and photograph."""
    _CHOSEN.read_address()
    _WAY.read_address()
    row = st.container(horizontal=True, vertical_alignment="bottom")
    # In a container of its own it wraps on a narrow page, where the row would cut it off.
    with row.container(width="content"):
        way = st.segmented_control(
            gettext("Photographs"),
            list(_WAYS),
            format_func=lambda way: gettext(_WAYS[way]),
            required=True,
            key=_WAY.key,
            persist_state="session",
        )
    _WAY.write_address(way)
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
    """Select another photograph; the page reruns."""
    st.session_state[_CHOSEN.key] = subject_id
    st.rerun()


def is_stale(preset: str) -> bool:
    """Whether the sample was drawn for presets other than the current ones."""
    drawn_for = st.session_state.get(_PAIR)
    now = (preset, str(st.session_state.get(OTHER) or SECOND))
    return st.session_state.get(_WAY.key) == _DISAGREE and drawn_for not in (None, now)


def _looked_at(catalogue: Catalogue, drawn: list[Subject]) -> PhotographChoice:
    chosen = str(st.session_state.get(_CHOSEN.key) or "")
    _CHOSEN.write_address(chosen)
    subject = next((item for item in drawn if item.id == chosen), None)
    # An uploaded photograph that no longer exists is not an error of the address.
    uploads = st.session_state[_WAY.key] == _UPLOADS
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
        size = _number(gettext("Sample size"), "size", (3, _LARGEST), _USUAL_SIZE, help)
        help = gettext("The same seed takes the same photographs; another seed takes others.")
        seed = _number(gettext("Seed"), "seed", (1, 9_999), 1, help)
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


def _number(label: str, name: str, span: tuple[int, int], usual: int, help: str) -> int:
    parameter = Parameter(name, f"lab_{name}", bounded(*span), default=usual, remember=True)
    parameter.read_address()
    value = st.number_input(
        label, *span, step=1, key=parameter.key, help=help, width=160, persist_state="session"
    )
    parameter.write_address(value)
    return int(value)


def _disagreeing(
    catalogue: Catalogue, chosen: Filter, seed: int, size: int
) -> list[tuple[Photograph, str]]:
    place = home()
    preset_parameter(preset_names(place)).read_address()
    other_parameter(preset_names(place)).read_address()
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

    def report(done: int, total: int, note: Message) -> None:
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
