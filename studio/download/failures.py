"""Failed downloads and their reasons, with export and retry."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from engine.download.failures import failures_csv
from engine.download.outcome import KIND_NAMES, KINDS, Kind
from engine.download.queue import Queue
from engine.download.store import open_download_store
from engine.home import Home
from engine.language.message import deferred, gettext, ngettext
from studio import text
from studio.download.session import is_going

_MEANINGS: dict[Kind, str] = {
    "permanent": deferred("The host has no such photograph."),
    "transient": deferred("The host or the network failed repeatedly."),
    "bad content": deferred("The host did not send a complete photograph."),
    "policy": deferred("The host or a setting of the studio does not allow it."),
}
_SHOWN = 1_000


def failures(home: Home) -> None:
    """All failed addresses by class; nothing if there are none."""
    if not home.download_store.is_file():
        return
    with open_download_store(home) as downloads:
        counts = Queue(downloads).failure_counts()
    if not counts:
        return
    st.subheader(gettext("Failed addresses"), anchor=False)
    kind = _choose(counts)
    with open_download_store(home) as downloads:
        found = Queue(downloads).failures(kind, _SHOWN)
    total = counts.get(kind, 0) if kind else sum(counts.values())
    said = [ngettext("{n} address.", "{n} addresses.", total)]
    if kind:
        said.append(gettext(_MEANINGS[kind]))
    if total > len(found):
        said.append(gettext("The last {shown} are shown.", shown=len(found)))
    st.caption(" ".join(said))
    address, reason = gettext("Address"), gettext("Reason")
    st.dataframe(
        pd.DataFrame(
            {
                address: [item.url for item in found],
                reason: [str(item.reason) for item in found],
                gettext("Kind"): [_name(item.kind) for item in found],
                gettext("Attempts"): [item.attempts for item in found],
                gettext("Failed at"): [text.moment(item.t) for item in found],
            }
        ),
        hide_index=True,
        height=min(38 + 35 * len(found), 320),
        column_config={
            address: st.column_config.TextColumn(width="medium"),
            reason: st.column_config.TextColumn(width="large"),
        },
        alt=gettext("Failed addresses, each with its reason"),
    )
    _actions(home, kind, total)


def _choose(counts: Mapping[str, int]) -> Kind | None:
    kinds = [kind for kind in KINDS if counts.get(kind)]
    if len(kinds) == 1:
        return kinds[0]
    chosen: Kind | None = st.segmented_control(
        gettext("Kind"),
        kinds,
        format_func=lambda kind: f"{_name(kind)} · {text.number(counts[kind])}",
        key="download.kind",
    )
    return chosen


def _actions(home: Home, kind: Kind | None, total: int) -> None:
    with st.container(horizontal=True):
        again = st.button(
            gettext("Retry all") if kind is None else gettext("Retry these"),
            key="download.retry",
            icon=":material/replay:",
            disabled=is_going(home),
            help=gettext("Wait until the download ends.")
            if is_going(home)
            else gettext("The next download tries them again."),
        )
        st.download_button(
            gettext("Export as CSV"),
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
        st.toast(
            ngettext(
                "{n} address is in the plan again.", "{n} addresses are in the plan again.", taken
            )
        )
        st.rerun()


def _name(kind: Kind) -> str:
    # A store of another version may contain another kind.
    return gettext(KIND_NAMES.get(kind, kind))


def _as_csv(home: Home) -> str:
    with open_download_store(home) as downloads:
        return failures_csv(Queue(downloads), spreadsheet_safe=True)
