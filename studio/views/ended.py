"""The end of a background job that did not finish."""

import streamlit as st

from engine.jobs.job import Job
from engine.language.message import gettext
from studio import text
from studio.views.problem import problem


def broke_off(job: Job, title: str, resumes: bool = True) -> None:
    """Show that the job failed, was stopped, or was lost; nothing in any other state.

    `title` names the job in the reader's language: "Quality scan". `resumes` means that completed
    work is kept.
    """
    if job.state == "failed":
        problem(job.reason or gettext("{title}: failed. Its log has the reason.", title=title))
    elif job.state == "damaged":
        problem(job.reason)
    elif job.state == "stopped":
        stopped = (
            gettext("{title}: stopped. Start it again to resume.", title=title)
            if resumes
            else gettext("{title}: stopped.", title=title)
        )
        st.info(text.plain(stopped), icon=":material/pause_circle:")
    elif job.state == "lost":
        problem(
            gettext(
                "{title}: stopped unexpectedly (a power cut, for example). "
                "Start it again to resume.",
                title=title,
            )
            if resumes
            else gettext(
                "{title}: stopped unexpectedly (a power cut, for example). Start it again.",
                title=title,
            )
        )
