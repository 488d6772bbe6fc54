"""Own fields on the page Catalogue: those that are filters, and those that rules compute."""

import re
from collections.abc import Sequence

import streamlit as st

from engine.catalogue.changes import Change
from engine.catalogue.computing import compute_fields, rules_in
from engine.catalogue.store import Catalogue
from engine.errors import BadInput, StudioError
from engine.language.message import gettext
from engine.preferences import own_filters, remember
from engine.settings.configs import CONFIGS
from studio.catalogue.curating import apply_change
from studio.current import catalogue as open_catalogue
from studio.current import home

_CHOSEN, _RULE = "catalogue_own_fields", "catalogue_rule"
_EXAMPLE = CONFIGS / "fields" / "regions.yaml"


def choose_own_filters(catalogue: Catalogue) -> tuple[str, ...]:
    """Draw the choice of the own fields that are filters, remembered in the home; return them."""
    chosen = own_filters(home())
    drawer = st.popover(
        gettext("Own fields"), icon=":material/filter_list:", key="catalogue_own", on_change="rerun"
    )
    # Finding the names reads all photographs.
    if drawer.open:
        with drawer:
            _choice(catalogue.own_names(), chosen)
            _rule()
    return chosen


def _choice(there: Sequence[str], chosen: Sequence[str]) -> None:
    # A rule may have added one since the box was drawn.
    st.session_state[_CHOSEN] = list(chosen)
    st.multiselect(
        gettext("Fields that are filters"),
        list(dict.fromkeys([*there, *chosen])),
        key=_CHOSEN,
        on_change=_keep,
        placeholder=gettext("Choose fields"),
        help=gettext("Fields that your import brought besides those of the catalogue."),
    )


def _rule() -> None:
    st.text_area(
        gettext("Compute a field by a rule"),
        _example(),
        key=_RULE,
        height=170,
        help=gettext("YAML, for all photographs. The tab History can undo it."),
    )
    st.button(gettext("Compute"), key="catalogue_compute", on_click=_compute)


def _example() -> str:
    """The rule for regions, without its comments, which have one language."""
    text = _EXAMPLE.read_text(encoding="utf-8") if _EXAMPLE.is_file() else ""
    return re.sub(r"(?m)^#.*\n| +#.*$", "", text)


def _compute() -> None:
    def act(catalogue: Catalogue) -> Change:
        rules = rules_in(st.session_state[_RULE])
        changes = [change for change in compute_fields(catalogue, rules) if change.images]
        if not changes:
            raise BadInput("Nothing changed: all photographs have these values already.")
        _remember(catalogue, list(dict.fromkeys([*own_filters(home()), *rules])))
        return changes[-1]

    apply_change(act)


def _keep() -> None:
    with open_catalogue() as catalogue:
        _remember(catalogue, st.session_state[_CHOSEN])


def _remember(catalogue: Catalogue, names: Sequence[str]) -> None:
    try:
        remember(home(), own_filters=list(names))
        catalogue.index_own(names)
    except StudioError:
        st.toast(gettext("The home cannot be written to, so the filters are not remembered."))
