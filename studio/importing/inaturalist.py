"""Bringing in what iNaturalist has: how much a search would find, and the import started."""

from dataclasses import dataclass

import streamlit as st

from engine.download.preferences import download_settings, save_download_settings
from engine.home import Home
from engine.inaturalist.api import opened_api
from engine.inaturalist.search import (
    LICENCES,
    OPEN_LICENCES,
    Quality,
    Search,
    SearchEstimate,
    estimate_search,
    make_search,
)
from engine.settings.download import DownloadSettings
from studio import text
from studio.importing.jobs import take_observations
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problems_shown

_FOUND = "import_inaturalist_found"
_AT_FIRST = 1_000
# In seconds: a reader waits for the answer.
_PATIENCE = 10.0
_QUALITIES: dict[Quality, str] = {
    "research": "Research grade: several agree",
    "needs_id": "Still to be agreed on",
    "casual": "Casual: planted, or lacking something",
    "any": "Any",
}


@dataclass(frozen=True)
class _Typed:
    """A search as it was typed."""

    taxon: str
    place: str
    quality: str
    licences: tuple[str, ...]


def inaturalist(home: Home, busy: bool) -> None:
    """Say what is wanted, see how much of it there is, import it."""
    st.markdown(
        "Observations of wild plants, photographed by their finders and named together at "
        "[iNaturalist](https://www.inaturalist.org). Address, licence and attribution of each "
        "photograph come in; the photographs themselves are fetched afterwards, on the page "
        "*Download*."
    )
    with problems_shown():
        settings = download_settings(home)
        typed, contact, sent = _form(settings)
        if sent:
            st.session_state.pop(_FOUND, None)
            with st.spinner("Asking iNaturalist"):
                st.session_state[_FOUND] = (typed, *_asked(home, settings, typed, contact))
        found = st.session_state.get(_FOUND)
        if found and found[0] == typed:
            _take(home, busy, found[1], found[2])


def _form(settings: DownloadSettings) -> tuple[_Typed, str, bool]:
    with st.form("import_inaturalist_form", border=False):
        taxon, place = st.columns(2)
        typed = _Typed(
            taxon.text_input(
                "Taxon",
                placeholder="Bellis perennis, Asteraceae, …",
                help="A species, genus, family or more, by its scientific or common name or by "
                "iNaturalist's number of it.",
                key="import_inaturalist_taxon",
            ),
            place.text_input(
                "Place",
                placeholder="everywhere",
                help="A country, region or town as iNaturalist calls it, or its number there.",
                key="import_inaturalist_place",
            ),
            st.selectbox(
                "Quality",
                list(_QUALITIES),
                format_func=_QUALITIES.__getitem__,
                key="import_inaturalist_quality",
            ),
            tuple(
                st.pills(
                    "Licences of the photographs",
                    LICENCES,
                    selection_mode="multi",
                    default=OPEN_LICENCES,
                    format_func=_licence,
                    key="import_inaturalist_licences",
                )
            ),
        )
        contact = st.text_input(
            "Your e-mail or web address",
            settings.contact,
            placeholder="me@example.org",
            help="iNaturalist's keepers are told with every question whom to write to. It is kept "
            "in this home and told to every server that photographs are fetched from.",
            key="import_inaturalist_contact",
        )
        sent = st.form_submit_button(
            "See how many there are", key="import_inaturalist_ask", icon=":material/search:"
        )
    return typed, contact.strip(), sent


def _asked(
    home: Home, settings: DownloadSettings, typed: _Typed, contact: str
) -> tuple[Search, SearchEstimate]:
    if contact != settings.contact:
        settings = save_download_settings(home, {"contact": contact})
    hurried = settings.model_copy(update={"attempts": 2})
    with opened_api(home, hurried, _PATIENCE) as api:
        search = make_search(api, typed.taxon, typed.place, typed.quality, typed.licences)
        return search, estimate_search(api, search)


def _take(home: Home, busy: bool, search: Search, found: SearchEstimate) -> None:
    name = str(found.taxon)
    st.markdown(f"**{text.plain(name[:1].upper() + name[1:])}**, {_where(found)}")
    metric_row(
        [
            Metric("Observations", text.number(found.observations), note="with photographs"),
            Metric("Species", text.number(found.species), note="among them"),
        ]
    )
    if not found.observations:
        st.caption("Nothing fits: try a wider taxon, another place, quality or licence.")
        return
    limit = st.number_input(
        "Photographs at most",
        min_value=1,
        value=_AT_FIRST,
        step=1_000,
        help="The oldest observations come first. The same import with a higher number goes on "
        "from there.",
        key="import_inaturalist_limit",
    )
    requests = found.requests(limit)
    st.caption(
        f"Takes about {text.duration(max(1.0, requests * found.pace))}: "
        f"{text.count(requests, 'request')}, at the pace that iNaturalist asks for."
    )
    pressed = st.button(
        "Import the photographs' addresses",
        key="import_inaturalist_take",
        type="primary",
        disabled=busy,
        help="Another import is at work; they take turns." if busy else None,
    )
    if pressed:
        take_observations(home, search, limit)
        st.rerun()


def _where(found: SearchEstimate) -> str:
    return text.plain(str(found.place)) if found.place else "everywhere"


def _licence(code: str) -> str:
    """ "cc-by-nc" -> "CC BY-NC"."""
    return code.upper().replace("CC-", "CC ") if code in OPEN_LICENCES else code.capitalize()
