"""The listings of a photograph that came several times."""

import streamlit as st

from engine.catalogue.licences import strictest, strictness
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.language.message import gettext, ngettext
from studio import text
from studio.current import catalogue as opened_catalogue

_LICENCE = "catalogue_licence"


def listings_view(catalogue: Catalogue, photograph: Photograph) -> None:
    """Show how a photograph is listed; nothing if it is listed once."""
    listings = catalogue.listings(photograph.image_id)
    if not listings:
        return
    records = [one.listed for one in listings]
    if all(one.image_id != photograph.image_id for one in listings):
        records.insert(0, photograph)
    title = ngettext("Listed {n} time", "Listed {n} times", len(records))
    with st.expander(title, icon=":material/content_copy:"):
        for record in records:
            _record(record)
        _licence(photograph, records)


def _record(record: Photograph) -> None:
    lines = [
        f"*{text.plain(record.species)}*",
        *map(text.plain, filter(None, (record.source, record.license, record.attribution))),
    ]
    with st.container(border=True, gap=None):
        st.markdown(" · ".join(lines))
        if record.url:
            st.caption(text.plain(record.url))


def _licence(photograph: Photograph, records: list[Photograph]) -> None:
    """Choose the licence that applies, if the listings state several."""
    stated = {record.license for record in records if record.license}
    if len(set(map(strictness, stated))) < 2:
        return
    options = sorted(stated | {photograph.license}, key=strictness, reverse=True)
    key = f"{_LICENCE}_{photograph.image_id}"
    st.selectbox(
        gettext("Licence that applies"),
        options,
        index=options.index(photograph.license),
        key=key,
        help=gettext(
            "The strictest licence applies until you choose another. Choose one only if you know "
            "that it is right."
        ),
        on_change=_choose,
        args=(photograph.image_id, key),
    )
    if photograph.license != strictest(stated):
        st.caption(gettext("Chosen by hand; the strictest is {licence}.", licence=options[0]))


def _choose(image_id: str, key: str) -> None:
    with opened_catalogue() as opened:
        opened.update([{"image_id": image_id, "license": st.session_state[key]}])
