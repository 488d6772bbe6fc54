"""Whom a download asks: each host's pace and state, and what is spent of the budgets."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from engine.download.control import DownloadStatus
from engine.download.gate import Gate, HostBudget, HostView
from engine.download.preferences import download_settings
from engine.download.store import open_download_store
from engine.home import Home
from studio import text

_SPANS = {60.0: "a minute", 3_600.0: "an hour", 86_400.0: "a day"}
_MOST_BUTTONS = 6


def host_table(hosts: Sequence[HostView], status: DownloadStatus) -> None:
    """One row a host, those with most left first."""
    rows = sorted(hosts, key=lambda view: -_left(view, status))
    st.dataframe(
        pd.DataFrame(
            {
                "Host": [view.host for view in rows],
                "State": [describe_state(view) for view in rows],
                "Asked": [status.hosts.get(view.host, (0, 0.0))[1] for view in rows],
                "Allowed": [view.allowed for view in rows],
                "Left": [_left(view, status) for view in rows],
                "Fetched": [view.photographs for view in rows],
                "Requests": [view.requests for view in rows],
                "Received": [text.size(view.bytes) for view in rows],
            }
        ),
        hide_index=True,
        height=min(38 + 35 * max(len(rows), 1), 330),
        column_config={
            "State": st.column_config.TextColumn(width="medium"),
            "Asked": st.column_config.NumberColumn(
                format="%.1f/s", help="Requests a second, over the last ten seconds."
            ),
            "Allowed": st.column_config.NumberColumn(
                format="%.1f/s", help="Its pace now; empty = as many as it takes."
            ),
            "Left": st.column_config.NumberColumn(format="localized"),
            "Fetched": st.column_config.NumberColumn(format="localized", help="Ever."),
            "Requests": st.column_config.NumberColumn(format="localized", help="Ever."),
        },
        alt="Each host with its state, its pace and what it has left",
    )


def describe_state(view: HostView) -> str:
    """The state of a host: "slowed", "paused for 3 min: The host is overloaded (503).",
    "parked: The host refuses it (403). Next try in 2 min."."""
    reason = f": {view.reason}" if view.reason else ""
    if view.state == "parked":
        return f"parked{reason} Next try in {text.duration(round(view.seconds_left))}."
    if view.seconds_left > 0:
        return f"{view.state} for {text.duration(round(view.seconds_left))}{reason}"
    if view.budget_wait > 1:
        return f"budget spent for {text.duration(round(view.budget_wait))}"
    return f"{view.state}{reason}"


def held_back(home: Home, hosts: Sequence[HostView]) -> None:
    """Those that are parked, each with a button to ask it again."""
    parked = [view for view in hosts if view.state == "parked"]
    if not parked:
        return
    with st.container(border=True):
        st.markdown(
            f"**{text.count(len(parked), 'host')} parked**: several addresses failed, and so did "
            "a test. The download tries again by itself. Asking sooner may get you blocked."
        )
        for view in parked[:_MOST_BUTTONS]:
            st.caption(text.plain(view.waiting))
            st.button(
                f"Try {text.plain(view.host)} now",
                key=f"download.release.{view.host}",
                on_click=_release,
                args=(home, view.host),
            )


def budget_bars(budgets: Mapping[str, Sequence[HostBudget]], status: DownloadStatus) -> None:
    """What is spent of each budget of a minute and longer."""
    if not budgets:
        return
    st.markdown("**Budgets**")
    with st.grid(2, min_column_width=300, gap="small"):
        for provider, found in budgets.items():
            for budget in found:
                share = min(budget.spent / budget.limit.most, 1.0)
                st.progress(share, f"{text.plain(provider)}: {describe_budget(budget)}")


def describe_budget(budget: HostBudget) -> str:
    """ "1.2 GB of 4.5 GB an hour", "12 of 55 requests a minute"."""
    limit = budget.limit
    span = _SPANS.get(limit.span, f"in {text.duration(limit.span)}")
    if limit.account.endswith(" bytes"):
        return f"{text.size(budget.spent)} of {text.size(limit.most)} {span}"
    return f"{text.number(budget.spent)} of {text.number(limit.most)} requests {span}"


def _left(view: HostView, status: DownloadStatus) -> int:
    return status.hosts.get(view.host, (0, 0.0))[0]


def _release(home: Home, host: str) -> None:
    with open_download_store(home) as downloads:
        Gate(downloads, download_settings(home)).release(host)
