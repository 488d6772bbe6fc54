"""The import methods, one section each."""

import functools
from collections.abc import Callable

import pandas as pd
import streamlit as st

from engine.catalogue.importers import IMPORTERS
from engine.catalogue.table_rows import COLUMNS
from engine.garden.species import SPECIES
from engine.home import Home
from engine.images.store import Placing
from engine.language.message import deferred, gettext
from studio import text
from studio.importing.inaturalist import inaturalist
from studio.importing.jobs import (
    TABLE_TYPES,
    plant,
    take_cache,
    take_folder,
    take_path,
    take_table,
    take_upload,
)
from studio.importing.mongodb import mongodb
from studio.views.problem import problems_shown

Section = Callable[[Home, bool], None]
_PLACINGS: dict[Placing, str] = {
    "copy": deferred("Copy"),
    "link": deferred("Hard link"),
    "leave": deferred("Leave in place"),
}
_LOCATIONS = {"here": deferred("On this computer"), "upload": deferred("Upload")}


def demo_garden(home: Home, busy: bool) -> None:
    """Draw a demo garden, as a first example for all pages."""
    st.markdown(
        gettext(
            "{images} drawn pictures of {species} invented species, to try every page and train a "
            "first classifier. Drawing takes about a minute.",
            images=sum(species.count for species in SPECIES),
            species=len(SPECIES),
        )
    )
    _start(gettext("Draw the demo garden"), "import_plant", busy, lambda: plant(home))


def folder_form(home: Home, busy: bool) -> None:
    """Import a folder of the machine that runs the studio."""
    st.markdown(gettext("A folder on this computer with **one subfolder per species**:"))
    st.code(
        "plants/\n├── Bellis_perennis/\n│   ├── 0001.jpg\n│   └── 0002.png\n"
        "└── Rosa_canina/\n    └── 0003.jpg",
        language=None,
    )
    path = st.text_input(gettext("Folder"), placeholder="/home/me/plants", key="import_folder")
    source = _source(gettext("Name of the folder"), "import_folder_source")
    st.caption(
        gettext("The photographs are copied into the studio folder. Your folder stays as it is.")
    )
    _start(
        gettext("Import the folder"),
        "import_take_folder",
        busy,
        lambda: take_folder(home, path, source),
    )


def table_form(home: Home, busy: bool) -> None:
    """Import a table, by path or upload."""
    st.markdown(
        gettext(
            "A table with **one row per photograph**: JSON lines (.jsonl), CSV or Parquet. Each "
            "row needs `species`, and `path` or `url`."
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
        given = st.file_uploader(gettext("Table"), type=list(TABLE_TYPES), key="import_upload")
        st.caption(gettext("In an uploaded table, every path must be absolute."))
        source = _source(gettext("Name of the table"), "import_upload_source")
        start = st.empty()
        if given is not None:
            with start.container():
                _start(
                    gettext("Import the table"),
                    "import_take_upload",
                    busy,
                    lambda: take_upload(home, given.name, given.getvalue(), source),
                )
        return
    path = st.text_input(
        gettext("Table"), placeholder="/home/me/photographs.csv", key="import_table"
    )
    st.caption(gettext("Relative paths start from the folder of the table."))
    source = _source(gettext("Name of the table"), "import_table_source")
    _start(
        gettext("Import the table"),
        "import_take_table",
        busy,
        lambda: take_table(home, path, source),
    )


def cache_form(home: Home, busy: bool) -> None:
    """Give photographs their files from a folder whose files are named by their address."""
    st.markdown(
        gettext(
            "The image cache of another program: files named by the **MD5, SHA-1 or SHA-256 of "
            "their address**. Photographs that have only an address get their file."
        )
    )
    path = st.text_input(gettext("Folder"), placeholder="/home/me/cache", key="import_cache")
    placing: Placing = st.segmented_control(
        gettext("Files"),
        list(_PLACINGS),
        default="copy",
        required=True,
        format_func=lambda placing: gettext(_PLACINGS[placing]),
        help=gettext(
            "A hard link needs no space, but the same disk. Files left in place are symbolic "
            "links: the folder must stay."
        ),
        key="import_cache_mode",
    )
    st.caption(gettext("Addresses may also be imported later: they then find their files."))
    _start(
        gettext("Import the files"),
        "import_take_cache",
        busy,
        lambda: take_cache(home, path, placing),
    )


def path_form(name: str, home: Home, busy: bool) -> None:
    """Run an importer without its own section on a path."""
    importer = IMPORTERS[name]
    reads_folder = importer.reads == "folder"
    st.markdown(text.plain(gettext(importer.description)))
    path = st.text_input(
        gettext("Folder") if reads_folder else gettext("File"),
        help=gettext(importer.argument),
        key=f"import_{name}",
    )
    usual = gettext("Name of the folder") if reads_folder else gettext("Name of the file")
    source = _source(usual, f"import_{name}_source")
    _start(
        gettext("Import"), f"import_take_{name}", busy, lambda: take_path(home, name, path, source)
    )


def ways() -> dict[str, tuple[str, Section]]:
    """The import methods by their word in the page's address: label and section."""
    own: dict[str, tuple[str, Section]] = {
        "demo": (gettext("Demo garden"), demo_garden),
        "folder": (gettext(IMPORTERS["folder"].title), folder_form),
        "table": (gettext(IMPORTERS["table"].title), table_form),
        "mongodb": ("MongoDB", mongodb),
        "inaturalist": ("iNaturalist", inaturalist),
        "cache": (gettext("Cache folder"), cache_form),
    }
    others = {
        name: (gettext(importer.title), functools.partial(path_form, name))
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
        help=gettext("Another import is running.") if busy else None,
    )
    if pressed:
        with problems_shown():
            begin()
            st.rerun()


def _source(default: str, key: str) -> str:
    return st.text_input(
        gettext("Source"),
        placeholder=default,
        help=gettext("The name of the source in the catalogue."),
        key=key,
    )


def _columns() -> None:
    column, others = gettext("Column"), gettext("Other accepted names")
    rows = [
        {column: ours, others: ", ".join(name for name in names if name != ours)}
        for ours, names in COLUMNS.items()
    ]
    st.table(pd.DataFrame(rows).set_index(column), alt=gettext("The columns that are read"))
