"""The data volume and duration of a plan: by host, by size and by species."""

import numpy as np
import pandas as pd
import streamlit as st

from engine.download.plan import DownloadPlan, VariantForecast
from engine.language.message import gettext, ngettext
from studio import text
from studio.charts.tail import coverage_bars
from studio.download.choices import VARIANT_NAMES
from studio.live_chart.component import live_chart

_MOST_HOSTS = 10


def providers_table(forecast: VariantForecast) -> None:
    """The share of each provider and its limiting factor, slowest first."""
    shown = forecast.providers[:_MOST_HOSTS]
    st.markdown(f"**{gettext('Hosts, slowest first')}**")
    rows = [
        (
            text.plain(item.provider),
            text.number(item.images),
            text.size(item.bytes),
            text.duration(item.seconds),
            text.plain(str(item.limit)),
        )
        for item in shown
    ]
    columns = [
        gettext("Provider"),
        gettext("Addresses"),
        gettext("Data"),
        gettext("Time"),
        gettext("Limited by"),
    ]
    st.table(
        pd.DataFrame(rows, columns=columns).set_index(columns[0]),
        alt=gettext("Addresses, data, time and slowest limit of each provider"),
    )
    if more := len(forecast.providers) - len(shown):
        st.caption(
            ngettext("And {n} more, which is faster.", "And {n} more, which are faster.", more)
        )


def sizes_table(found: DownloadPlan) -> None:
    """The forecast for each size; the chosen one is in bold."""
    rows = [
        (
            f"**{name}**" if chosen else name,
            text.size(item.bytes),
            text.duration(item.seconds),
            text.percentage(item.fits, 0),
        )
        for item in found.variants
        for name, chosen in [(gettext(VARIANT_NAMES[item.variant]), item.variant == found.variant)]
    ]
    columns = [gettext("Size"), gettext("Data"), gettext("Time"), gettext("Fits the cache")]
    st.markdown(f"**{gettext('Forecast for each size')}**")
    st.table(
        pd.DataFrame(rows, columns=columns).set_index(columns[0]),
        alt=gettext("Data, time and the share that fits the cache, for each size"),
    )


def species_view(found: DownloadPlan) -> None:
    """The number of local photographs of each species, now and after the download."""
    now = np.array([item.now for item in found.species], np.int64)
    after = np.array([item.after for item in found.species], np.int64)
    live_chart(coverage_bars(now, after), "download.coverage")
    species, afterwards = gettext("Species"), gettext("Afterwards")
    with st.expander(gettext("All species")):
        st.dataframe(
            pd.DataFrame(
                {
                    species: [item.species for item in found.species],
                    gettext("Now"): now,
                    afterwards: after,
                }
            ).sort_values([afterwards, species]),
            hide_index=True,
            height=320,
            alt=gettext("Photographs of each species on this computer, now and afterwards"),
        )
