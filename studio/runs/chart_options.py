"""The display options of the curves: the reader's choice, kept in the address."""

from typing import get_args

import streamlit as st

from engine.language.message import gettext
from studio.runs.charts import X_TITLES, Axis, ChartOptions


def choose_chart_options() -> ChartOptions:
    """Draw the options: x axis, smoothing, y axis."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        x = st.segmented_control(
            gettext("X axis"),
            get_args(Axis),
            default="epoch",
            format_func=lambda axis: gettext(X_TITLES[axis]),
            key="runs.x",
            bind="query-params",
        )
        smoothing = st.slider(
            gettext("Smoothing"),
            0.0,
            0.99,
            0.0,
            0.01,
            key="runs.smooth",
            bind="query-params",
            width=220,
            help=gettext(
                "Smooths the train curves, to show the trend. Try 0.6 first. The measured points "
                "stay visible, fainter."
            ),
        )
        log = st.toggle(
            gettext("Log scale"),
            key="runs.log",
            bind="query-params",
            help=gettext("Shows the y axis in powers of ten, so that small changes are visible."),
        )
    return ChartOptions(x or "epoch", float(smoothing), bool(log))
