"""The backups: listed, made now, and brought back."""

import time

import streamlit as st

from engine.backups.listing import Backup, list_backups
from engine.backups.making import back_up
from engine.backups.restoring import restore_backup
from engine.catalogue.opening import catalogue_settings
from engine.doctor.ledger import forget_records
from engine.home import Home
from studio import text
from studio.views.problem import problems_shown

_DONE = "health_restored"


def backups_view(home: Home) -> None:
    """Draw the list with a button to make one now, and one to restore what is chosen."""
    st.subheader("Backups", anchor=False)
    st.caption(
        "One a day, seven kept: the catalogue, measures, crops, squares and the download "
        "history. Photographs are not in them."
    )
    in_file = catalogue_settings(home).store == "sqlite"
    if not in_file:
        st.info(
            "The catalogue is in a MongoDB and is not backed up here. Use mongodump there.",
            icon=":material/info:",
        )
    if done := st.session_state.pop(_DONE, ""):
        st.success(text.plain(done), icon=":material/settings_backup_restore:")
    found = [
        backup for backup in list_backups(home) if backup.photographs is not None or not in_file
    ]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if found and in_file:
            restore_chosen(home, found)
        if st.button("Back up now", key="health_backup", icon=":material/save:"):
            with problems_shown(), st.spinner("Making a backup"):
                back_up(home)
            st.rerun()
    if not found:
        st.caption("There is none yet.")


def restore_chosen(home: Home, found: list[Backup], main: bool = False) -> None:
    """Draw the choice of a backup and the button that brings it back."""
    chosen = st.selectbox(
        "Backup", found, format_func=describe_backup, key="health_chosen", width=340
    )
    if st.button(
        "Restore",
        key="health_restore",
        icon=":material/settings_backup_restore:",
        type="primary" if main else "secondary",
        help="The present catalogue is moved to data/set_aside, not deleted.",
    ):
        with problems_shown(), st.spinner("Restoring"):
            restored = restore_backup(home, chosen.name)
            forget_records(home)
            st.session_state[_DONE] = (
                f"The backup {restored.backup} was restored: "
                f"{text.count(restored.photographs, 'photograph')}."
            )
            st.rerun()


def describe_backup(backup: Backup) -> str:
    """ "2026-11-30 14:03 · 600 photographs"."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(backup.made))
    photographs = backup.photographs
    what = "no catalogue" if photographs is None else text.count(photographs, "photograph")
    return f"{when} · {what}" + (" · before an update" if backup.before_migration else "")
