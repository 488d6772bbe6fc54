"""Small copies of a split's photographs, made ahead of a run."""

import streamlit as st

from engine.home import Home
from engine.runs.jobs import Job, start_job
from engine.settings.data import DataSettings
from studio import text
from studio.background import follow
from studio.views.problem import problem


def small_copies(home: Home, data: DataSettings) -> None:
    """Offer to make the copies that a run of these settings reads, and follow the job."""
    if not data.shrink_once or not data.split:
        return
    name = f"shrink-{data.split}-{data.shrink_side}"
    job = follow({name: f"Making small copies of {data.split}"})[name]
    if job.state == "running":
        return
    if job.state in ("failed", "lost"):
        problem(job.reason or "Making small copies ended without a word; start it again.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_said(job))
        if st.button("Make small copies now", key="train.shrink", type="tertiary"):
            side = str(data.shrink_side)
            start_job(home, name, ["shrink", "--split", data.split, "--side", side])
            st.rerun()


def _said(job: Job) -> str:
    if job.state != "finished" or not isinstance(job.result, dict):
        return (
            "The run reads small copies of the photographs; it makes those that are missing "
            "before its first step."
        )
    count = sum(job.result[key] for key in ("made", "known", "small"))
    said = f"Small copies of {text.count(count, 'photograph')} were there at the last look"
    failed = job.result["failed"]
    return f"{said}; {text.count(failed, 'photograph')} cannot be read." if failed else f"{said}."
