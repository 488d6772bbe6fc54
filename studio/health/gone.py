"""What every page shows while the catalogue is gone: three ways to go on."""

import streamlit as st

from engine.backups.listing import list_backups
from engine.catalogue.presence import LeftBehind
from engine.doctor.rebuild import begin_new
from engine.home import Home
from engine.jobs.job import start_job
from studio import text
from studio.background import follow
from studio.health.backups import restore_chosen
from studio.views.ended import broke_off
from studio.views.page import heading
from studio.views.problem import problems_shown

_JOB = "rebuild"


def gone(home: Home, left: LeftBehind) -> None:
    """Draw the three choices."""
    what = "empty" if home.catalogue.exists() else "missing"
    heading(
        "The catalogue is gone",
        f"Its file is {what}, but {left} are here. Nothing was deleted, and no empty catalogue "
        "was made in its place.",
    )
    st.code(str(home.catalogue), language=None)
    job = follow({_JOB: "Rebuilding the catalogue"})[_JOB]
    if job.state == "running":
        return
    broke_off(job, "The rebuilding")
    with problems_shown():
        _restore(home)
        _rebuild(home, left)
        _begin(home)


def _restore(home: Home) -> None:
    found = [backup for backup in list_backups(home) if backup.photographs is not None]
    with st.container(border=True):
        st.subheader("Restore a backup", anchor=False)
        if found:
            st.caption("Everything as it was then, your curation included.")
            with st.container(horizontal=True, vertical_alignment="bottom"):
                restore_chosen(home, found, main=True)
        else:
            st.caption(f"There is no backup in {text.plain(str(home.backups))}.")


def _rebuild(home: Home, left: LeftBehind) -> None:
    with st.container(border=True):
        st.subheader("Rebuild it from files", anchor=False)
        st.caption(
            f"Reads {text.count(left.photographs, 'photograph')}. Species, address and licence "
            "come from exports, splits and the download journal. What has no known species is "
            "listed. Curation does not come back."
        )
        if st.button("Rebuild", key="gone_rebuild", icon=":material/construction:"):
            start_job(home, _JOB, ["catalogue", "rebuild"])
            st.rerun()


def _begin(home: Home) -> None:
    with st.container(border=True):
        st.subheader("Begin an empty one", anchor=False)
        st.caption(
            "Photographs, splits and runs stay on disk. The photographs have no records then."
        )
        sure = st.checkbox("I want an empty catalogue", key="gone_sure")
        if st.button("Begin anew", key="gone_new", disabled=not sure, icon=":material/add:"):
            begin_new(home)
            st.rerun()
