"""Importing a table: a look at its first rows, the mapping corrected, the import started."""

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from engine.catalogue.documents import summarise_fields
from engine.catalogue.fields import IMPORTED
from engine.catalogue.import_warnings import warnings_of_rows
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.source_columns import NAMES
from engine.catalogue.table_import import PreviewedRow, preview_table
from engine.catalogue.table_mapping import TableLook, look_at_table, require_columns
from engine.catalogue.table_rows import kind_of
from engine.errors import BadInput
from engine.files import is_regular, typed_path
from engine.home import Home
from engine.language.message import deferred, gettext
from studio import text
from studio.importing.inputs import show_warnings, source_input, start_button
from studio.importing.jobs import TABLE_TYPES, start_table_import, start_upload_import
from studio.importing.mapping_form import field_label, mapping_form

_LOOK = "import_table_look"
_ROWS = "import_table_rows"
_LOCATIONS = {"here": deferred("On this computer"), "upload": deferred("Upload")}
_PREVIEWED = 10


def table_form(home: Home, busy: bool) -> None:
    """Import a table, by its path or uploaded."""
    st.markdown(
        gettext(
            "A table with **one row per photograph**: JSON lines, JSON, CSV or Parquet. Each row "
            "needs a species, and a file or an address."
        )
    )
    with st.expander(gettext("Columns")):
        _columns()
    way = st.segmented_control(
        gettext("Location"),
        list(_LOCATIONS),
        default="here",
        required=True,
        format_func=lambda location: gettext(_LOCATIONS[location]),
        key="import_table_way",
    )
    if way == "upload":
        _upload(home, busy)
        return
    path = st.text_input(
        gettext("Table"), placeholder="/home/me/photographs.csv", key="import_table"
    )
    st.caption(gettext("Relative paths start from the folder of the table."))
    mapping, ready = _of_path(path)
    source = source_input(gettext("Name of the table"), "import_table_source")
    start_button(
        gettext("Import the table"),
        "import_take_table",
        busy,
        lambda: start_table_import(home, path, source, mapping),
        ready,
    )


def _upload(home: Home, busy: bool) -> None:
    given = st.file_uploader(gettext("Table"), type=list(TABLE_TYPES), key="import_upload")
    st.caption(gettext("In an uploaded table, every path must be absolute."))
    mapping: MappingSettings | None = None
    ready = True
    if given is not None:
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder, Path(given.name).name)
            table.write_bytes(given.getvalue())
            mapping, ready = _mapping(table, (given.file_id,))
    source = source_input(gettext("Name of the table"), "import_upload_source")
    start = st.empty()
    if given is not None:
        with start.container():
            start_button(
                gettext("Import the table"),
                "import_take_upload",
                busy,
                lambda: start_upload_import(home, given.name, given.getvalue(), source, mapping),
                ready,
            )


def _of_path(typed: str) -> tuple[MappingSettings | None, bool]:
    try:
        table = typed_path(typed)
    except BadInput:
        return None, True
    if not is_regular(table) or not kind_of(table.name):
        return None, True
    about = table.stat()
    return _mapping(table, (str(table), about.st_mtime_ns, about.st_size))


def _mapping(table: Path, version: tuple[object, ...]) -> tuple[MappingSettings | None, bool]:
    """The mapping as it was corrected, None for the guess; and whether it can be imported."""
    try:
        look = _look(table, version)
    except BadInput as error:
        st.error(text.plain(str(error)))
        return None, False
    key = f"import_table_{abs(hash(version))}"
    paths = dict.fromkeys(
        [*look.sample.columns, *(one.path for one in summarise_fields(look.sample.rows))]
    )
    with st.expander(gettext("Mapping: {columns}", columns=look.guess.in_words() or "–")):
        chosen = mapping_form(key, list(paths), look.guess)
    try:
        require_columns(look.sample, chosen, table)
    except BadInput as error:
        st.warning(text.plain(str(error)), icon=":material/help:")
        return chosen, False
    rows = _previewed(table, version, look, chosen)
    show_warnings(warnings_of_rows(rows))
    _preview(rows[:_PREVIEWED], chosen)
    return (None if chosen == look.guess else chosen), True


def _look(table: Path, version: tuple[object, ...]) -> TableLook:
    kept = st.session_state.get(_LOOK)
    if kept is None or kept[0] != version:
        with st.spinner(gettext("Reading a sample")):
            kept = st.session_state[_LOOK] = (version, look_at_table(table))
    look: TableLook = kept[1]
    return look


def _previewed(
    table: Path, version: tuple[object, ...], look: TableLook, mapping: MappingSettings
) -> list[PreviewedRow]:
    """All rows of the sample; a change of another input does not look for their files again."""
    key = (version, mapping)
    kept = st.session_state.get(_ROWS)
    if kept is None or kept[0] != key:
        rows = preview_table(table, look, mapping, len(look.sample.rows))
        kept = st.session_state[_ROWS] = (key, rows)
    found: list[PreviewedRow] = kept[1]
    return found


def _preview(rows: list[PreviewedRow], mapping: MappingSettings) -> None:
    title = gettext("Preview of the first rows")
    st.markdown(f"**{title}**")
    shown = [name for name in IMPORTED if mapping.path_of(name) and name != "path"]
    refused, file = gettext("Refused"), field_label("path")
    cells = [
        {
            **{name: getattr(row.photograph, name, "") for name in shown},
            **({file: str(row.file or "")} if mapping.path_of("path") else {}),
            **({refused: str(row.refusal or "")} if any(one.refusal for one in rows) else {}),
        }
        for row in rows
    ]
    table = pd.DataFrame(cells).rename(columns={name: field_label(name) for name in shown})
    st.dataframe(table, hide_index=True, alt=title)


def _columns() -> None:
    column, others = gettext("Column"), gettext("Other accepted names")
    rows = [
        {column: name, others: ", ".join(other for other in NAMES[name] if other != name)}
        for name in IMPORTED
    ]
    st.table(pd.DataFrame(rows).set_index(column), alt=gettext("The columns that are read"))
