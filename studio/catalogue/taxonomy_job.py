"""The outcome of the background work with species names."""

from dataclasses import dataclass

import streamlit as st

from engine.jobs.job import Job, start_job
from engine.language.message import gettext
from engine.records import Count
from engine.taxonomy.proposals import corrected_text
from studio.current import home

JOB = "taxonomy"


@dataclass(frozen=True)
class _Acceptance:
    """The result of `taxonomy accept`."""

    changes: tuple[int, ...]
    images: Count


def start_names_job(*words: str) -> None:
    """Start a command in the background; used as a button's on_click callback."""
    start_job(home(), JOB, words)


def acceptance_outcome(job: Job) -> None:
    """Show what was accepted, with a button that undoes all of it."""
    done = job.found(_Acceptance)
    if not done or not done.changes:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        corrected = corrected_text(len(done.changes), done.images)
        st.markdown(f":green[:material/check_circle:] {corrected}", width="content")
        st.button(
            gettext("Undo all"),
            key="names_undo_all",
            icon=":material/undo:",
            on_click=start_names_job,
            args=("curate", "undo", *map(str, done.changes)),
        )
