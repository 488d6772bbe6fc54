"""The lab: controls, the photograph below them, and the sample under the same settings."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.crop.box import Box
from engine.language.message import deferred, gettext
from studio.address import Parameter, one_change, one_of
from studio.crop_lab.bench import bench, crop_metrics, model_view
from studio.crop_lab.chooser import PhotographChoice, is_stale, pick_photograph
from studio.crop_lab.controls import LabSettings, controls
from studio.crop_lab.manual import by_hand, squares_by_hand
from studio.crop_lab.subject import Subject
from studio.crop_lab.sweeping import sweeping
from studio.crop_lab.triage import triage
from studio.crop_lab.wall import crop_all, sample_wall
from studio.current import home
from studio.views.problem import problems_shown

_SECTIONS = {
    "wall": deferred("Sample"),
    "worst": deferred("Doubtful crops"),
    "sweep": deferred("Sweep"),
}
_SECTION = Parameter("show", "lab_section", one_of(_SECTIONS), default="wall", remember=True)


@st.fragment
@one_change()
def lab(choice: PhotographChoice) -> None:
    """Draw the lab. Moving a slider reruns only this part of the page."""
    with problems_shown():
        drawn = squares_by_hand()
        side_by_side = st.container(horizontal=True, gap="medium")
        with side_by_side.container(width=240):
            settings = controls(home())
        if is_stale(settings.preset.name):
            st.rerun()
        if choice.subject is not None:
            _looked_at(choice.subject, settings, drawn, side_by_side)
        _sections(choice, settings, drawn)


def _looked_at(
    subject: Subject, settings: LabSettings, drawn: dict[str, Box], beside: DeltaGenerator
) -> None:
    square = drawn.get(subject.sha256)
    with beside.container(width="stretch"):
        found = bench(subject, settings, square)
    crop_metrics(subject, found, settings.configuration.augmentation.val)
    model_view(subject, square or found.crop.square, settings.configuration)
    by_hand(subject, found.crop.square, square)


def _sections(choice: PhotographChoice, settings: LabSettings, drawn: dict[str, Box]) -> None:
    if not choice.sample:
        return
    st.space("small")
    _SECTION.read_address()
    section = st.segmented_control(
        gettext("View of the sample"),
        list(_SECTIONS),
        format_func=lambda section: gettext(_SECTIONS[section]),
        required=True,
        key=_SECTION.key,
        label_visibility="collapsed",
        persist_state="session",
    )
    _SECTION.write_address(section)
    # Only the first time; a preset that reads every pixel is slow on large photographs.
    with st.spinner(gettext("Cropping the sample …"), show_time=True):
        cropped = crop_all(choice.sample, settings, drawn)
    if section == "worst":
        triage(cropped)
    elif section == "sweep":
        sweeping(cropped, settings.preset)
    else:
        picked = sample_wall(cropped, choice.subject.id if choice.subject else "")
        if picked:
            pick_photograph(picked)
