"""Note, tags and star of a run."""

import streamlit as st

from engine.language.message import gettext
from engine.runs.notes import Notes, read_notes, tags_of, write_notes
from engine.runs.run import Run
from studio import text


def notes_view(run: Run) -> None:
    """The star and the tags, and a form to edit note and tags."""
    notes = read_notes(run.folder)
    star = st.button(
        gettext("Favourite") if notes.favourite else gettext("Star"),
        key="runs.favourite",
        icon=":material/star:" if notes.favourite else ":material/star_outline:",
        type="tertiary",
        help=gettext("Favourites come first in the list."),
    )
    if star:
        write_notes(run.folder, Notes(notes.note, notes.tags, not notes.favourite))
        st.rerun()
    for tag in notes.tags:
        st.badge(text.plain(tag), color="gray", icon=":material/label:")
    with st.popover(
        gettext("Note"), icon=":material/edit_note:", key="runs.notes", type="tertiary"
    ):
        _form(run, notes)


def note_view(run: Run) -> None:
    """The note, if there is one."""
    note = read_notes(run.folder).note
    if note:
        st.text(note)


def _form(run: Run, notes: Notes) -> None:
    with st.form(f"runs.notes.{run.run_id}", border=False):
        note = st.text_area(gettext("Note"), notes.note, max_chars=4_000)
        tags = st.text_input(gettext("Tags, separated by commas"), ", ".join(notes.tags))
        if st.form_submit_button(gettext("Save")):
            write_notes(run.folder, Notes(note.strip(), tags_of(tags), notes.favourite))
            st.rerun()
