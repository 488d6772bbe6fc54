"""The photograph to identify: from the test part or the catalogue, or an upload."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from engine.catalogue.store import Filter
from engine.errors import BadInput, StudioError
from engine.home import Home
from engine.language.message import deferred, gettext, ngettext
from engine.runs.run import Run
from studio import current
from studio.try_it.parts import KnownAnswer, test_part
from studio.uploads import LARGEST_MB, PHOTOGRAPH_TYPES
from studio.views.component_key import component_key
from studio.views.grid import Tile, pager, photo_grid

_A_PAGE = 18
_FROM_CATALOGUE = 8 * _A_PAGE
_SOURCES = {
    "test": deferred("Test part"),
    "catalogue": deferred("Catalogue"),
    "upload": deferred("Upload"),
}
_EVERY = ""


@dataclass(frozen=True)
class ChosenPhotographs:
    """A photograph: a file of the home or uploaded bytes, with its species if known."""

    source: Path | bytes
    name: str
    species: str = ""


def choose_photographs(home: Home, run: Run) -> ChosenPhotographs | None:
    """Choose a photograph; None until there is one. ?photo=ID selects one of the catalogue."""
    asked = st.query_params.get("photo", "")
    source = st.segmented_control(
        gettext("Photograph from"),
        list(_SOURCES),
        format_func=lambda name: gettext(_SOURCES[name]),
        default="catalogue" if asked else "test",
        required=True,
        key="try_it.source",
    )
    if source == "upload":
        return _uploaded()
    if source == "catalogue":
        return _from_catalogue(home, asked)
    return _picked(home, test_part(home, run), component_key("try_it.test", run.run_id))


def _uploaded() -> ChosenPhotographs | None:
    file = st.file_uploader(
        gettext("Photograph of a plant"),
        type=PHOTOGRAPH_TYPES,
        max_upload_size=LARGEST_MB,
        key="try_it.upload",
    )
    return ChosenPhotographs(file.getvalue(), file.name) if file else None


def _from_catalogue(home: Home, asked: str) -> ChosenPhotographs | None:
    words = st.text_input(
        gettext("Search"), placeholder=gettext("Part of a species name"), key="try_it.search"
    )
    with current.catalogue() as catalogue:
        wanted = catalogue.get(asked) if asked else None
        page = catalogue.page(Filter(text=words, state="cached"), None, _FROM_CATALOGUE)
    found = [KnownAnswer(p.image_id, p.path, p.sha256, p.species) for p in page.photographs]
    if len(found) == _FROM_CATALOGUE:
        st.caption(
            ngettext(
                "Only the first photograph is shown. Search for others.",
                "Only the first {n} photographs are shown. Search for others.",
                _FROM_CATALOGUE,
            )
        )
    picked = _picked(home, found, "try_it.catalogue")
    if picked is None and wanted is not None and wanted.path:
        return _in_home(home, KnownAnswer(asked, wanted.path, wanted.sha256, wanted.species))
    return picked


def _picked(home: Home, photographs: Sequence[KnownAnswer], key: str) -> ChosenPhotographs | None:
    species = sorted({photograph.species for photograph in photographs})
    wanted = _EVERY
    if len(species) > 1:
        wanted = st.selectbox(
            gettext("Species"),
            [_EVERY, *species],
            format_func=lambda name: name or gettext("All species"),
            key=f"{key}.species",
        )
    offered = [item for item in photographs if wanted in (_EVERY, item.species)]
    places = pager(len(offered), f"{key}.page", page_size=_A_PAGE)
    chosen = photo_grid(_tiles([offered[number] for number in places]), key)
    found = next((item for item in photographs if item.image_id == chosen), None)
    return _in_home(home, found) if found else None


def _tiles(photographs: Sequence[KnownAnswer]) -> list[Tile]:
    tiles = []
    for item in photographs:
        try:
            image = current.images().thumbnail(item.path, item.sha256)
        except StudioError:
            # A damaged or missing photograph cannot be identified either.
            continue
        alt = gettext("Photograph of {species}", species=item.species)
        tiles.append(Tile(item.image_id, image, item.species, alt))
    return tiles


def _in_home(home: Home, photograph: KnownAnswer) -> ChosenPhotographs:
    path = home.resolve(photograph.path)
    if not path.is_file():
        raise BadInput("The photograph {file} is missing. Choose another.", file=photograph.path)
    return ChosenPhotographs(path, path.name, photograph.species)
