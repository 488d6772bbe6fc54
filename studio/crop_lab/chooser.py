"""Which photograph is looked at: one of the catalogue, or one that is uploaded."""

from dataclasses import dataclass

import streamlit as st

from engine.catalogue.folder_import import IMAGE_SUFFIXES
from engine.catalogue.record import Photograph
from engine.catalogue.sampling import sample
from engine.catalogue.store import Catalogue, Filter
from studio.catalogue.filters import filters
from studio.crop_lab.strip import SIZE
from studio.crop_lab.subject import Subject, of_photograph, of_upload
from studio.links import from_address, to_address
from studio.views.action import Action
from studio.views.empty import empty
from studio.views.problem import problem, problems_shown

_CACHED = Filter(state="cached")
_CATALOGUE, _UPLOAD = "From the catalogue", "Upload one"
_CHOSEN, _WAY = "lab_photo", "lab_way"


@dataclass(frozen=True)
class Choice:
    """The photograph to look at if there is one, its id in the catalogue, and others."""

    subject: Subject | None = None
    image_id: str = ""
    others: tuple[Photograph, ...] = ()


def choose(catalogue: Catalogue) -> Choice:
    """Draw the ways to a photograph; the address may name one as photo."""
    from_address(_CHOSEN, "photo")
    if st.session_state.pop("lab_picked", False):
        st.session_state[_WAY] = _CATALOGUE
    st.session_state.setdefault(_WAY, _CATALOGUE)
    way = st.segmented_control(
        "Photograph",
        [_CATALOGUE, _UPLOAD],
        required=True,
        key=_WAY,
        label_visibility="collapsed",
    )
    if way == _UPLOAD:
        return Choice(_uploaded(), "", tuple(sample(catalogue, _CACHED, 1, SIZE)))
    if not catalogue.counts().by_state.get("cached"):
        empty(
            "No photographs to look at",
            "Upload one above, or bring some into the catalogue.",
            [Action("Import photographs", "../pages/importing.py")],
            key="lab_empty",
        )
        return Choice()
    return _catalogued(catalogue)


def pick(image_id: str) -> None:
    """Look at another photograph of the catalogue; the page runs anew."""
    st.session_state[_CHOSEN] = image_id
    st.session_state["lab_picked"] = True
    to_address(_CHOSEN, "photo", image_id)
    st.rerun()


def _uploaded() -> Subject | None:
    given = st.file_uploader("Photograph", type=sorted(IMAGE_SUFFIXES), key="lab_upload")
    if given is None:
        return None
    with problems_shown():
        return of_upload(given.name, given.getvalue())
    return None


def _catalogued(catalogue: Catalogue) -> Choice:
    names, number = st.columns([5, 1])
    with names:
        chosen = filters(catalogue, "lab", state="cached")
    with number:
        seed = st.number_input(
            "Sample",
            min_value=1,
            max_value=9_999,
            key="lab_seed",
            help="Another number draws other photographs; the same one draws the same.",
        )
    others = sample(catalogue, chosen, int(seed), SIZE)
    image_id = st.session_state.get(_CHOSEN) or (others[0].image_id if others else "")
    to_address(_CHOSEN, "photo", st.session_state.get(_CHOSEN))
    photograph = catalogue.get(image_id)
    subject = None
    if photograph is None:
        problem(
            f"There is no photograph {image_id!r} in the catalogue; choose another below."
            if image_id
            else "No photograph passes these filters; widen them."
        )
    elif photograph.state != "cached":
        problem("The bytes of this photograph are not on this machine; choose another below.")
    else:
        with problems_shown():
            subject = of_photograph(photograph)
    return Choice(subject, image_id, tuple(others))
