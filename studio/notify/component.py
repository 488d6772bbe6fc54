"""Notifications of the browser, where its owner allows them."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.runs.alerts import Alert

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "plant_studio_notify",
    css=(_HERE / "notify.css").read_text("utf-8"),
    js=(_HERE / "notify.js").read_text("utf-8"),
)


def notify(alerts: Sequence[Alert]) -> None:
    """Offer notifications, and show these alerts as such, each once."""
    told = [
        {
            "id": "/".join(map(str, alert.identity)),
            "title": f"{alert.run_id}: {alert.kind}",
            "body": alert.sentence,
        }
        for alert in alerts
    ]
    _mount(key="notify", data={"alerts": told})
