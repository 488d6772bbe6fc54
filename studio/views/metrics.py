"""A row of important figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from studio import text


@dataclass(frozen=True)
class Metric:
    """A formatted figure and its label; optionally its help, and a line below.

    Value and line are shown literally; label and help are Markdown of our own.
    """

    label: str
    value: str
    help: str | None = None
    note: str | None = None


def metric_row(metrics: Sequence[Metric]) -> None:
    """The figures side by side; they wrap on a narrow page."""
    with st.grid(len(metrics) or 1, min_column_width=150, gap="small"):
        for metric in metrics:
            st.metric(
                metric.label,
                text.plain(metric.value),
                delta=metric.note and text.plain(metric.note),
                delta_color="off",
                delta_arrow="off",
                help=metric.help,
                border=True,
                height="stretch",
            )
