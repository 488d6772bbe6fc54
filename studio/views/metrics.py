"""A row of figures that matter."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from studio import text


@dataclass(frozen=True)
class Metric:
    """A figure as people read it; what it is; optionally what it means, and a line below.

    Value and line are shown letter for letter; label and help are Markdown of our own.
    """

    label: str
    value: str
    help: str | None = None
    note: str | None = None


def metric_row(metrics: Sequence[Metric]) -> None:
    """The figures side by side, wrapping where the page is narrow."""
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
