"""The backups: list, create, and restore."""

import time

import streamlit as st

from engine.backups.listing import Backup, list_backups
from engine.backups.making import back_up
from engine.backups.restoring import restore_backup
from engine.catalogue.opening import catalogue_settings
from engine.doctor.ledger import forget_records
from engine.home import Home
from engine.language.message import gettext, ngettext
from studio import text
from studio.views.problem import problems_shown

_DONE = "health_restored"


def backups_view(home: Home) -> None:
    """Draw the list with a button to create a backup, and one to restore the chosen backup."""
    st.subheader(
        gettext("Backups"),
        anchor=False,
        help=gettext(
            "They hold the catalogue, quality measures, crops, squares drawn by hand and the "
            "download history."
        ),
    )
    st.caption(gettext("Made daily; seven are kept. They hold the databases, not the photographs."))
    in_file = catalogue_settings(home).store == "sqlite"
    if not in_file:
        st.info(
            gettext("The catalogue is in MongoDB and is not backed up here. Use mongodump."),
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
        if st.button(gettext("Back up now"), key="health_backup", icon=":material/save:"):
            with problems_shown(), st.spinner(gettext("Backing up")):
                back_up(home)
            st.rerun()
    if not found:
        st.caption(gettext("No backups yet."))


def restore_chosen(home: Home, found: list[Backup], main: bool = False) -> None:
    """Draw the choice of a backup and the button that restores it."""
    chosen = st.selectbox(
        gettext("Backup"), found, format_func=describe_backup, key="health_chosen", width=340
    )
    if st.button(
        gettext("Restore"),
        key="health_restore",
        icon=":material/settings_backup_restore:",
        type="primary" if main else "secondary",
        help=gettext("The present catalogue is moved to data/set_aside, not deleted."),
    ):
        with problems_shown(), st.spinner(gettext("Restoring")):
            restored = restore_backup(home, chosen.name)
            forget_records(home)
            st.session_state[_DONE] = ngettext(
                "Restored the backup {backup} with {n} photograph.",
                "Restored the backup {backup} with {n} photographs.",
                restored.photographs,
                backup=restored.backup,
            )
            st.rerun()


def describe_backup(backup: Backup) -> str:
    """ "2026-11-30 14:03 · 600 photographs"."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(backup.made))
    parts = [when, gettext("no catalogue")]
    if backup.photographs is not None:
        parts[1] = ngettext("{n} photograph", "{n} photographs", backup.photographs)
    if backup.before_migration:
        parts.append(gettext("before an update"))
    return " · ".join(parts)
