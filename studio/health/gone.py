"""Shown on every page while the catalogue is missing: three ways to continue."""

import streamlit as st

from engine.backups.listing import list_backups
from engine.catalogue.presence import LeftBehind
from engine.doctor.rebuild import begin_new
from engine.home import Home
from engine.jobs.job import start_job
from engine.language.message import gettext, ngettext
from studio import text
from studio.background import follow
from studio.health.backups import restore_chosen
from studio.views.ended import broke_off
from studio.views.page import heading
from studio.views.problem import problems_shown

_JOB = "rebuild"


def gone(home: Home, left: LeftBehind) -> None:
    """Draw the three choices."""
    if home.catalogue.exists():
        what = gettext("Its file is empty. Photographs, splits and runs were not deleted.")
    else:
        what = gettext("Its file is missing. Photographs, splits and runs were not deleted.")
    heading(gettext("The catalogue is gone"), what)
    st.code(str(home.catalogue), language=None)
    st.caption(" · ".join(map(str, left.counted())))
    title = gettext("Rebuilding the catalogue")
    job = follow({_JOB: title})[_JOB]
    if job.state == "running":
        return
    broke_off(job, title)
    with problems_shown():
        _restore(home)
        _rebuild(home, left)
        _begin(home)


def _restore(home: Home) -> None:
    found = [backup for backup in list_backups(home) if backup.photographs is not None]
    with st.container(border=True):
        st.subheader(gettext("Restore a backup"), anchor=False)
        if found:
            st.caption(gettext("Brings everything back as it was then, curation included."))
            with st.container(horizontal=True, vertical_alignment="bottom"):
                restore_chosen(home, found, main=True)
        else:
            folder = str(home.backups)
            st.caption(text.plain(gettext("There is no backup in {folder}.", folder=folder)))


def _rebuild(home: Home, left: LeftBehind) -> None:
    with st.container(border=True):
        st.subheader(gettext("Rebuild it from files"), anchor=False)
        st.caption(
            ngettext(
                "Reads {n} photograph. Its species, address and licence come from exports, splits "
                "and the download history. Curation is lost.",
                "Reads {n} photographs. Species, addresses and licences come from exports, splits "
                "and the download history. Curation is lost.",
                left.photographs,
            )
        )
        if st.button(gettext("Rebuild"), key="gone_rebuild", icon=":material/construction:"):
            start_job(home, _JOB, ["catalogue", "rebuild"])
            st.rerun()


def _begin(home: Home) -> None:
    with st.container(border=True):
        st.subheader(gettext("Start an empty one"), anchor=False)
        st.caption(
            gettext("Photographs, splits and runs stay on disk, but photographs have no records.")
        )
        sure = st.checkbox(gettext("I want an empty catalogue"), key="gone_sure")
        label = gettext("Start empty")
        if st.button(label, key="gone_new", disabled=not sure, icon=":material/add:"):
            begin_new(home)
            st.rerun()
