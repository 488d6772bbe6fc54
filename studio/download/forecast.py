"""A plan's bytes and days: by host, by size and by species."""

import numpy as np
import pandas as pd
import streamlit as st

from engine.download.plan import DownloadPlan, VariantForecast
from studio import text
from studio.charts.tail import coverage_bars
from studio.live_chart.component import live_chart

_MOST_HOSTS = 10


def providers_table(forecast: VariantForecast) -> None:
    """Each provider's part and what limits it, the slowest first."""
    shown = forecast.providers[:_MOST_HOSTS]
    st.markdown("**Who is asked, the slowest first**")
    rows = [
        (
            text.plain(item.provider),
            text.number(item.images),
            text.size(item.bytes),
            text.duration(item.seconds),
            text.plain(item.limit),
        )
        for item in shown
    ]
    columns = ["Provider", "Addresses", "Bytes", "Time", "Limited by"]
    st.table(
        pd.DataFrame(rows, columns=columns).set_index("Provider"),
        alt="Each provider's addresses, bytes and time, and the limit that takes longest",
    )
    if more := len(forecast.providers) - len(shown):
        st.caption(f"And {text.count(more, 'more', 'more')}, which take less time.")


def sizes_table(found: DownloadPlan) -> None:
    """What each size would mean; the chosen one is in bold."""
    rows = [
        (
            f"**{item.variant.capitalize()}**" if chosen else item.variant.capitalize(),
            text.size(item.bytes),
            text.duration(item.seconds),
            text.percentage(item.fits, 0),
        )
        for item in found.variants
        for chosen in [item.variant == found.variant]
    ]
    columns = ["Size", "Bytes", "Time", "Fits the cache"]
    st.markdown("**In each size**")
    st.table(
        pd.DataFrame(rows, columns=columns).set_index("Size"),
        alt="Bytes, time and the share that fits the cache, in each size",
    )


def species_view(found: DownloadPlan) -> None:
    """How many photographs each species has on this machine, now and afterwards."""
    now = np.array([item.now for item in found.species], np.int64)
    after = np.array([item.after for item in found.species], np.int64)
    live_chart(coverage_bars(now, after), "download.coverage")
    with st.expander("Each species"):
        st.dataframe(
            pd.DataFrame(
                {
                    "Species": [item.species for item in found.species],
                    "Now": now,
                    "Afterwards": after,
                }
            ).sort_values(["Afterwards", "Species"]),
            hide_index=True,
            height=320,
            alt="Photographs of each species on this machine, now and afterwards",
        )
