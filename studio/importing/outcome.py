"""What the last import did."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd
import streamlit as st

from engine.catalogue.importing import ImportReport
from engine.jobs.job import Job, forget_job
from studio import text
from studio.current import catalogue, home
from studio.views.action import Action, act
from studio.views.ended import broke_off


def import_outcome(jobs: Mapping[str, Job]) -> None:
    """Say how the last import that has ended went; nothing where there is none."""
    ended = [job for job in jobs.values() if job.state not in ("none", "running")]
    if not ended:
        return
    last = max(ended, key=lambda job: job.started)
    with st.container(border=True):
        report = last.found(ImportReport)
        if report is not None:
            _report(asdict(report))
        broke_off(last, "The import")
        with st.container(horizontal=True):
            if last.state == "finished":
                act(Action("Browse the catalogue", "../pages/catalogue.py"), "import_browse")
                if _some_are_elsewhere():
                    act(Action("Fetch the photographs", "../pages/download.py"), "import_fetch")
            if act(Action("Close"), "import_close"):
                forget_job(home(), last.name)
                st.rerun()


def import_text(result: Mapping[str, Any]) -> str:
    """{"added": 12, "known": 3, "refused": 1} -> "12 photographs were added, …"."""
    added, known, refused = (int(result.get(key, 0)) for key in ("added", "known", "refused"))
    parts = [f"{text.count(added, 'photograph')} added"]
    if known:
        parts.append(f"{text.number(known)} known already")
    if refused:
        parts.append(f"{text.number(refused)} refused")
    return ", ".join(parts) + "."


def _some_are_elsewhere() -> bool:
    with catalogue() as opened:
        return opened.counts().by_state.get("remote", 0) > 0


def _report(result: Mapping[str, Any]) -> None:
    said, refused = import_text(result), int(result.get("refused", 0))
    if not refused:
        st.success(said, icon=":material/check_circle:")
        return
    st.warning(said, icon=":material/rule:")
    refusals = pd.DataFrame(result.get("refusals", []), columns=["origin", "reason"])
    shown = "" if len(refusals) == refused else f" (the first {text.number(len(refusals))})"
    st.markdown(f"**What was refused, and why**{shown}")
    st.dataframe(
        refusals,
        hide_index=True,
        height=min(38 + 35 * len(refusals), 320),
        column_config={
            "origin": st.column_config.TextColumn("Photograph", width="medium"),
            "reason": st.column_config.TextColumn("Reason", width="large"),
        },
        alt="Refused photographs with the reason for each",
    )
