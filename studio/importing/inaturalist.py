"""Import from iNaturalist: the number of search results, and the start of the import."""

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
from engine.language.message import deferred, gettext, ngettext
from engine.settings.download import DownloadSettings
from studio import text
from studio.importing.jobs import start_inaturalist_import
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problems_shown

_FOUND = "import_inaturalist_found"
_AT_FIRST = 1_000
# In seconds: a reader waits for the answer.
_PATIENCE = 10.0
_QUALITIES: dict[Quality, str] = {
    "research": deferred("Research grade"),
    "needs_id": deferred("Needs ID"),
    "casual": deferred("Casual"),
    "any": deferred("Any"),
}


@dataclass(frozen=True)
class _Typed:
    """A search as the user entered it."""

    taxon: str
    place: str
    quality: str
    licences: tuple[str, ...]


def inaturalist(home: Home, busy: bool) -> None:
    """Enter a search, see the number of results, and import them."""
    st.markdown(
        gettext(
            "Plant observations from [iNaturalist](https://www.inaturalist.org). This imports the "
            "address, licence and attribution of each photograph. Then get the files on the page "
            "*Download*."
        )
    )
    with problems_shown():
        settings = download_settings(home)
        typed, contact, sent = _form(settings)
        if sent:
            st.session_state.pop(_FOUND, None)
            with st.spinner(gettext("Searching iNaturalist")):
                st.session_state[_FOUND] = (typed, *_asked(home, settings, typed, contact))
        found = st.session_state.get(_FOUND)
        if found and found[0] == typed:
            _take(home, busy, found[1], found[2])


def _form(settings: DownloadSettings) -> tuple[_Typed, str, bool]:
    with st.form("import_inaturalist_form", border=False):
        taxon, place = st.columns(2)
        typed = _Typed(
            taxon.text_input(
                gettext("Taxon"),
                placeholder=gettext("Bellis perennis, Asteraceae, …"),
                help=gettext(
                    "A species, genus, family or higher rank. Type its scientific name, common "
                    "name or iNaturalist number."
                ),
                key="import_inaturalist_taxon",
            ),
            place.text_input(
                gettext("Place"),
                placeholder=gettext("Everywhere"),
                help=gettext(
                    "A country, region or town as iNaturalist names it, or its number there."
                ),
                key="import_inaturalist_place",
            ),
            st.selectbox(
                gettext("Quality"),
                list(_QUALITIES),
                format_func=lambda quality: gettext(_QUALITIES[quality]),
                help=gettext(
                    "Research grade: several people agree on the species; try it first. Needs ID: "
                    "not agreed yet. Casual: cultivated plants or incomplete data."
                ),
                key="import_inaturalist_quality",
            ),
            tuple(
                st.pills(
                    gettext("Photograph licences"),
                    LICENCES,
                    selection_mode="multi",
                    default=OPEN_LICENCES,
                    format_func=_licence,
                    key="import_inaturalist_licences",
                )
            ),
        )
        contact = st.text_input(
            gettext("Your e-mail or web address"),
            settings.contact,
            placeholder="me@example.org",
            help=gettext(
                "iNaturalist requires a contact address with each request. It is saved in the "
                "studio folder and sent to every server you download from."
            ),
            key="import_inaturalist_contact",
        )
        sent = st.form_submit_button(
            gettext("Search"), key="import_inaturalist_ask", icon=":material/search:"
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
    st.markdown(f"**{text.plain(name[:1].upper() + name[1:])}** · {_where(found)}")
    metric_row(
        [
            Metric(
                gettext("Observations"),
                text.number(found.observations),
                note=gettext("With photographs"),
            ),
            Metric(gettext("Species"), text.number(found.species)),
        ]
    )
    if not found.observations:
        st.caption(gettext("No results. Try a broader taxon, another place, quality or licence."))
        return
    limit = st.number_input(
        gettext("Maximum number of photographs"),
        min_value=1,
        value=_AT_FIRST,
        step=1_000,
        help=gettext(
            "The oldest observations are imported first. To get more later, repeat the import "
            "with a higher number."
        ),
        key="import_inaturalist_limit",
    )
    requests = found.requests(limit)
    st.caption(
        ngettext(
            "{n} request, about {time:duration} at the speed that iNaturalist allows.",
            "{n} requests, about {time:duration} at the speed that iNaturalist allows.",
            requests,
            time=max(1.0, requests * found.pace),
        )
    )
    pressed = st.button(
        gettext("Import addresses"),
        key="import_inaturalist_take",
        type="primary",
        disabled=busy,
        help=gettext("Another import is running.") if busy else None,
    )
    if pressed:
        start_inaturalist_import(home, search, limit)
        st.rerun()


def _where(found: SearchEstimate) -> str:
    return text.plain(str(found.place)) if found.place else gettext("Everywhere")


def _licence(code: str) -> str:
    """ "cc-by-nc" -> "CC BY-NC"."""
    if code in OPEN_LICENCES:
        return code.upper().replace("CC-", "CC ")
    return gettext("All rights reserved")
