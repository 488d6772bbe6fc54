"""The ways by which photographs come in, one section each."""

import functools
from collections.abc import Callable

import pandas as pd
import streamlit as st

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.table_rows import COLUMNS
from engine.garden.species import SPECIES
from engine.home import Home
from engine.language.message import gettext
from studio import text
from studio.importing.inaturalist import inaturalist
from studio.importing.jobs import (
    TABLE_TYPES,
    plant,
    take_folder,
    take_path,
    take_table,
    take_upload,
)
from studio.importing.mongodb import mongodb
from studio.views.problem import problems_shown

Section = Callable[[Home, bool], None]


def demo_garden(home: Home, busy: bool) -> None:
    """Draw a garden, for a first look at everything."""
    st.markdown(
        f"{text.number(sum(species.count for species in SPECIES))} drawn photographs of "
        f"{len(SPECIES)} species that do not exist, some common, some rare: enough to walk "
        "through every page and to train a first classifier. "
        "They are drawn on this machine, the same ones every time, in about a minute."
    )
    _start(gettext("Draw the demo garden"), "import_plant", busy, lambda: plant(home))


def folder_form(home: Home, busy: bool) -> None:
    """Import a folder of the machine that the studio runs on."""
    st.markdown("A folder on this machine with **one sub-folder per species**, named after it:")
    st.code(
        "my photographs/\n├── Bellis perennis/\n│   ├── 0001.jpg\n│   └── 0002.png\n"
        "└── Rosa canina/\n    └── by-the-gate.jpg",
        language=None,
    )
    path = st.text_input("Folder", placeholder="/home/me/my photographs", key="import_folder")
    source = _source("the folder's name", "import_folder_source")
    st.caption("The photographs are copied into the studio's home; the folder stays as it is.")
    _start("Import the folder", "import_take_folder", busy, lambda: take_folder(home, path, source))


def table_form(home: Home, busy: bool) -> None:
    """Import a table, by its path or uploaded."""
    st.markdown(
        "A table with **one row per photograph**: JSON lines (.jsonl), CSV or Parquet. Every row "
        "needs a `species`, and a `path` or a `url`; the rest is kept where it is there."
    )
    with st.expander("Which columns are read"):
        _columns()
    way = st.segmented_control(
        "Where the table is",
        ["On this machine", "Upload it"],
        default="On this machine",
        required=True,
        key="import_table_way",
    )
    if way == "Upload it":
        given = st.file_uploader("Table", type=list(TABLE_TYPES), key="import_upload")
        st.caption("In an uploaded table, a path must be a full one: it has no folder of its own.")
        source = _source("the table's name", "import_upload_source")
        start = st.empty()
        if given is not None:
            with start.container():
                _start(
                    "Import the table",
                    "import_take_upload",
                    busy,
                    lambda: take_upload(home, given.name, given.getvalue(), source),
                )
        return
    path = st.text_input("Table", placeholder="/home/me/photographs.csv", key="import_table")
    st.caption("A path in a row is taken from the table's own folder, unless it is a full one.")
    source = _source("the table's name", "import_table_source")
    _start("Import the table", "import_take_table", busy, lambda: take_table(home, path, source))


def path_form(name: str, home: Home, busy: bool) -> None:
    """Run an importer that has no section of its own on a path."""
    importer = IMPORTERS[name]
    st.markdown(text.plain(importer.description))
    path = st.text_input(importer.reads.capitalize(), help=importer.argument, key=f"import_{name}")
    source = _source(f"the {importer.reads}'s name", f"import_{name}_source")
    _start("Import", f"import_take_{name}", busy, lambda: take_path(home, name, path, source))


def ways() -> dict[str, tuple[str, Section]]:
    """By the word in the page's address: what it is called, and its section."""
    own: dict[str, tuple[str, Section]] = {
        "demo": ("Demo garden", demo_garden),
        "folder": (IMPORTERS["folder"].title, folder_form),
        "table": (IMPORTERS["table"].title, table_form),
        "mongodb": ("MongoDB", mongodb),
        "inaturalist": ("iNaturalist", inaturalist),
    }
    others = {
        name: (importer.title, functools.partial(path_form, name))
        for name, importer in IMPORTERS.items()
        if name not in own
    }
    return own | others


def _start(label: str, key: str, busy: bool, begin: Callable[[], object]) -> None:
    pressed = st.button(
        label,
        key=key,
        type="primary",
        disabled=busy,
        help="Another import is at work; they take turns." if busy else None,
    )
    if pressed:
        with problems_shown():
            begin()
            st.rerun()


def _source(default: str, key: str) -> str:
    return st.text_input(
        "Source",
        placeholder=default,
        help="What these photographs' source is called in the catalogue.",
        key=key,
    )


def _columns() -> None:
    rows = [
        {"Column": ours, "Also read as": ", ".join(name for name in names if name != ours)}
        for ours, names in COLUMNS.items()
    ]
    st.table(pd.DataFrame(rows).set_index("Column"), alt="The columns that are read")
