"""Measure on the user's own photographs whether a crop helps a classifier."""

from collections.abc import Sequence

import streamlit as st

from engine.crop.presets import CENTRE, DEFAULT, load_preset, preset_names
from engine.crop.verdict import Measured, Verdict, read_verdict
from engine.home import Home
from engine.jobs.job import Job, read_job, start_job
from engine.language.formats import signed
from engine.language.message import deferred, gettext
from engine.settings.probe import ProbeSettings
from studio import text
from studio.background import follow
from studio.crop_lab.controls import PRESET
from studio.current import home
from studio.forms.form import Submit, settings_form
from studio.views.problem import problem
from studio.views.verdict import verdict_line

JOB = "probe"
_TITLE = deferred("Measuring whether the crop helps")
_PRESETS = "lab_help_presets"


def helping() -> None:
    """Draw the form of the measurement, its job, and the known results.

    A fragment watches its job, so it is outside the lab's own fragment.
    """
    place = home()
    known = _known(place)
    is_open = bool(known) or read_job(place, JOB).state != "none"
    with st.expander(gettext("Does the crop help?"), is_open, icon=":material/science:"):
        st.caption(
            gettext(
                "A fixed network computes features of your photographs, with the centre crop and "
                "with each preset. A linear classifier on them shows which crop gives the better "
                "accuracy."
            )
        )
        job = follow({JOB: gettext(_TITLE)})[JOB]
        if job.state != "running":
            _ask(place)
        if job.has_failed:
            problem(job.reason or gettext("The measurement stopped unexpectedly. Start it again."))
        _answers(known)


def _ask(place: Home) -> None:
    names = [name for name in preset_names(place) if name != CENTRE.name]
    kept = [name for name in st.session_state.get(_PRESETS, ()) if name in names]
    chosen = st.session_state.get(PRESET)
    usual = chosen if chosen in names else DEFAULT.name
    st.session_state[_PRESETS] = kept or [usual]
    picked = st.multiselect(
        gettext("Presets to compare with the centre crop"), names, key=_PRESETS, max_selections=5
    )
    sent = settings_form(
        ProbeSettings(),
        "lab_help",
        fields=("network", "weights", "photographs"),
        more=("image_size", "folds", "repeats", "seed"),
        submits=(Submit(gettext("Measure the crop"), icon=":material/science:"),),
    )
    if sent is None:
        return
    if not picked:
        problem(gettext("Choose a preset to measure."))
        return
    start_probe(place, picked, sent.changes)
    st.rerun()


def start_probe(place: Home, presets: Sequence[str], changes: dict[str, object]) -> Job:
    """Start the measurement in the background."""
    arguments = ["crop", "probe"]
    for name in presets:
        arguments += ["--preset", name]
    for field, value in changes.items():
        if value is not None:
            arguments += [f"--{field.replace('_', '-')}", str(value)]
    return start_job(place, JOB, arguments)


def _known(place: Home) -> list[Verdict]:
    """What was measured of each preset, the best first."""
    presets = [load_preset(place, name) for name in preset_names(place) if name != CENTRE.name]
    known = [found for preset in presets if (found := read_verdict(place, preset)) is not None]
    return sorted(known, key=lambda verdict: -verdict.difference.mean)


def _answers(known: Sequence[Verdict]) -> None:
    if not known:
        return
    for verdict in known:
        verdict_line(verdict)
    st.dataframe(
        {
            gettext("Preset"): [verdict.preset for verdict in known],
            gettext("Accuracy"): [_written(verdict.crop) for verdict in known],
            gettext("Centre crop"): [_written(verdict.centre) for verdict in known],
            gettext("Difference (points)"): [_points(verdict.difference) for verdict in known],
            gettext("Photographs"): [verdict.photographs for verdict in known],
            gettext("Species"): [verdict.species for verdict in known],
            gettext("Network"): [verdict.network for verdict in known],
        },
        hide_index=True,
    )
    st.caption(gettext("± is half of the 95% confidence interval."))


def _written(measured: Measured) -> str:
    return f"{text.percentage(measured.mean)} ± {text.number(100 * measured.margin, 1)}"


def _points(measured: Measured) -> str:
    return f"{signed(100 * measured.mean, 1)} ± {text.number(100 * measured.margin, 1)}"
