"""Alerts of runs: shown as they arrive, and a list of the most recent ones."""

import time
from urllib.parse import quote

import streamlit as st

from engine.home import Home
from engine.language.message import gettext
from engine.runs.alerts import Alert, kind_name, read_alerts
from studio import text
from studio.notify.component import notify

_SHOWN = 20
_ICONS = {"finished": ":material/check_circle:", "failed": ":material/error:"}
_OTHER = ":material/warning:"


def alerts_view(home: Home) -> None:
    """The most recent alerts, if there are any."""
    alerts = read_alerts(home).alerts
    if not alerts:
        return
    title = gettext("Alerts ({count})", count=len(alerts))
    with st.expander(title, icon=":material/notifications:"):
        for alert in reversed(alerts[-_SHOWN:]):
            st.markdown(f"{_icon(alert)} {describe_alert(alert, time.time())}")


def show_new_alerts(home: Home) -> None:
    """Show the alerts that arrived since the page was opened."""
    offset = st.session_state.get("runs.alerts.offset")
    new = read_alerts(home, offset or 0)
    st.session_state["runs.alerts.offset"] = new.offset
    # Earlier alerts are in the list.
    alerts = new.alerts if offset is not None else ()
    for alert in alerts:
        shown = f"**{text.plain(alert.run_id)}** · {text.plain(alert.text)}"
        st.toast(shown, icon=_icon(alert), duration="long")
    kept: list[Alert] = st.session_state.setdefault("runs.alerts.kept", [])
    kept.extend(alerts)
    del kept[:-_SHOWN]
    notify(kept)


def describe_alert(alert: Alert, now: float) -> str:
    """An alert in a line of Markdown, with a link to its run."""
    address = f"/runs?run={quote(alert.run_id, safe='')}"
    return (
        f"**[{text.plain(alert.run_id)}]({address})** · {text.plain(kind_name(alert.kind))} · "
        f"{text.plain(alert.text)} :gray[{text.ago(alert.at, now)}]"
    )


def _icon(alert: Alert) -> str:
    return _ICONS.get(alert.kind, _OTHER)
