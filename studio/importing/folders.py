"""Importing a folder of the machine that the studio runs on."""

from pathlib import Path

import streamlit as st

from engine.catalogue.folder_layout import (
    LAYOUTS,
    AmbiguousFolder,
    described,
    understand_folder,
)
from engine.catalogue.import_warnings import warnings_of_folder
from engine.errors import BadInput
from engine.files import typed_path
from engine.home import Home
from engine.language.message import Message, gettext
from studio import text
from studio.importing.inputs import show_warnings, source_input, start_button
from studio.importing.jobs import start_folder_import

_LOOK = "import_folder_look"


def folder_form(home: Home, busy: bool) -> None:
    """Say what the folders mean, and import them."""
    st.markdown(gettext("A folder on this computer with **one subfolder per species**:"))
    st.code(
        "plants/\n├── Bellis_perennis/\n│   ├── 0001.jpg\n│   └── 0002.png\n"
        "└── Rosa_canina/\n    └── 0003.jpg",
        language=None,
    )
    st.caption(
        gettext("Folders such as train and val, nested ranks and numbered folders are recognised.")
    )
    path = st.text_input(gettext("Folder"), placeholder="/home/me/plants", key="import_folder")
    layout, ready = _layout(path)
    source = source_input(gettext("Name of the folder"), "import_folder_source")
    st.caption(
        gettext("The photographs are copied into the studio folder. Your folder stays as it is.")
    )
    start_button(
        gettext("Import the folder"),
        "import_take_folder",
        busy,
        lambda: start_folder_import(home, path, source, layout),
        ready,
    )


def _layout(typed: str) -> tuple[str, bool]:
    """The layout that was chosen, and whether the folder can be imported by it."""
    try:
        folder = typed_path(typed)
    except BadInput:
        return "", True
    if not folder.is_dir():
        return "", True
    layout = st.selectbox(
        gettext("Layout"),
        ["", *LAYOUTS],
        format_func=lambda name: name or gettext("Recognised"),
        help=" ".join(f"**{name}**: {gettext(meaning)}" for name, meaning in LAYOUTS.items()),
        key="import_folder_layout",
    )
    lines, warnings, problem = _look(folder, layout or "")
    if problem is None:
        st.info(text.plain("\n\n".join(lines)), icon=":material/account_tree:")
        show_warnings(warnings)
    elif isinstance(problem, AmbiguousFolder):
        choices = ", ".join(problem.choices)
        advice = gettext("Choose a layout: {choices}.", choices=choices)
        st.warning(text.plain(f"{problem} {advice}"), icon=":material/help:")
    else:
        st.error(text.plain(str(problem)))
    return layout or "", problem is None


def _look(folder: Path, layout: str) -> tuple[list[str], list[Message], BadInput | None]:
    # Folders with a hundred thousand photographs are not walked again at every click.
    key = (str(folder), layout, folder.stat().st_mtime_ns)
    kept = st.session_state.get(_LOOK)
    if kept is None or kept[0] != key:
        try:
            with st.spinner(gettext("Reading the folder")):
                kept = (key, understand_folder(folder, layout), None)
        except BadInput as error:
            kept = (key, None, error)
        st.session_state[_LOOK] = kept
    _, contents, problem = kept
    if contents is None:
        return [], [], problem
    return described(contents), warnings_of_folder(contents), None
