"""The import methods, one section each."""

import functools
from collections.abc import Callable

import streamlit as st

from engine.catalogue.importers import IMPORTERS
from engine.garden.species import SPECIES
from engine.home import Home
from engine.images.store import Placing
from engine.language.message import deferred, gettext
from studio import text
from studio.importing.datasets import dataset_form
from studio.importing.folders import folder_form
from studio.importing.inaturalist import inaturalist
from studio.importing.inputs import source_input, start_button
from studio.importing.jobs import draw_demo_garden, start_cache_import, start_path_import
from studio.importing.mongodb import mongodb
from studio.importing.tables import table_form

Section = Callable[[Home, bool], None]
_PLACINGS: dict[Placing, str] = {
    "copy": deferred("Copy"),
    "link": deferred("Hard link"),
    "leave": deferred("Leave in place"),
}
_READ = {
    "folder": deferred("Folder"),
    "file": deferred("File"),
    "path": deferred("File or folder"),
}


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
    start_button(
        gettext("Draw the demo garden"), "import_plant", busy, lambda: draw_demo_garden(home)
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
    start_button(
        gettext("Import the files"),
        "import_take_cache",
        busy,
        lambda: start_cache_import(home, path, placing),
    )


def path_form(name: str, home: Home, busy: bool) -> None:
    """Run an importer without its own section on a path."""
    importer = IMPORTERS[name]
    reads_folder = importer.reads == "folder"
    st.markdown(text.plain(gettext(importer.description)))
    path = st.text_input(
        gettext(_READ[importer.reads]),
        help=gettext(importer.argument),
        key=f"import_{name}",
    )
    usual = gettext("Name of the folder") if reads_folder else gettext("Name of the file")
    source = source_input(usual, f"import_{name}_source")
    start_button(
        gettext("Import"),
        f"import_take_{name}",
        busy,
        lambda: start_path_import(home, name, path, source),
    )


def ways() -> dict[str, tuple[str, Section]]:
    """The import methods by their word in the page's address: label and section."""
    own: dict[str, tuple[str, Section]] = {
        "demo": (gettext("Demo garden"), demo_garden),
        "folder": (gettext(IMPORTERS["folder"].title), folder_form),
        "table": (gettext(IMPORTERS["table"].title), table_form),
        "dataset": (gettext("Data set"), dataset_form),
        "mongodb": ("MongoDB", mongodb),
        "inaturalist": ("iNaturalist", inaturalist),
        "cache": (gettext("Cache folder"), cache_form),
    }
    others = {
        name: (gettext(importer.title), functools.partial(path_form, name))
        for name, importer in IMPORTERS.items()
        # Those that are recognised share a section.
        if name not in own and importer.recognises is None
    }
    return own | others
