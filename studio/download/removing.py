"""Files that downloads removed or would remove: trash, strays, photographs without a file."""

from collections.abc import Callable

import streamlit as st

from engine.download.control import DownloadControl, DownloadStatus, no_download
from engine.download.trash import KEPT_DAYS, days, empty_discarded, restore_discarded
from engine.errors import StudioError
from engine.home import Home
from engine.jobs.job import start_job
from engine.language.message import gettext, ngettext
from studio import text
from studio.download.session import JOB
from studio.views.problem import problem


def decisions(home: Home) -> None:
    """The decisions that the last download left to the user; nothing if there are none."""
    status = DownloadControl(home).status() or DownloadStatus()
    if status.missing:
        _missing(home, status)
    if status.strays:
        _strays(home, status)


def download_trash_view(home: Home) -> None:
    """The files that downloads removed, by day, with restore and permanent removal."""
    found = days(home)
    if not found:
        return
    title = ngettext(
        "Trash · {n} file, {total:size}",
        "Trash · {n} files, {total:size}",
        sum(day.files for day in found),
        total=sum(day.bytes for day in found),
    )
    with st.expander(title, icon=":material/delete:"):
        st.caption(
            gettext(
                "Downloads removed these files. They are deleted after {days} days, or sooner "
                "when the cache needs space.",
                days=KEPT_DAYS,
            )
        )
        for day in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                line = ngettext(
                    "{date} · {n} file, {total:size}",
                    "{date} · {n} files, {total:size}",
                    day.files,
                    date=day.date,
                    total=day.bytes,
                )
                st.markdown(text.plain(line))
                if _button(
                    gettext("Restore"), "restore_from_trash", f"download.trash.restore.{day.date}"
                ):
                    _do(home, lambda date=day.date: restore_discarded(home, date))  # type: ignore[misc]
                if _button(gettext("Empty"), "delete_forever", f"download.trash.empty.{day.date}"):
                    _do(home, lambda date=day.date: empty_discarded(home, date))  # type: ignore[misc]


def _missing(home: Home, status: DownloadStatus) -> None:
    with st.container(border=True):
        title = ngettext(
            "{n} photograph has no file", "{n} photographs have no file", status.missing
        )
        st.markdown(f"**{title}**")
        st.caption(
            gettext(
                "Mount the disk that holds them. If they are gone for good, accept the loss: "
                "those with an address are downloaded again."
            )
        )
        pressed = st.button(
            ngettext(
                "Accept {n} missing photograph",
                "Accept {n} missing photographs",
                status.missing,
            ),
            key="download.accept_missing",
            icon=":material/check:",
        )
    if pressed:
        _start(home, "--accept-missing")


def _strays(home: Home, status: DownloadStatus) -> None:
    with st.container(border=True):
        title = ngettext(
            "{n} file ({total:size}) can be removed",
            "{n} files ({total:size}) can be removed",
            status.strays,
            total=status.stray_bytes,
        )
        st.markdown(f"**{title}**")
        st.caption(
            gettext(
                "They were downloaded, but have no record in the catalogue or a changed size. If "
                "the catalogue was replaced, restore it first."
            )
        )
        with st.expander(gettext("Show the first files")):
            st.code("\n".join(status.stray_names), language=None)
        pressed = st.button(
            ngettext("Move {n} file to the trash", "Move {n} files to the trash", status.strays),
            key="download.remove_strays",
            icon=":material/delete:",
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
