"""What could not be fetched and why, to export and to try again."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from engine.download.failures import failures_csv
from engine.download.outcome import KINDS, Kind
from engine.download.queue import Queue
from engine.download.store import open_download_store
from engine.home import Home
from studio import text
from studio.download.session import is_going

_MEANINGS: dict[Kind, str] = {
    "permanent": "the host does not have it",
    "transient": "the host or the way to it was in trouble",
    "bad content": "what came is no whole photograph",
    "policy": "not allowed, by the host or by the studio's rules",
}
_SHOWN = 1_000


def failures(home: Home) -> None:
    """Every address that was given up, by class; nothing where there is none."""
    if not home.download_store.is_file():
        return
    with open_download_store(home) as downloads:
        counts = Queue(downloads).failure_counts()
    if not counts:
        return
    st.subheader("Given up", anchor=False)
    kind = _choose(counts)
    with open_download_store(home) as downloads:
        found = Queue(downloads).failures(kind, _SHOWN)
    total = counts.get(kind, 0) if kind else sum(counts.values())
    more = f"; the last {text.number(_SHOWN)} are shown" if total > len(found) else ""
    meaning = f": {_MEANINGS[kind]}" if kind else ""
    st.caption(f"{text.count(total, 'address', 'addresses')}{meaning}{more}.")
    st.dataframe(
        pd.DataFrame(
            {
                "Address": [item.url for item in found],
                "Reason": [item.reason for item in found],
                "Class": [item.kind for item in found],
                "Attempts": [item.attempts for item in found],
                "Given up": [text.moment(item.t) for item in found],
            }
        ),
        hide_index=True,
        height=min(38 + 35 * len(found), 320),
        column_config={
            "Address": st.column_config.TextColumn(width="medium"),
            "Reason": st.column_config.TextColumn(width="large"),
        },
        alt="Addresses that were given up, with the reason for each",
    )
    _actions(home, kind, total)


def _choose(counts: Mapping[str, int]) -> Kind | None:
    kinds = [kind for kind in KINDS if counts.get(kind)]
    if len(kinds) == 1:
        return kinds[0]
    chosen: Kind | None = st.segmented_control(
        "Class",
        kinds,
        format_func=lambda kind: f"{kind.capitalize()} {counts[kind]:,}",
        key="download.kind",
    )
    return chosen


def _actions(home: Home, kind: Kind | None, total: int) -> None:
    with st.container(horizontal=True):
        again = st.button(
            f"Take {'all of them' if kind is None else 'these'} up again",
            key="download.retry",
            icon=":material/replay:",
            disabled=is_going(home),
            help="While a download goes on, what it gives up stays so."
            if is_going(home)
            else "They are part of the next download.",
        )
        st.download_button(
            "Export as CSV",
            lambda: _as_csv(home),
            "failures.csv",
            "text/csv",
            key="download.export",
            icon=":material/download:",
            on_click="ignore",
        )
    if again:
        with open_download_store(home) as downloads:
            taken = Queue(downloads).retry(kind)
        st.toast(f"{text.count(taken, 'address', 'addresses')} are in the plan again.")
        st.rerun()


def _as_csv(home: Home) -> str:
    with open_download_store(home) as downloads:
        return failures_csv(Queue(downloads), spreadsheet_safe=True)
