"""The display options of the curves: the reader's choice, kept in the address."""

from typing import get_args

import streamlit as st

from engine.language.message import gettext
from studio.address import Parameter, titled
from studio.runs.charts import X_TITLES, Axis, ChartOptions


def choose_chart_options() -> ChartOptions:
    """Draw the options: x axis, smoothing, y axis."""
    axis = Parameter("runs.x", "runs.x", titled(X_TITLES), default="epoch", remember=True)
    axis.read_address()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            gettext("X axis"),
            get_args(Axis),
            format_func=lambda name: gettext(X_TITLES[name]),
            required=True,
            key=axis.key,
            persist_state="session",
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
    x: Axis = st.session_state[axis.key]
    axis.write_address(x)
    return ChartOptions(x, float(smoothing), bool(log))
