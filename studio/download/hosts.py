"""The hosts of a download: rate and state of each, and the use of the budgets."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from engine.download.control import DownloadStatus
from engine.download.gate import Gate, HostBudget, HostView
from engine.download.host import State
from engine.download.preferences import download_settings
from engine.download.store import open_download_store
from engine.home import Home
from engine.language.message import deferred, gettext, message, ngettext
from studio import text

_STATES: dict[State, str] = {
    "ok": deferred("OK"),
    "slowed": deferred("Slowed down"),
    "paused": deferred("Paused"),
    "parked": deferred("Parked"),
}
_MOST_BUTTONS = 6


def host_table(hosts: Sequence[HostView], status: DownloadStatus) -> None:
    """One row per host, in descending order of remaining requests."""
    rows = sorted(hosts, key=lambda view: -_left(view, status))
    state, rate, most = gettext("State"), gettext("Rate"), gettext("Limit")
    left, fetched = gettext("Left"), gettext("Downloaded")
    requests, ever = gettext("Requests"), gettext("In all downloads so far.")
    st.dataframe(
        pd.DataFrame(
            {
                gettext("Host"): [view.host for view in rows],
                state: [describe_state(view) for view in rows],
                rate: [status.hosts.get(view.host, (0, 0.0))[1] for view in rows],
                most: [view.allowed for view in rows],
                left: [_left(view, status) for view in rows],
                fetched: [view.photographs for view in rows],
                requests: [view.requests for view in rows],
                gettext("Received"): [text.size(view.bytes) for view in rows],
            }
        ),
        hide_index=True,
        height=min(38 + 35 * max(len(rows), 1), 330),
        column_config={
            state: st.column_config.TextColumn(width="medium"),
            rate: st.column_config.NumberColumn(
                format="%.1f/s", help=gettext("Requests per second over the last ten seconds.")
            ),
            most: st.column_config.NumberColumn(
                format="%.1f/s", help=gettext("Requests per second at most now; empty = no limit.")
            ),
            left: st.column_config.NumberColumn(format="localized"),
            fetched: st.column_config.NumberColumn(format="localized", help=ever),
            requests: st.column_config.NumberColumn(format="localized", help=ever),
        },
        alt=gettext("State, rate and remaining addresses of each host"),
    )


def describe_state(view: HostView) -> str:
    """The state of a host: "Slowed down", "Paused for 3 min. The host is overloaded (503).",
    "Parked. The host refuses access (403). Next try in 2 min.".
    """
    state, left = gettext(_STATES[view.state]), round(view.seconds_left)
    if view.state == "parked":
        reason = view.reason or message("It did not answer.")
        return gettext("Parked. {reason} Next try in {time:duration}.", reason=reason, time=left)
    if left > 0 and view.reason:
        return gettext(
            "{state} for {time:duration}. {reason}", state=state, time=left, reason=view.reason
        )
    if left > 0:
        return gettext("{state} for {time:duration}.", state=state, time=left)
    if view.budget_wait > 1:
        return gettext("Budget used up for {time:duration}.", time=round(view.budget_wait))
    return gettext("{state}. {reason}", state=state, reason=view.reason) if view.reason else state


def held_back(home: Home, hosts: Sequence[HostView]) -> None:
    """The parked hosts, each with a button to retry."""
    parked = [view for view in hosts if view.state == "parked"]
    if not parked:
        return
    with st.container(border=True):
        title = ngettext("{n} host is parked", "{n} hosts are parked", len(parked))
        st.markdown(
            f"**{title}**",
            help=gettext(
                "Several addresses failed in a row. The download tries again by itself. Trying "
                "sooner may get you blocked."
            ),
        )
        for view in parked[:_MOST_BUTTONS]:
            st.caption(text.plain(str(view.waiting)))
            st.button(
                text.plain(gettext("Try {host} now", host=view.host)),
                key=f"download.release.{view.host}",
                on_click=_release,
                args=(home, view.host),
            )


def budget_bars(budgets: Mapping[str, Sequence[HostBudget]], status: DownloadStatus) -> None:
    """The used share of each budget of a minute or longer."""
    if not budgets:
        return
    st.markdown(
        f"**{gettext('Budgets')}**",
        help=gettext("Requests and data that providers allow, and how much of it is used."),
    )
    with st.grid(2, min_column_width=300, gap="small"):
        for provider, found in budgets.items():
            for budget in found:
                share = min(budget.spent / budget.limit.most, 1.0)
                st.progress(share, text.plain(f"{provider}: {describe_budget(budget)}"))


def describe_budget(budget: HostBudget) -> str:
    """For example "1.2 GB of 4.5 GB per hour" or "12 of 55 requests per minute"."""
    if budget.limit.is_of_bytes:
        return gettext("{spent:size} of {limit}", spent=budget.spent, limit=budget.limit.message)
    return gettext("{spent} of {limit}", spent=budget.spent, limit=budget.limit.message)


def _left(view: HostView, status: DownloadStatus) -> int:
    return status.hosts.get(view.host, (0, 0.0))[0]


def _release(home: Home, host: str) -> None:
    with open_download_store(home) as downloads:
        Gate(downloads, download_settings(home)).release(host)
