"""One photograph with all its metadata."""

from itertools import islice
from typing import Any

import streamlit as st

from engine.catalogue.changes import Action
from engine.catalogue.fields import FIELDS
from engine.catalogue.flags import FLAGS, OBSERVATION_OF_TWO_SPECIES
from engine.catalogue.own_fields import date_of, own_fields
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue, Filter
from engine.images.decode import read_rgb
from engine.language.message import gettext
from studio import current, text
from studio.catalogue.curating import LOOKS, curate, has_news, last_change_view, species_box
from studio.catalogue.filters import flag_name
from studio.catalogue.listings import listings_view
from studio.current import file_of, images
from studio.picture_cache import pictures
from studio.thumbnails import tiles
from studio.views.grid import photo_grid
from studio.views.photo import jpeg, photo_html
from studio.views.problem import problems_shown

_SHOWN_SIDE = 900
_MOST_RELATED = 12
_OF_THE_FILE = ("image_id", "path", "sha256", "phash")
# The image or a sentence shows the state; badges and buttons show flags and exclusion.
_SHOWN_ELSEWHERE = frozenset(
    {*_OF_THE_FILE, "width", "height", "state", "flags", "excluded", "extra"}
)
_SPECIES, _RELABEL = "catalogue_it_shows", "catalogue_relabel_one"


def record_view(catalogue: Catalogue, photograph: Photograph) -> str | None:
    """Draw the record; return the id of another photograph of its observation, if one is chosen."""
    st.subheader(f"*{text.plain(photograph.species)}*", anchor=False)
    if photograph.state == "cached":
        with problems_shown():
            _photo(photograph)
    else:
        st.info(gettext("Not downloaded yet; only the address is known."))
        _credit_line(photograph)
    _findings(photograph)
    _acts(photograph)
    _fields(photograph)
    listings_view(catalogue, photograph)
    # Importing tables takes half a second, which should not delay the first view of the page.
    from engine.quality.alike import alike

    same = _others(related(catalogue, photograph), gettext("Same observation"), "catalogue_related")
    twins = _others(
        alike(current.home(), catalogue, photograph, _MOST_RELATED),
        gettext("Similar"),
        "catalogue_alike",
    )
    return same or twins


def _others(photographs: list[Photograph], title: str, key: str) -> str | None:
    if not photographs:
        return None
    st.markdown(f"**{title}**")
    return photo_grid(tiles(photographs, images()), key, title, marked="")


def _findings(photograph: Photograph) -> None:
    if photograph.excluded:
        st.warning(
            gettext("Excluded: exports, splits and downloads leave it out."),
            icon=":material/block:",
        )
    with st.container(horizontal=True, gap="xsmall"):
        for flag in photograph.flags:
            st.badge(
                text.plain(flag_name(flag)),
                icon=":material/flag:",
                color="orange",
                help=gettext(FLAGS[flag]) if flag in FLAGS else None,
            )


def _acts(photograph: Photograph) -> None:
    action: Action = "include" if photograph.excluded else "exclude"
    label, icon = LOOKS[action]
    with st.container(horizontal=True, gap="small"):
        chosen = [photograph.image_id]
        st.button(
            gettext(label), key="catalogue_one", icon=icon, on_click=curate, args=(action, chosen)
        )
        label, icon = LOOKS["relabel"]
        # Only a drawer that reports its opening can be closed from here.
        with st.popover(gettext(label), icon=icon, key=_RELABEL, on_change="rerun"):
            species = species_box(_SPECIES)
            st.button(
                gettext(label),
                key="catalogue_do_one",
                type="primary",
                disabled=not species,
                on_click=_relabel,
                args=(chosen,),
            )
        if photograph.state == "cached" and st.button(
            gettext("Open in the crop lab"), key="catalogue_lab", icon=":material/crop:"
        ):
            address = {"photo": photograph.image_id}
            st.switch_page("../pages/crop_lab.py", query_params=address)
    last_change_view(photograph.image_id)
    # Behind the drawer, the page still shows the counts from before.
    if has_news():
        st.rerun()


def _relabel(chosen: list[str]) -> None:
    curate("relabel", chosen, _SPECIES)
    st.session_state[_RELABEL] = False


def related(catalogue: Catalogue, photograph: Photograph) -> list[Photograph]:
    """The other photographs of its observation, at most twelve."""
    if not photograph.observation_id:
        return []
    # An observation is of one plant, so its photographs have one species and one source. Where they
    # do not, the scan has flagged them.
    near = Filter(species=photograph.species, source=photograph.source)
    if OBSERVATION_OF_TWO_SPECIES in photograph.flags:
        near = Filter(source=photograph.source, flag=OBSERVATION_OF_TWO_SPECIES)
    same = (
        other
        for other in catalogue.all(near)
        if other.observation_id == photograph.observation_id
        and other.image_id != photograph.image_id
    )
    return list(islice(same, _MOST_RELATED))


def _photo(photograph: Photograph) -> None:
    encoded = pictures().get((photograph.sha256, "record"), lambda: _shown(photograph))
    size = (photograph.width, photograph.height)
    st.html(photo_html(encoded, size, photograph.species, caption=_credit(photograph)))


def _credit(photograph: Photograph) -> str:
    return " · ".join(filter(None, (photograph.attribution, photograph.license)))


def _credit_line(photograph: Photograph) -> None:
    if _credit(photograph):
        st.caption(text.plain(_credit(photograph)))


def _shown(photograph: Photograph) -> bytes:
    pixels = read_rgb(file_of(photograph), least_side=_SHOWN_SIDE)
    return jpeg(pixels, longest=_SHOWN_SIDE)


def _fields(photograph: Photograph) -> None:
    shown = {
        gettext(FIELDS[name].label): text.plain(str(value)) or "–"
        for name, value in photograph._asdict().items()
        if name not in _SHOWN_ELSEWHERE
    }
    if photograph.width:
        shown[gettext("Size")] = gettext(
            "{width} × {height} pixels", width=photograph.width, height=photograph.height
        )
    st.table(shown, border="horizontal")
    if own := own_fields(photograph.extra):
        st.caption(gettext(FIELDS["extra"].label), help=gettext(FIELDS["extra"].help))
        stated = {text.plain(name): text.plain(_own_value(value)) for name, value in own.items()}
        st.table(stated, border="horizontal")
    with st.expander(gettext("File and hashes")):
        values = ((gettext(FIELDS[name].label), getattr(photograph, name)) for name in _OF_THE_FILE)
        lines = [f"{label}: {value}" for label, value in values if value]
        st.code("\n".join(lines), language=None, wrap_lines=True)


def _own_value(value: Any) -> str:
    """The value of an own field as readers of the page's language write it."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, float):
        # Coordinates have up to six digits after the point.
        return text.number(value, len(f"{value:.6f}".rstrip("0").partition(".")[2]))
    if isinstance(value, list):
        return ", ".join(map(_own_value, value))
    day = date_of(value)
    return text.day(day) if day and len(value) == len("2026-01-01") else str(value)
