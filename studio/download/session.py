"""The state of the home's download: running, or the result of the last one."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from engine.download.control import DownloadControl, DownloadStatus, Phase
from engine.download.outcome import KIND_NAMES, KINDS
from engine.home import Home
from engine.jobs.job import Job, delete_job, read_job
from engine.language.message import gettext, ngettext
from studio import text
from studio.views.action import Action, act
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problem

JOB = "download"


@dataclass(frozen=True)
class Standing:
    """`phase` is none if no download runs, and starting until the process reports."""

    phase: Phase | Literal["none", "starting"]
    status: DownloadStatus
    job: Job


def standing(home: Home) -> Standing:
    """The state of the home's download, regardless of who started it."""
    control = DownloadControl(home)
    at_work, job = control.at_work, read_job(home, JOB)
    status = control.status() or DownloadStatus()
    if at_work:
        # The previous one reported that it ended.
        fresh = status.phase != "ended"
        return Standing(
            status.phase if fresh else "preparing", status if fresh else DownloadStatus(), job
        )
    if job.state != "running":
        return Standing("none", status, job)
    has_worked = status.started >= job.started
    return Standing("stopping" if has_worked else "starting", DownloadStatus(), job)


def is_going(home: Home) -> bool:
    """Whether a download is running or about to start."""
    return standing(home).phase != "none"


def last_session(home: Home) -> None:
    """The result of the last download; nothing if there was none, or it was dismissed."""
    found = standing(home)
    closed = st.session_state.get("download.closed") == found.status.started
    if closed or not (found.status.started or found.job.has_failed):
        return
    with st.container(border=True):
        _how_it_ended(found)
        if found.status.started:
            session_summary(found.status)
        if act(Action(gettext("Close")), "download.close"):
            delete_job(home, JOB)
            st.session_state["download.closed"] = found.status.started
            st.rerun()


def session_summary(status: DownloadStatus) -> None:
    """The current figures of a session."""
    seconds = max(0.0, status.t - status.started)
    removed = Metric(
        gettext("Removed"),
        ngettext("{n} file", "{n} files", status.removed),
        help=gettext("Downloaded files without a record, or damaged. They are in the trash."),
        note=text.size(status.removed_bytes),
    )
    metric_row(
        [
            Metric(gettext("Downloaded"), text.number(status.successful)),
            Metric(gettext("Failed"), text.number(status.failed), note=describe_kinds(status)),
            Metric(
                gettext("Rate limited"),
                text.number(status.rate_limited),
                help=gettext("Requests refused because there were too many (429)."),
            ),
            Metric(gettext("Time"), text.duration(seconds), note=_pace(status, seconds)),
            Metric(
                gettext("Cache"),
                f"{text.number(status.cache_before)} → {text.number(status.cache_after)}",
                help=gettext("Photographs on this computer, before and after."),
                note=text.size(status.cache_used) if status.cache_used else None,
            ),
            *([removed] if status.removed else []),
        ]
    )


def _how_it_ended(found: Standing) -> None:
    status = found.status
    began_later = found.job.started > status.started
    if found.job.state == "failed" and (began_later or status.why):
        problem(found.job.reason or gettext("It failed. Its log in data/jobs says why."))
    elif found.job.state == "damaged":
        problem(found.job.reason)
    elif found.job.state == "lost" or status.phase != "ended":
        problem(
            gettext(
                "The download stopped unexpectedly (a power cut, for example). Start it again. "
                "Downloaded photographs are kept."
            )
        )
    elif status.why:
        problem(status.why)
    elif status.left:
        st.info(
            ngettext(
                "The download ended. {n} address is left for the next one.",
                "The download ended. {n} addresses are left for the next one.",
                status.left,
            ),
            icon=":material/pause_circle:",
        )
    elif status.failed and not status.successful:
        st.warning(
            gettext("No photograph was downloaded. See Failed addresses below for the reasons."),
            icon=":material/cloud_off:",
        )
    else:
        st.success(gettext("Download finished."), icon=":material/check_circle:")


def describe_kinds(status: DownloadStatus) -> str | None:
    """The failures by kind: "Not available: 3, Not allowed: 1"; None if there are none."""
    found = [(kind, status.kinds.get(kind, 0)) for kind in KINDS]
    parts = [f"{gettext(KIND_NAMES[kind])}: {text.number(many)}" for kind, many in found if many]
    return ", ".join(parts) or None


def _pace(status: DownloadStatus, seconds: float) -> str | None:
    if not status.successful or seconds < 1:
        return None
    return gettext("{rate:.1f} per second", rate=status.successful / seconds)
