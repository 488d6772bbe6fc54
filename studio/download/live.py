"""A running download: its controls and its progress."""

import streamlit as st

from engine.download.control import DownloadControl, DownloadStatus
from engine.download.preferences import download_settings
from engine.download.situation import Situation, situation
from engine.download.store import open_download_store
from engine.home import Home
from engine.jobs.job import stop_job
from engine.language.message import deferred, gettext, ngettext
from studio import text
from studio.download.hosts import budget_bars, held_back, host_table
from studio.download.latest import latest
from studio.download.session import JOB, Standing, describe_kinds, standing
from studio.views.metrics import Metric, metric_row

_WORDS = {
    "starting": ("blue", "hourglass_top", deferred("Starting")),
    "preparing": ("blue", "hourglass_top", deferred("Preparing")),
    "running": ("blue", "autorenew", deferred("Running")),
    "paused": ("yellow", "pause_circle", deferred("Paused")),
    "stopping": ("orange", "hourglass_bottom", deferred("Stopping")),
}


@st.fragment(run_every=1.0)
def watch(home: Home) -> None:
    """Redraw it every second; the page reruns when it ends."""
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
        badge = f":{colour}-badge[:material/{icon}: {gettext(word)}]"
        st.markdown(f"**{gettext('Downloading')}** &ensp;{badge}")
        with st.container(horizontal=True, width="content"):
            if control.asked_to_pause:
                resume = ":material/play_arrow:"
                st.button(
                    gettext("Resume"), key="download.resume", icon=resume, on_click=control.go_on
                )
            elif found.phase == "running":
                pause = ":material/pause:"
                st.button(
                    gettext("Pause"), key="download.pause", icon=pause, on_click=control.pause
                )
            if found.phase in ("running", "paused"):
                st.button(
                    gettext("Stop"),
                    key="download.stop",
                    icon=":material/stop:",
                    on_click=control.stop,
                )
            elif found.job.state == "running":
                st.button(
                    gettext("Stop now"),
                    key="download.end",
                    icon=":material/stop_circle:",
                    help=gettext("Cuts open transfers; the next download repeats them."),
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
        ngettext("{done} of {n} address", "{done} of {n} addresses", status.total, done=done)
        if status.total
        else gettext("Reading the catalogue"),
        gettext("{time:duration} so far", time=status.t - status.started) if status.started else "",
        gettext("{time:duration} left", time=status.seconds_left)
        if status.seconds_left and found.phase == "running"
        else "",
        gettext("{n} rate limited", n=status.rate_limited) if status.rate_limited else "",
    ]
    st.caption(" · ".join(part for part in parts if part))
    if status.why:
        st.info(text.plain(status.why), icon=":material/info:")


def _figures(status: DownloadStatus, now: Situation) -> None:
    metric_row(
        [
            Metric(
                gettext("Rate"),
                f"{text.number(status.photographs_per_second, 1)}/s",
                note=_allowed(now, status),
                help=gettext(
                    "Photographs per second over the last ten seconds, and the requests per "
                    "second that hosts allow now."
                ),
            ),
            Metric(gettext("Bandwidth"), f"{text.size(round(status.bytes_per_second))}/s"),
            Metric(
                gettext("Downloaded"),
                text.number(status.successful),
                note=text.size(status.received),
            ),
            Metric(gettext("Failed"), text.number(status.failed), note=describe_kinds(status)),
            Metric(gettext("Left"), text.number(status.left)),
        ]
    )
    share = status.cache_used / status.cache_most if status.cache_most else 0.0
    st.progress(
        min(share, 1.0),
        gettext(
            "Cache: {used:size} of {most:size}", used=status.cache_used, most=status.cache_most
        ),
    )


def _allowed(now: Situation, status: DownloadStatus) -> str:
    """The maximum request rate of the hosts with remaining addresses, in requests per second."""
    busy = [view for view in now.hosts if status.hosts.get(view.host, (0, 0.0))[0]]
    open_ = [view for view in busy if view.state in ("ok", "slowed") and not view.budget_wait > 1]
    if any(view.allowed is None for view in open_):
        return gettext("no limit")
    return gettext("at most {rate:.1f}/s", rate=sum(view.allowed or 0 for view in open_))
