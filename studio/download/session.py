"""The home's download as it stands: going, or how the last one went."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from engine.download.control import DownloadControl, DownloadStatus, Phase
from engine.download.outcome import KINDS
from engine.home import Home
from engine.jobs.job import Job, forget_job, read_job
from studio import text
from studio.views.action import Action, act
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problem

JOB = "download"


@dataclass(frozen=True)
class Standing:
    """`phase` is none where nothing is going, starting until the process tells of itself."""

    phase: Phase | Literal["none", "starting"]
    status: DownloadStatus
    job: Job


def standing(home: Home) -> Standing:
    """How the home's download stands, whoever started it."""
    control = DownloadControl(home)
    at_work, job = control.at_work, read_job(home, JOB)
    status = control.status() or DownloadStatus()
    if at_work:
        # The one before this told that it has ended.
        fresh = status.phase != "ended"
        return Standing(
            status.phase if fresh else "preparing", status if fresh else DownloadStatus(), job
        )
    if job.state != "running":
        return Standing("none", status, job)
    has_worked = status.started >= job.started
    return Standing("stopping" if has_worked else "starting", DownloadStatus(), job)


def is_going(home: Home) -> bool:
    """Whether a download is at work or about to be."""
    return standing(home).phase != "none"


def last_session(home: Home) -> None:
    """How the last download went; nothing where there was none, or it was closed."""
    found = standing(home)
    closed = st.session_state.get("download.closed") == found.status.started
    if closed or not (found.status.started or found.job.has_failed):
        return
    with st.container(border=True):
        _how_it_ended(found)
        if found.status.started:
            session_summary(found.status)
        if act(Action("Close"), "download.close"):
            forget_job(home, JOB)
            st.session_state["download.closed"] = found.status.started
            st.rerun()


def session_summary(status: DownloadStatus) -> None:
    """The figures of a session, as they stand."""
    seconds = max(0.0, status.t - status.started)
    removed = Metric(
        "Removed",
        text.count(status.removed, "file"),
        help="Fetched files that no photograph names or that are damaged; they are in the trash.",
        note=text.size(status.removed_bytes),
    )
    metric_row(
        [
            Metric("Successful", text.number(status.successful)),
            Metric("Failed", text.number(status.failed), note=describe_kinds(status)),
            Metric(
                "Rate limited",
                text.number(status.rate_limited),
                help="Answers that said we asked too often (429).",
            ),
            Metric("Time", text.duration(seconds), note=_pace(status, seconds)),
            Metric(
                "Cache",
                f"{text.number(status.cache_before)} → {text.number(status.cache_after)}",
                help="Photographs on this machine, before and after.",
                note=text.size(status.cache_used) if status.cache_used else None,
            ),
            *([removed] if status.removed else []),
        ]
    )


def _how_it_ended(found: Standing) -> None:
    status = found.status
    began_later = found.job.started > status.started
    if found.job.state == "failed" and (began_later or status.note):
        problem(found.job.reason or "The download failed; its log under the home says why.")
    elif found.job.state == "damaged":
        problem(found.job.reason)
    elif found.job.state == "lost" or status.phase != "ended":
        problem(
            "The download ended without a word, as after a power cut. Start it again: what is "
            "here stays, and only what was on its way is fetched again."
        )
    elif status.note:
        problem(status.note)
    elif status.left:
        st.info(
            f"The download ended with {text.count(status.left, 'address', 'addresses')} left.",
            icon=":material/pause_circle:",
        )
    elif status.failed and not status.successful:
        st.warning(
            "The download is done, and nothing came. Why not stands below, under Given up.",
            icon=":material/cloud_off:",
        )
    else:
        st.success("The download is done.", icon=":material/check_circle:")


def describe_kinds(status: DownloadStatus) -> str | None:
    """The failures by class: "3 permanent, 1 policy"; None where there is none."""
    found = [(kind, status.kinds.get(kind, 0)) for kind in KINDS]
    return ", ".join(f"{many} {kind}" for kind, many in found if many) or None


def _pace(status: DownloadStatus, seconds: float) -> str | None:
    if not status.successful or seconds < 1:
        return None
    return f"{text.number(status.successful / seconds, 1)} a second"
