"""Browser notifications, if the user allows them."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.language.message import gettext
from engine.runs.alerts import Alert, kind_name

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "plant_studio_notify",
    css=(_HERE / "notify.css").read_text("utf-8"),
    js=(_HERE / "notify.js").read_text("utf-8"),
)


def notify(alerts: Sequence[Alert]) -> None:
    """Offer notifications, and show each of these alerts once."""
    shown = [
        {
            "id": "/".join(map(str, alert.identity)),
            "title": gettext("{run}: {kind}", run=alert.run_id, kind=kind_name(alert.kind)),
            "body": alert.text,
        }
        for alert in alerts
    ]
    _mount(key="notify", data={"alerts": shown, "button": gettext("Notify me in this browser")})
