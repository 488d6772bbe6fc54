"""The section for data sets in published formats, which are recognised."""

import pandas as pd
import streamlit as st

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.recognition import importers_for
from engine.errors import BadInput
from engine.files import typed_path
from engine.home import Home
from engine.language.message import gettext
from studio import text
from studio.importing.inputs import source_input, start_button
from studio.importing.jobs import start_path_import


def dataset_form(home: Home, busy: bool) -> None:
    """Import a file or folder of this machine; its format is proposed by a look at it."""
    st.markdown(
        gettext("A data set on this computer, as others publish it. Its format is recognised.")
    )
    with st.expander(gettext("Formats")):
        _formats()
    path = st.text_input(
        gettext("File or folder"), placeholder="/home/me/plantnet_300K", key="import_dataset"
    )
    name = _format(path)
    source = source_input(gettext("Name of the data set"), "import_dataset_source")
    start_button(
        gettext("Import"),
        "import_take_dataset",
        busy,
        lambda: start_path_import(home, name, path, source),
    )


def _format(typed: str) -> str:
    """The chosen importer; the recognised one is offered first."""
    found: list[str] = []
    if typed.strip():
        try:
            path = typed_path(typed)
            found = importers_for(path) if path.exists() else []
        except BadInput:
            # The button reports what is wrong with the path.
            found = []
        if len(found) > 1:
            titles = ", ".join(gettext(IMPORTERS[name].title) for name in found)
            st.warning(
                gettext("It can be read in several ways: {names}. Choose one.", names=titles)
            )
        elif not found:
            st.warning(gettext("Its format is not recognised. Choose one."))
    offered = [*found, *(name for name in IMPORTERS if name not in found)]
    chosen = st.selectbox(
        gettext("Format"),
        offered,
        format_func=lambda name: gettext(IMPORTERS[name].title),
        # Another path brings another proposal.
        key=f"import_dataset_format_{'_'.join(found)}",
    )
    st.caption(text.plain(gettext(IMPORTERS[chosen].argument)))
    return str(chosen)


def _formats() -> None:
    title, needed = gettext("Format"), gettext("File or folder")
    rows = [
        {title: gettext(one.title), needed: gettext(one.argument)}
        for one in IMPORTERS.values()
        if one.recognises is not None
    ]
    st.table(
        pd.DataFrame(rows, columns=[title, needed]).set_index(title),
        alt=gettext("The formats that are recognised"),
    )
