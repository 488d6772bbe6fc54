"""Does it help? The one question that only a measurement on one's own photographs answers."""

from collections.abc import Sequence

import streamlit as st

from engine.crop.presets import CENTRE, DEFAULT, load_preset, preset_names
from engine.crop.verdict import Measured, read_verdict
from engine.home import Home
from engine.jobs.job import Job, start_job
from engine.settings.probe import ProbeSettings
from studio import text
from studio.background import follow
from studio.crop_lab.controls import PRESET
from studio.current import home
from studio.forms.form import Submit, settings_form
from studio.views.problem import problem
from studio.views.verdict import verdict_line

JOB = "probe"
_TITLE = "Measuring whether the crop helps"
_PRESETS = "lab_help_presets"


def helping() -> None:
    """Draw the question, the job that answers it, and the answers that are known.

    Its job is watched by a fragment, so it stands outside the lab's own.
    """
    place = home()
    st.header("Does it help?", anchor=False)
    st.caption(
        "A network that is not trained turns your labelled photographs into features, once under "
        "the centre crop and once under each preset; a linear classifier learns from some and is "
        "judged on the others, again and again. So it shows what a crop is worth on your own "
        "photographs, before a training pays for it.",
        width=720,
    )
    job = follow({JOB: _TITLE})[JOB]
    if job.state != "running":
        _ask(place)
    if job.has_failed:
        problem(job.reason or "The measurement ended without a word; start it again.")
    _answers(place)


def _ask(place: Home) -> None:
    names = [name for name in preset_names(place) if name != CENTRE.name]
    kept = [name for name in st.session_state.get(_PRESETS, ()) if name in names]
    chosen = st.session_state.get(PRESET)
    usual = chosen if chosen in names else DEFAULT.name
    st.session_state[_PRESETS] = kept or [usual]
    picked = st.multiselect(
        "Presets to measure against the centre crop", names, key=_PRESETS, max_selections=5
    )
    sent = settings_form(
        ProbeSettings(),
        "lab_help",
        fields=("network", "weights", "photographs"),
        more=("image_size", "folds", "repeats", "seed"),
        submits=(Submit("Does it help?", icon=":material/science:"),),
    )
    if sent is None:
        return
    if not picked:
        problem("Choose a preset to measure.")
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


def _answers(place: Home) -> None:
    presets = [load_preset(place, name) for name in preset_names(place) if name != CENTRE.name]
    known = [found for preset in presets if (found := read_verdict(place, preset)) is not None]
    if not known:
        return
    known.sort(key=lambda verdict: -verdict.difference.mean)
    for verdict in known:
        verdict_line(verdict)
    st.dataframe(
        {
            "Preset": [verdict.preset for verdict in known],
            "Accuracy": [_written(verdict.crop) for verdict in known],
            "Centre crop": [_written(verdict.centre) for verdict in known],
            "Difference (points)": [_points(verdict.difference) for verdict in known],
            "Photographs": [verdict.photographs for verdict in known],
            "Species": [verdict.species for verdict in known],
            "Network": [verdict.network for verdict in known],
        },
        hide_index=True,
    )
    st.caption("± is half of the 95 % interval, wide enough for folds that share photographs.")


def _written(measured: Measured) -> str:
    return f"{text.percentage(measured.mean)} ± {100 * measured.margin:.1f}"


def _points(measured: Measured) -> str:
    return f"{100 * measured.mean:+.1f} ± {100 * measured.margin:.1f}"
