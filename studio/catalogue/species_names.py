"""Names that a taxonomy table has otherwise: each with examples, and buttons that relabel."""

import streamlit as st

from engine.catalogue.changes import Change
from engine.catalogue.store import Catalogue, Filter
from engine.files import typed_path
from engine.language.message import gettext, ngettext
from engine.taxonomy.proposals import (
    STATE_NAMES,
    Proposal,
    Proposals,
    accept_names,
    decide,
    propose_names,
    reasons_of,
)
from engine.taxonomy.resolve import State
from engine.taxonomy.store import TaxonomyAbout, open_taxonomy, required_taxonomy
from studio import text
from studio.background import follow
from studio.catalogue.curating import change_catalogue
from studio.catalogue.taxonomy_job import JOB, acceptance_outcome, start_names_job
from studio.current import catalogue as open_catalogue
from studio.current import home, images
from studio.thumbnails import tiles
from studio.views.empty import empty_state
from studio.views.ended import broke_off
from studio.views.grid import photo_grid
from studio.views.problem import problem, problems_shown

_PAGE_SIZE = 6
_EXAMPLES = 3
_FILE, _PROBLEM, _KEEP = "names_file", "names_problem", "names_keep_ranks"
_COLOURS: dict[State, str] = {"certain": "green", "doubtful": "orange", "ambiguous": "orange"}


def names_view(catalogue: Catalogue) -> None:
    """Draw the proposals of the home's taxonomy table, or how to add one."""
    job = follow({JOB: gettext("Species names")})[JOB]
    if job.state == "running":
        return
    broke_off(job, gettext("Species names"), resumes=False)
    acceptance_outcome(job)
    if st.session_state.get(_PROBLEM):
        problem(st.session_state[_PROBLEM])
    with problems_shown(), open_taxonomy(home()) as store:
        if store is None:
            _empty()
            return
        keep_ranks = _head(store.about)
        stamp = (str(home().root), *catalogue.stamp(), home().taxonomy.stat().st_mtime_ns)
        with st.spinner(gettext("Comparing names")):
            found = _proposals(stamp, keep_ranks)
        _list(catalogue, found)


@st.cache_resource(max_entries=2, show_spinner=False)
def _proposals(stamp: tuple[object, ...], keep_ranks: bool) -> Proposals:
    with required_taxonomy(home()) as store, open_catalogue() as catalogue:
        return propose_names(catalogue, store, keep_ranks)


def _empty() -> None:
    empty_state(
        gettext("No taxonomy table yet"),
        gettext("Download a table of WFO, WCVP, GBIF or iNaturalist and give its path below."),
        icon=":material/spellcheck:",
        key="names_empty",
    )
    _add_form()


def _add_form() -> None:
    path = st.text_input(
        gettext("File with the table"),
        placeholder="/home/me/WFO_Backbone.zip",
        help=gettext("A file on the computer that runs the studio, also as .zip or .gz."),
        key=_FILE,
    )
    st.button(
        gettext("Add the table"),
        key="names_add",
        icon=":material/add:",
        type="primary",
        disabled=not path.strip(),
        on_click=_add,
    )


def _add() -> None:
    st.session_state[_PROBLEM] = ""
    path = typed_path(str(st.session_state[_FILE]))
    if path.is_file():
        start_names_job("taxonomy", "add", str(path))
        return
    st.session_state[_PROBLEM] = gettext(
        "The file {path} does not exist on the computer that runs the studio.", path=path
    )


def _head(about: TaxonomyAbout) -> bool:
    """Draw where the names come from; return whether ranks below the species are kept."""
    st.caption(
        gettext(
            "{title} {version}: {names}.",
            title=text.plain(about.title),
            version=text.plain(about.version),
            names=ngettext("{n} name", "{n} names", about.names),
        )
    )
    with st.expander(gettext("Change the table or the rule")):
        keep_ranks = st.toggle(
            gettext("Keep varieties"),
            key=_KEEP,
            help=gettext("Keep subspecies, varieties and forms as species of their own."),
        )
        _add_form()
    return bool(keep_ranks)


def _list(catalogue: Catalogue, found: Proposals) -> None:
    _accept_all(found)
    pages = max(1, -(-len(found.proposals) // _PAGE_SIZE))
    page = st.pagination(pages, key=f"names_page_{pages}") if pages > 1 else 1
    for one in found.proposals[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]:
        _row(catalogue, one)
    if found.unknown:
        title = ngettext("{n} unknown name", "{n} unknown names", len(found.unknown))
        with st.expander(title, icon=":material/help:"):
            st.dataframe({gettext("Species"): found.unknown}, hide_index=True, alt=title)


def _accept_all(found: Proposals) -> None:
    certain = len(found.certain)
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(
            ngettext(
                "{n} proposal for {compared} species",
                "{n} proposals for {compared} species",
                len(found.proposals),
                compared=found.compared,
            )
            if found.proposals
            else gettext("Every known name is the accepted one.")
        )
        if certain:
            ranks = ["--keep-ranks"] if st.session_state.get(_KEEP) else []
            st.button(
                ngettext("Accept {n} certain", "Accept {n} certain", certain),
                key="names_accept_all",
                icon=":material/done_all:",
                type="primary",
                on_click=start_names_job,
                args=("taxonomy", "accept", "--all", *ranks),
            )


def _row(catalogue: Catalogue, one: Proposal) -> None:
    with st.container(border=True), st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            new = text.plain(one.new) if one.new else gettext("several plants")
            st.markdown(f"*{text.plain(one.old)}* → *{new}*")
            st.caption(_about(one))
        with st.container(width=330):
            chosen = Filter(species=one.old, excluded=None)
            examples = catalogue.page(chosen, None, _EXAMPLES).photographs
            photo_grid(
                tiles(examples, images()), f"names_examples_{one.old}", one.old, marked="", width=96
            )
        _decision(one)


def _decision(one: Proposal) -> None:
    key = f"names_accept_{one.old}"
    species: str | None = one.new
    with st.container(width=210):
        if one.candidates:
            species = st.selectbox(
                gettext("Accepted name"),
                one.candidates,
                index=None,
                key=f"{key}_name",
                placeholder=gettext("Choose"),
                label_visibility="collapsed",
            )
        st.button(
            gettext("Accept"),
            key=key,
            icon=":material/check:",
            disabled=not species,
            on_click=_accept,
            args=(one, species),
        )


def _about(one: Proposal) -> str:
    parts = [
        f":{_COLOURS[one.state]}[{gettext(STATE_NAMES[one.state])}]",
        *reasons_of(one),
        ngettext("{n} photograph", "{n} photographs", one.images),
    ]
    return " · ".join(parts)


def _accept(one: Proposal, species: str) -> None:
    """Relabel by a proposal; used as a button's on_click callback."""

    def act(catalogue: Catalogue) -> Change | None:
        with required_taxonomy(home()) as store:
            changes = accept_names(catalogue, store, [decide(one, species)])
        return changes[0] if changes else None

    change_catalogue(act)
