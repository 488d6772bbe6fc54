"""Threshold by padding over the sample; a click on a cell applies its settings."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from engine.crop.box import Box
from engine.crop.judging import true_boxes
from engine.crop.sweep import Axis, Measure, Sweep, Swept, sweep_crops
from engine.language.message import deferred, gettext, ngettext
from engine.settings.crop import CropPreset
from studio.charts.sweep import WORDINGS, axis_labels, nearest, sweep_chart
from studio.crop_lab.controls import take_settings
from studio.crop_lab.wall import Cropped
from studio.current import home
from studio.live_chart.component import live_chart

_AXES: dict[Axis, str] = {
    "threshold": deferred("Saliency threshold"),
    "mass": deferred("Saliency in the square"),
}
# These settings do not affect a sweep.
_SWEPT_FIELDS = {"name", "threshold", "padding"}


def sweeping(cropped: Sequence[Cropped], preset: CropPreset) -> None:
    """Draw the sweep; clicking a cell reruns the lab with its settings."""
    swept = [item for item in cropped if item.found.looked]
    if not swept:
        st.info(gettext("Choose a preset with a detector to compare its settings."))
        return
    plants = _plants()
    known = sum(item.subject.sha256 in plants for item in swept)
    axis, measure = _choices(preset, known)
    with st.spinner(gettext("Trying every threshold with every padding …")):
        found = _swept(
            tuple(item.subject.sha256 for item in swept),
            preset.model_dump_json(exclude=_SWEPT_FIELDS | ({"mass"} if axis == "mass" else set())),
            axis,
            known,
            preset,
            swept,
            plants,
        )
    now = (getattr(preset, axis), preset.padding)

    def take_cell(column: str, row: str) -> None:
        padding = found.paddings[axis_labels(found.paddings).index(column)]
        take_settings(axis, found.rows[axis_labels(found.rows).index(row)], padding)

    chart = sweep_chart(found, measure, now)
    live_chart(chart, "lab_sweep", on_click=lambda mark: take_cell(mark.x, mark.y))
    means = ngettext("Mean of {n} photograph.", "Means of {n} photographs.", len(swept))
    if known:
        means = ngettext(
            "Means of {n} photograph; the plant's true box is known for {known}.",
            "Means of {n} photographs; the plant's true box is known for {known}.",
            len(swept),
            known=known,
        )
    click = gettext("Click a cell to use its settings; the outlined cell is closest to yours.")
    st.caption(" ".join([gettext(WORDINGS[measure].meaning), means, click]))
    _by_keyboard(found, now, take_cell)


def _choices(preset: CropPreset, known: int) -> tuple[Axis, Measure]:
    axes: list[Axis] = ["threshold", "mass"] if preset.policy == "mass_square" else ["threshold"]
    measures = [name for name in WORDINGS if known or name not in ("plant_kept", "fill")]
    with st.container(horizontal=True, gap="large"):
        measure = st.segmented_control(
            gettext("Measure shown"),
            measures,
            format_func=lambda name: gettext(WORDINGS[name].title),
            default=measures[0],
            required=True,
            key=f"lab_sweep_measure_{bool(known)}",
        )
        axis = st.segmented_control(
            gettext("Setting against padding"),
            axes,
            format_func=lambda axis: gettext(_AXES[axis]),
            default=axes[-1],
            required=True,
            key=f"lab_sweep_axis_{len(axes)}",
        )
    return axis or axes[0], measure or measures[0]


def _by_keyboard(
    found: Sweep, now: tuple[float, float], take_cell: Callable[[str, str], None]
) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = _value(gettext(_AXES[found.axis]), found.axis, found.rows, now[0])
        column = _value(gettext("Padding"), "padding", found.paddings, now[1])
        st.button(
            gettext("Use these settings"),
            key="lab_sweep_take",
            on_click=take_cell,
            args=(column, row),
        )


def _value(label: str, axis: str, values: tuple[float, ...], now: float) -> str:
    at = nearest(values, now)
    return str(st.selectbox(label, axis_labels(values), at, key=f"lab_sweep_{axis}"))


@st.cache_data(max_entries=32, show_spinner=False)
def _swept(
    hashes: tuple[str, ...],
    looks: str,
    axis: Axis,
    known: int,
    _preset: CropPreset,
    _cropped: Sequence[Cropped],
    _plants: dict[str, Box],
) -> Sweep:
    # One at a time: the map of a large photograph takes 100 MB.
    sample = (
        Swept(saliency, item.subject.size, _plants.get(item.subject.sha256))
        for item in _cropped
        if (saliency := item.found.saliency) is not None
    )
    return sweep_crops(sample, _preset, axis)


def _plants() -> dict[str, Box]:
    garden = home().garden
    try:
        written = (garden / "boxes.json").stat().st_mtime
    except OSError:
        return {}
    return _true_boxes(str(garden), written)


@st.cache_data(max_entries=2, show_spinner=False)
def _true_boxes(garden: str, written: float) -> dict[str, Box]:
    return true_boxes(Path(garden))
