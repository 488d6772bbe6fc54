"""Background jobs on a page: live progress, also after the page is reopened."""

import time
from collections.abc import Mapping

import streamlit as st

from engine.jobs.job import Job, read_job, stop_job
from engine.language.message import gettext
from studio.current import home
from studio.views.job import job

_TELLING_SECONDS = 3.0


def follow(titles: Mapping[str, str]) -> dict[str, Job]:
    """Draw the running ones of the jobs, live, each with its title; return the state of all.

    The page reruns when one of them ends.
    """
    jobs = {name: read_job(home(), name) for name in titles}
    running = {name: titles[name] for name, found in jobs.items() if found.state == "running"}
    if running:
        _watch(running)
    return jobs


@st.fragment(run_every=0.5)
def _watch(running: Mapping[str, str]) -> None:
    for name, title in running.items():
        found = read_job(home(), name)
        if found.state != "running":
            st.rerun()
        passed = time.time() - found.started if found.started else 0.0
        so_far = gettext("{time:duration} so far", time=passed) if passed >= 1 else ""
        asked_to_stop = job(
            title,
            "stopping" if found.stopping else "running",
            done=found.done,
            total=found.total,
            note=" · ".join(part for part in (found.note, so_far) if part),
            seconds_left=_seconds_left(passed, found),
            key=f"job_{name}",
        )
        if asked_to_stop:
            stop_job(home(), name)
            st.rerun(scope="fragment")


def _seconds_left(passed: float, found: Job) -> float | None:
    """Seconds until a job ends, at its average pace; None in its first moments."""
    if not found.done or passed < _TELLING_SECONDS:
        return None
    return passed * (found.total - found.done) / found.done
