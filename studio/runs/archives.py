"""A run as one file: export from the page, and import from another studio."""

import tempfile
from pathlib import Path

import streamlit as st

from engine.home import Home
from engine.language.message import gettext
from engine.runs.archive import archive_run, import_archive
from engine.runs.run import Run
from studio.views.problem import problems_shown


def archive_button(home: Home, run: Run) -> None:
    """Offer the run as a zip file, which is created on request."""

    def made() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            return archive_run(home, run.run_id, Path(folder) / "run.zip", True).read_bytes()

    st.download_button(
        gettext("Archive"),
        made,
        f"{run.run_id}.zip",
        "application/zip",
        key="runs.archive",
        icon=":material/archive:",
        on_click="ignore",
        help=gettext(
            "Saves configuration, metrics, best weights, class map and credits in one file. "
            "Another studio can import it."
        ),
    )


def import_view(home: Home) -> None:
    """Import the archive of a run."""
    with st.expander(gettext("Import an archived run"), icon=":material/unarchive:"):
        given = st.file_uploader(
            gettext("Archive file"),
            type="zip",
            key="runs.import.file",
            help=gettext("For a larger file, use the command `runs import FILE`."),
        )
        pressed = st.button(
            gettext("Import"),
            key="runs.import",
            icon=":material/unarchive:",
            disabled=given is None,
        )
        if pressed and given is not None:
            with problems_shown(), tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / Path(given.name).name
                file.write_bytes(given.getbuffer())
                run = import_archive(home, file)
                st.switch_page("../pages/runs.py", query_params={"run": run.run_id})
