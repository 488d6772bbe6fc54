"""Export of the filtered photographs: written in the background, then offered as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import streamlit as st

from engine.catalogue.checking import require_plain
from engine.catalogue.conditions import conditions_of, visibility_of
from engine.catalogue.exported_folder import Layout
from engine.catalogue.photograph_export import estimated_bytes, missing_text, require_empty
from engine.catalogue.store import Catalogue, Filter
from engine.catalogue.table_export import KINDS, Kind
from engine.files import typed_path
from engine.jobs.job import delete_job, read_job, start_job
from engine.language.message import deferred, gettext, message, ngettext
from engine.records import Count, FilePath
from engine.split.folder import split_names
from studio.background import follow
from studio.catalogue.found import FoundPhotographs
from studio.current import home
from studio.views.action import Action, act
from studio.views.ended import broke_off
from studio.views.problem import problem, problems_shown

_JOB = "export"
_NAMES: dict[Kind, str] = {"csv": "CSV", "parquet": "Parquet", "jsonl": "JSON Lines"}
_TYPES: dict[Kind, str] = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/jsonl",
}
_LAYOUTS: Mapping[Layout, str] = {
    "folder": deferred("Folders"),
    "shards": "WebDataset",
    "parquet": "Parquet",
}
# Streamlit reads a file into the server's memory before a browser can save it.
_LARGEST = 100_000_000


@dataclass(frozen=True)
class _Written:
    """The result of a finished export of a table."""

    file: FilePath
    images: Count


@dataclass(frozen=True)
class _WrittenPhotographs:
    """The result of a finished export of photographs."""

    folder: FilePath
    images: Count
    missing: Count
    bytes: Count


def export_menu(catalogue: Catalogue, found: FoundPhotographs) -> None:
    """Offer to export all photographs that match the filters: as a table, or with their files."""
    with st.popover(gettext("Export"), icon=":material/file_save:", key="catalogue_export"):
        with_files = st.segmented_control(
            gettext("What"),
            [False, True],
            default=False,
            required=True,
            format_func=lambda files: gettext("Photographs") if files else gettext("Table"),
            key="catalogue_export_what",
        )
        options = _photograph_options(catalogue, found) if with_files else _table_options()
        busy = read_job(home(), _JOB).state == "running"
        with problems_shown():
            if st.button(
                ngettext("Export {n} photograph", "Export {n} photographs", found.images),
                key="catalogue_export_start",
                type="primary",
                disabled=busy,
                help=gettext("Another export is running.") if busy else None,
            ):
                _start(found.chosen, options)
                st.rerun()


def _table_options() -> list[str]:
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
    options = [f"--output-dir={home().exports / kind}", f"--format={kind}"]
    return [*options, *(["--spreadsheet-safe"] if safe else [])]


def _photograph_options(catalogue: Catalogue, found: FoundPhotographs) -> list[str]:
    layout: Layout = st.segmented_control(
        gettext("Format"),
        list(_LAYOUTS),
        default="folder",
        required=True,
        format_func=lambda name: gettext(_LAYOUTS[name]),
        key="catalogue_export_layout",
        help=gettext(
            "Folders: one per species. WebDataset: tar files. Parquet: tables of Hugging Face."
        ),
    )
    size = estimated_bytes(home(), catalogue, found.chosen)
    st.caption(
        gettext("About {size:size}: the files unchanged, with all fields and credits.", size=size)
    )
    free = _free_folder(layout)
    folder = st.text_input(gettext("Folder"), str(free), key=f"catalogue_export_{free.name}")
    split = st.selectbox(
        gettext("Split"),
        ["", *split_names(home())],
        format_func=lambda name: name or gettext("All photographs"),
        key="catalogue_export_split",
    )
    linked = layout == "folder" and st.checkbox(
        gettext("Hard links instead of copies"),
        key="catalogue_export_link",
        help=gettext("Needs no space, on the same disk only. Do not edit the exported files."),
    )
    return [
        f"--output-dir={folder}",
        f"--photographs={layout}",
        "--spreadsheet-safe",
        *([f"--split={split}"] if split else []),
        *(["--mode=link"] if linked else []),
    ]


def _free_folder(layout: Layout) -> Path:
    names = (home().exports / f"{layout}-{number}" for number in count(1))
    return next(folder for folder in names if not folder.exists())


def _start(chosen: Filter, options: list[str]) -> None:
    conditions = conditions_of(chosen)
    for condition in conditions:
        require_plain(condition, message("Filter"))
    if any(option.startswith("--photographs") for option in options):
        require_empty(typed_path(options[0].partition("=")[2]))
    start_job(
        home(),
        _JOB,
        [
            "export",
            *options,
            f"--show={visibility_of(chosen)}",
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
        written, made = job.found(_Written), job.found(_WrittenPhotographs)
        file = Path(written.file) if written else None
        with st.container(horizontal=True, vertical_alignment="center"):
            if written and file:
                _offer(written, file)
            if made:
                _tell(made)
            if act(Action(gettext("Close")), "catalogue_export_close"):
                delete_job(home(), _JOB)
                st.rerun()
        if shown := file or (made and made.folder):
            st.code(str(shown), language=None, wrap_lines=True)


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


def _tell(made: _WrittenPhotographs) -> None:
    said = ngettext(
        "{n} photograph exported, {size:size}",
        "{n} photographs exported, {size:size}",
        made.images,
        size=made.bytes,
    )
    st.markdown(f":green[:material/check_circle:] {said}", width="stretch")
    if made.missing:
        st.caption(missing_text(made.missing) + " " + gettext("See missing.csv."))


def _kind(file: Path) -> Kind:
    return next(kind for kind in KINDS if file.suffix == f".{kind}")
