"""A download while it goes on: steered, and watched."""

import streamlit as st

from engine.download.control import DownloadControl, DownloadStatus
from engine.download.preferences import download_settings
from engine.download.situation import Situation, situation
from engine.download.store import open_download_store
from engine.home import Home
from engine.jobs.job import stop_job
from studio import text
from studio.download.hosts import budget_bars, held_back, host_table
from studio.download.latest import latest
from studio.download.session import JOB, Standing, describe_kinds, standing
from studio.views.metrics import Metric, metric_row

_WORDS = {
    "starting": ("blue", "hourglass_top", "Starting"),
    "preparing": ("blue", "hourglass_top", "Preparing"),
    "running": ("blue", "autorenew", "Running"),
    "paused": ("yellow", "pause_circle", "Paused"),
    "stopping": ("orange", "hourglass_bottom", "Stopping"),
}


@st.fragment(run_every=1.0)
def watch(home: Home) -> None:
    """Draw it afresh every second; the page runs anew when it ends."""
    found = standing(home)
    if found.phase in ("none", "ended"):
        st.rerun()
    with st.container(border=True):
        _steer(home, found)
        _progress(found)
    if not found.status.started or found.phase == "preparing":
        return
    with open_download_store(home) as downloads:
        now = situation(downloads, download_settings(home), found.status.hosts)
    _figures(found.status, now)
    held_back(home, now.hosts)
    host_table(now.hosts, found.status)
    budget_bars(now.budgets, found.status)
    latest(home, now.recent)


def _steer(home: Home, found: Standing) -> None:
    control = DownloadControl(home)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        colour, icon, word = _WORDS[found.phase]
        st.markdown(f"**Downloading** &ensp;:{colour}-badge[:material/{icon}: {word}]")
        with st.container(horizontal=True, width="content"):
            if control.asked_to_pause:
                resume = ":material/play_arrow:"
                st.button("Resume", key="download.resume", icon=resume, on_click=control.go_on)
            elif found.phase == "running":
                pause = ":material/pause:"
                st.button("Pause", key="download.pause", icon=pause, on_click=control.pause)
            if found.phase in ("running", "paused"):
                st.button(
                    "Stop", key="download.stop", icon=":material/stop:", on_click=control.stop
                )
            elif found.job.state == "running":
                st.button(
                    "End at once",
                    key="download.end",
                    icon=":material/stop_circle:",
                    help="Cut what is on its way; it is fetched again by the next download.",
                    on_click=_end_at_once,
                    args=(home,),
                )


def _end_at_once(home: Home) -> None:
    stop_job(home, JOB)


def _progress(found: Standing) -> None:
    status = found.status
    done = status.total - status.left
    if status.total:
        st.progress(min(done / status.total, 1.0))
    else:
        st.skeleton(height=8)
    parts = [
        f"{text.number(done)} of {text.count(status.total, 'address', 'addresses')}"
        if status.total
        else "Looking through the catalogue",
        f"{text.duration(status.t - status.started)} so far" if status.started else "",
        f"about {text.duration(status.seconds_left)} left"
        if status.seconds_left and found.phase == "running"
        else "",
        f"{text.number(status.rate_limited)} rate limited" if status.rate_limited else "",
    ]
    st.caption(" · ".join(part for part in parts if part))
    if status.note:
        st.info(text.plain(status.note), icon=":material/info:")


def _figures(status: DownloadStatus, now: Situation) -> None:
    metric_row(
        [
            Metric(
                "Rate",
                f"{text.number(status.photographs_per_second, 1)}/s",
                note=_allowed(now, status),
                help="Photographs a second, over the last ten seconds; and how many requests a "
                "second the hosts with addresses left may be asked now.",
            ),
            Metric("Bandwidth", f"{text.size(round(status.bytes_per_second))}/s"),
            Metric("Fetched", text.number(status.successful), note=text.size(status.received)),
            Metric("Failed", text.number(status.failed), note=describe_kinds(status)),
            Metric("Left", text.number(status.left)),
        ]
    )
    share = status.cache_used / status.cache_most if status.cache_most else 0.0
    st.progress(
        min(share, 1.0),
        f"Cache: {text.size(status.cache_used)} of {text.size(status.cache_most)}",
    )


def _allowed(now: Situation, status: DownloadStatus) -> str:
    """What the hosts with addresses left are asked at most, in requests a second."""
    busy = [view for view in now.hosts if status.hosts.get(view.host, (0, 0.0))[0]]
    open_ = [view for view in busy if view.state in ("ok", "slowed") and not view.budget_wait > 1]
    if any(view.allowed is None for view in open_):
        return "allowed: no limit"
    return f"allowed {text.number(sum(view.allowed or 0 for view in open_), 1)}/s"
