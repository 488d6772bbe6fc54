"""Small copies of a split's photographs, made ahead of a run."""

from dataclasses import dataclass

import streamlit as st

from engine.home import Home
from engine.jobs.job import Job, start_job
from engine.records import Count
from engine.settings.data import DataSettings
from studio import text
from studio.background import follow
from studio.views.problem import problem


@dataclass(frozen=True)
class _Copies:
    """What the making of small copies tells when it has finished."""

    made: Count
    known: Count
    small: Count
    failed: Count


def small_copies(home: Home, data: DataSettings) -> None:
    """Offer to make the copies that a run of these settings reads, and follow the job."""
    if not data.shrink_once or not data.split:
        return
    name = f"shrink-{data.split}-{data.shrink_side}"
    job = follow({name: f"Making small copies of {data.split}"})[name]
    if job.state == "running":
        return
    if job.has_failed:
        problem(job.reason or "Making small copies ended without a word; start it again.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_said(job))
        if st.button("Make small copies now", key="train.shrink", type="tertiary"):
            side = str(data.shrink_side)
            start_job(home, name, ["shrink", "--split", data.split, "--side", side])
            st.rerun()


def _said(job: Job) -> str:
    copies = job.found(_Copies)
    if copies is None:
        return (
            "The run reads small copies of the photographs; it makes those that are missing "
            "before its first step."
        )
    count = copies.made + copies.known + copies.small
    said = f"Small copies of {text.count(count, 'photograph')} were there at the last look"
    if not copies.failed:
        return f"{said}."
    return f"{said}; {text.count(copies.failed, 'photograph')} cannot be read."
