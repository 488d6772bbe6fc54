"""Export of the filtered photographs: written in the background, then offered as a file."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from engine.catalogue.checking import require_plain
from engine.catalogue.conditions import conditions_of, visibility_of
from engine.catalogue.store import Filter
from engine.catalogue.table_export import KINDS, Kind
from engine.jobs.job import delete_job, read_job, start_job
from engine.language.message import gettext, message, ngettext
from engine.records import Count, FilePath
from studio.background import follow
from studio.catalogue.found import FoundPhotographs
from studio.current import home
from studio.views.action import Action, act
from studio.views.ended import broke_off
from studio.views.problem import problem

_JOB = "export"
_NAMES: dict[Kind, str] = {"csv": "CSV", "parquet": "Parquet", "jsonl": "JSON Lines"}
_TYPES: dict[Kind, str] = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/jsonl",
}
# Streamlit reads a file into the server's memory before a browser can save it.
_LARGEST = 100_000_000


@dataclass(frozen=True)
class _Written:
    """The result of a finished export."""

    file: FilePath
    images: Count


def export_menu(found: FoundPhotographs) -> None:
    """Offer to export all photographs that match the filters to a file of the home."""
    busy = read_job(home(), _JOB).state == "running"
    with st.popover(gettext("Export"), icon=":material/file_save:", key="catalogue_export"):
        kind: Kind = st.segmented_control(
            gettext("Format"),
            list(_NAMES),
            default="csv",
            required=True,
            format_func=_NAMES.__getitem__,
            key="catalogue_export_kind",
        )
        st.caption(gettext("One row per photograph, with its whole record but not its file."))
        safe = kind == "csv" and st.checkbox(
            gettext("Safe for spreadsheets"),
            value=True,
            key="catalogue_export_safe",
            help=gettext(
                "Adds ' before cells that a spreadsheet would run as a formula. Leave it on; an "
                "import removes it."
            ),
        )
        if st.button(
            ngettext("Export {n} photograph", "Export {n} photographs", found.images),
            key="catalogue_export_start",
            type="primary",
            disabled=busy,
            help=gettext("Another export is running.") if busy else None,
        ):
            _start(found.chosen, kind, safe)
            st.rerun()


def _start(chosen: Filter, kind: Kind, safe: bool) -> None:
    conditions = conditions_of(chosen)
    for condition in conditions:
        require_plain(condition, message("Filter"))
    start_job(
        home(),
        _JOB,
        [
            "export",
            f"--output-dir={home().exports / kind}",
            f"--format={kind}",
            f"--show={visibility_of(chosen)}",
            *(["--spreadsheet-safe"] if safe else []),
            *(f"--where={condition}" for condition in conditions),
        ],
    )


def exported() -> None:
    """Show the progress of an export, or the content and location of the last one; nothing if there
    is none.
    """
    job = follow({_JOB: gettext("Exporting photographs")})[_JOB]
    if job.state in ("none", "running"):
        return
    with st.container(border=True):
        broke_off(job, gettext("Export"), resumes=False)
        written = job.found(_Written)
        file = Path(written.file) if written else None
        with st.container(horizontal=True, vertical_alignment="center"):
            if written and file:
                _offer(written, file)
            if act(Action(gettext("Close")), "catalogue_export_close"):
                delete_job(home(), _JOB)
                st.rerun()
        if file:
            st.code(str(file), language=None, wrap_lines=True)


def _offer(written: _Written, file: Path) -> None:
    if not file.is_file():
        problem(gettext("{file} no longer exists. Export it again.", file=str(file)))
        return
    size = file.stat().st_size
    said = ngettext(
        "{n} photograph exported, {size:size}",
        "{n} photographs exported, {size:size}",
        written.images,
        size=size,
    )
    st.markdown(f":green[:material/check_circle:] {said}", width="stretch")
    if size <= _LARGEST:
        st.download_button(
            gettext("Download the file"),
            file.read_bytes,
            file.name,
            _TYPES[_kind(file)],
            key="catalogue_export_save",
            icon=":material/download:",
            on_click="ignore",
        )


def _kind(file: Path) -> Kind:
    return next(kind for kind in KINDS if file.suffix == f".{kind}")
