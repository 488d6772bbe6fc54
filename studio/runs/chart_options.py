"""How the curves are shown: the reader's choice, kept in the address."""

from typing import get_args

import streamlit as st

from studio.runs.charts import X_TITLES, Axis, ChartOptions


def choose_chart_options() -> ChartOptions:
    """Draw the choice: the x axis, the smoothing, the y axis."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        x = st.segmented_control(
            "Over",
            get_args(Axis),
            default="epoch",
            format_func=lambda axis: X_TITLES[axis],
            key="runs.x",
            bind="query-params",
        )
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.99,
            0.0,
            0.01,
            key="runs.smooth",
            bind="query-params",
            width=220,
            help="How much of the running mean each point of train keeps of the one before. "
            "The measured points stay behind it, fainter.",
        )
        log = st.toggle(
            "Logarithmic",
            key="runs.log",
            bind="query-params",
            help="The y axis in powers of ten.",
        )
    return ChartOptions(x or "epoch", float(smoothing), bool(log))
