"""How a background job ended that did not finish."""

import streamlit as st

from engine.jobs.job import Job
from engine.language.message import gettext
from studio.views.problem import problem


def broke_off(job: Job, what: str, resumes: bool = True) -> None:
    """Say why it failed, that it was stopped, or that it was lost; nothing in any other state.

    `what` begins the sentence: "The scan"; it `resumes` where what is done stays.
    """
    if job.state == "failed":
        problem(job.reason or f"{what} failed; its log under the home says why.")
    elif job.state == "damaged":
        problem(job.reason)
    elif job.state == "stopped":
        st.info(
            f"{what} was stopped.{' What is done stays; started again, it goes on.' * resumes}",
            icon=":material/pause_circle:",
        )
    elif job.state == "lost":
        problem(
            f"{what} ended without a word, as after a power cut. Start it again"
            f"{': what is done stays' * resumes}."
        )


def show_end(job: Job, resumes: bool = True) -> None:
    """Say why a job failed, that it was stopped, or that it was lost; nothing in any other state.

    One that `resumes` keeps what is done, for the next start to continue from.
    """
    if job.state in ("failed", "damaged"):
        problem(job.reason or gettext("It failed. Its log in data/jobs says why."))
    elif job.state == "stopped":
        said = gettext("Stopped.")
        if resumes:
            said = gettext("Stopped. Finished work is kept. Start again to continue.")
        st.info(said, icon=":material/pause_circle:")
    elif job.state == "lost":
        said = gettext("It stopped unexpectedly (a power cut, for example). Start it again.")
        if resumes:
            said = gettext(
                "It stopped unexpectedly (a power cut, for example). Finished work is kept. "
                "Start again to continue."
            )
        problem(said)
