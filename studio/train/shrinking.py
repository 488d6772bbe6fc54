"""Small copies of a split's photographs, made before a run."""

from dataclasses import dataclass

import streamlit as st

from engine.home import Home
from engine.jobs.job import Job, start_job
from engine.language.message import gettext, ngettext
from engine.records import Count
from engine.settings.data import DataSettings
from studio.background import follow
from studio.views.problem import problem


@dataclass(frozen=True)
class _Copies:
    """The result of making small copies."""

    made: Count
    known: Count
    small: Count
    failed: Count


def small_copies(home: Home, data: DataSettings) -> None:
    """Offer to make the copies that a run with these settings reads, and show the job."""
    if not data.shrink_once or not data.split:
        return
    name = f"shrink-{data.split}-{data.shrink_side}"
    job = follow({name: gettext("Making small copies of {split}", split=data.split)})[name]
    if job.state == "running":
        return
    if job.has_failed:
        problem(job.reason or gettext("Making small copies stopped unexpectedly. Start it again."))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_said(job))
        if st.button(gettext("Make small copies"), key="train.shrink", type="tertiary"):
            side = str(data.shrink_side)
            start_job(home, name, ["shrink", "--split", data.split, "--side", side])
            st.rerun()


def _said(job: Job) -> str:
    copies = job.found(_Copies)
    if copies is None:
        return gettext(
            "The run reads small copies of the photographs. It makes missing ones before its "
            "first step."
        )
    count = copies.made + copies.known + copies.small
    said = ngettext(
        "Small copies of {n} photograph are ready.",
        "Small copies of {n} photographs are ready.",
        count,
    )
    if not copies.failed:
        return said
    failed = ngettext(
        "{n} photograph cannot be read.", "{n} photographs cannot be read.", copies.failed
    )
    return f"{said} {failed}"
