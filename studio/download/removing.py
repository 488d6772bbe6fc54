"""What downloads removed or would remove: the trash, strays and photographs without a file."""

from collections.abc import Callable

import streamlit as st

from engine.download.control import DownloadControl, DownloadStatus, no_download
from engine.download.trash import KEPT_DAYS, days, empty_discarded, restore_discarded
from engine.errors import StudioError
from engine.home import Home
from engine.jobs.job import start_job
from studio import text
from studio.download.session import JOB
from studio.views.problem import problem


def decisions(home: Home) -> None:
    """What the last download left to a person; nothing where it left nothing."""
    status = DownloadControl(home).status() or DownloadStatus()
    if status.missing:
        _missing(home, status)
    if status.strays:
        _strays(home, status)


def download_trash_view(home: Home) -> None:
    """The files that downloads removed, by day, to be restored or removed for good."""
    found = days(home)
    if not found:
        return
    total = text.size(sum(day.bytes for day in found))
    files = text.count(sum(day.files for day in found), "file")
    with st.expander(f"Trash · {files}, {total}", icon=":material/delete:"):
        st.caption(
            f"Downloads moved these files here. Each day is emptied after {KEPT_DAYS} days, or "
            "sooner when the cache needs the room."
        )
        for day in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{day.date} · {text.count(day.files, 'file')}, {text.size(day.bytes)}")
                if _button("Restore", "restore_from_trash", f"download.trash.restore.{day.date}"):
                    _do(home, lambda date=day.date: restore_discarded(home, date))  # type: ignore[misc]
                if _button("Empty", "delete_forever", f"download.trash.empty.{day.date}"):
                    _do(home, lambda date=day.date: empty_discarded(home, date))  # type: ignore[misc]


def _missing(home: Home, status: DownloadStatus) -> None:
    with st.container(border=True):
        st.markdown(
            f"**{text.count(status.missing, 'photograph')} of the catalogue have no file.** "
            "Mount the disk that holds them. If they are gone for good, accept that: those with "
            "an address are fetched again."
        )
        pressed = st.button(
            f"Accept {text.count(status.missing, 'missing photograph')}",
            key="download.accept_missing",
            icon=":material/check:",
        )
    if pressed:
        _start(home, "--accept-missing")


def _strays(home: Home, status: DownloadStatus) -> None:
    files = text.count(status.strays, "file")
    with st.container(border=True):
        st.markdown(
            f"**{files}, {text.size(status.stray_bytes)}, can be removed.** They were fetched. The "
            "catalogue does not name them, or their size has changed. If the catalogue was "
            "replaced, put it back first."
        )
        with st.expander("The first of them"):
            st.code("\n".join(status.stray_names), language=None)
        pressed = st.button(
            f"Move {files} to the trash", key="download.remove_strays", icon=":material/delete:"
        )
    if pressed:
        _start(home, "--remove-strays")


def _start(home: Home, option: str) -> None:
    start_job(home, JOB, ["download", option, "--limit=0"])
    st.rerun()


def _button(label: str, icon: str, key: str) -> bool:
    return st.button(label, key=key, icon=f":material/{icon}:", type="tertiary", wrap=False)


def _do(home: Home, change: Callable[[], object]) -> None:
    try:
        with no_download(home):
            change()
    except StudioError as error:
        problem(str(error))
    else:
        st.rerun()
