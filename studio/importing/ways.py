"""The import methods, one section each."""

import functools
from collections.abc import Callable

import streamlit as st

from engine.catalogue.importers import IMPORTERS
from engine.garden.species import SPECIES
from engine.home import Home
from engine.language.message import deferred, gettext
from studio import text
from studio.importing.datasets import dataset_form
from studio.importing.folders import folder_form
from studio.importing.inaturalist import inaturalist
from studio.importing.inputs import source_input, start_button
from studio.importing.jobs import plant, take_path
from studio.importing.mongodb import mongodb
from studio.importing.tables import table_form

Section = Callable[[Home, bool], None]
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
    start_button(gettext("Draw the demo garden"), "import_plant", busy, lambda: plant(home))


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
        gettext("Import"), f"import_take_{name}", busy, lambda: take_path(home, name, path, source)
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
    }
    others = {
        name: (gettext(importer.title), functools.partial(path_form, name))
        for name, importer in IMPORTERS.items()
        # Those that are recognised share a section.
        if name not in own and importer.recognises is None
    }
    return own | others
