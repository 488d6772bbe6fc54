"""Filters of the catalogue, kept in the address; each option shows its number of matches."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, get_args

import streamlit as st

from engine.catalogue.fields import FIELDS
from engine.catalogue.flags import FLAG_NAMES
from engine.catalogue.licences import TIER_NAMES
from engine.catalogue.own_fields import PREFIX
from engine.catalogue.store import UNSTATED, Catalogue, Field, Filter
from engine.language.message import deferred, gettext
from engine.preferences import own_filters
from studio import text
from studio.address import Parameter, one_of
from studio.catalogue.found import (
    FoundPhotographs,
    by_exclusion,
    find_photographs,
    is_known,
    with_value,
)
from studio.current import home
from studio.views.typeahead import typeahead

_LABELS: dict[str, str] = {
    field: deferred("Licence tier")
    if field == "tier"
    else FIELDS["flags" if field == "flag" else field].label
    for field in get_args(Field)
}
_WORDS = {
    "cached": deferred("On this computer"),
    "remote": deferred("Address only"),
}
_SHOWS: dict[str, bool | None] = {"used": False, "excluded": True, "all": None}
_SHOWN = {"used": deferred("Included"), "excluded": deferred("Excluded"), "all": deferred("All")}
# Streamlit's own box creates an element for each option; thousands would slow down the page.
_MOST_OPTIONS = 300


def filters(
    catalogue: Catalogue,
    key: str,
    *,
    fields: Sequence[str] = tuple(_LABELS),
    own: Sequence[str] = (),
    state: str = "",
    exclusions: bool = False,
) -> FoundPhotographs:
    """Draw the search field and a choice for each field, and for each of these `own` fields.

    A given `state` is fixed. The parameters of the address are text, the names of the fields and,
    with `exclusions`, show.
    """
    fields = (*fields, *(PREFIX + name for name in own))
    chosen = _current_filter(catalogue, key, fields)
    if state:
        chosen = dataclasses.replace(chosen, state=state)
    if exclusions:
        show = Parameter("show", f"{key}_show", one_of(_SHOWS), usual="used")
        show.take()
        chosen = dataclasses.replace(chosen, excluded=_SHOWS[st.session_state[show.key]])
    found = find_photographs(catalogue, chosen, own)
    with st.grid(5, min_column_width=145, gap="small"):
        _text(f"{key}_text")
        for field in fields:
            _choice(field, f"{key}_{field}", found)
        if exclusions:
            _show(show.key, by_exclusion(catalogue, found))
            show.tell(st.session_state[show.key])
    return found


def flag_name(flag: str) -> str:
    """The display name of a quality flag: "near-duplicate" -> "Near-duplicate"."""
    return gettext(FLAG_NAMES[flag]) if flag in FLAG_NAMES else flag


def clear(key: str) -> None:
    """Clear all filters; called before the filters are drawn."""
    # If its state were only deleted, the text field would still show its old text.
    st.session_state[f"{key}_text"] = ""
    own = [PREFIX + name for name in own_filters(home())]
    for name in (*_LABELS, *own, "show"):
        st.session_state.pop(f"{key}_{name}", None)


def _current_filter(catalogue: Catalogue, key: str, fields: Sequence[str]) -> Filter:
    """The current values of the widgets, which the address may have set."""
    Parameter("text", f"{key}_text").take()
    chosen = Filter(text=(st.session_state.get(f"{key}_text") or "").strip())
    for field in fields:
        Parameter(field, f"{key}_{field}", _known(catalogue, field)).take()
        chosen = with_value(chosen, field, st.session_state.get(f"{key}_{field}") or "")
    return chosen


def _known(catalogue: Catalogue, field: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value and is_known(catalogue, field, value):
            return value
        raise ValueError(value)

    return read


def _text(key: str) -> None:
    written = st.text_input(
        gettext("Search"),
        key=key,
        type="search",
        live="250ms",
        placeholder=gettext("Part of a name"),
        help=gettext(
            "Searches species and family names and own fields. Case and accents do not matter."
        ),
    )
    Parameter("text", key).tell(written)


def _choice(field: str, key: str, found: FoundPhotographs) -> None:
    images = {value or UNSTATED: many for value, many in found.offered[field].items()}
    # A chosen option stays available even if the other filters leave it without matches.
    chosen: str | None = st.session_state.get(key)
    if chosen:
        images.setdefault(chosen, 0)
    if _is_long(key, images):
        picked = _search(_label(field), key, images)
    else:
        words = {value: _word(field, value) for value in images}
        picked = _box(_label(field), key, images, words, index=None)
    Parameter(field, key).tell(picked)


def _is_long(key: str, images: Mapping[str, int]) -> bool:
    """Whether the choice has, or ever had, too many options for a box: the widget type never
    changes back.
    """
    long: bool = st.session_state.get(f"{key}.long", False) or len(images) > _MOST_OPTIONS
    st.session_state[f"{key}.long"] = long
    return long


def _label(field: str) -> str:
    if field.startswith(PREFIX):
        return text.plain(field.removeprefix(PREFIX))
    return gettext(_LABELS[field])


def _word(field: str, value: str) -> str:
    if field == "tier" and value in TIER_NAMES:
        return gettext(TIER_NAMES[value])
    if field == "flag":
        return flag_name(value)
    if field == "state" and value in _WORDS:
        return gettext(_WORDS[value])
    return gettext(UNSTATED) if value == UNSTATED else value


def _show(key: str, images: dict[bool | None, int]) -> None:
    words = {word: gettext(label) for word, label in _SHOWN.items()}
    counted = {word: images[_SHOWS[word]] for word in _SHOWS}
    _box(gettext("Show"), key, counted, words, index=0)


def _search(label: str, key: str, images: Mapping[str, int]) -> str | None:
    """A choice with searchable options; its value is kept under `key`."""
    chosen: str | None = st.session_state.get(key)

    unstated = gettext(UNSTATED)
    shown = {unstated if name == UNSTATED else name: many for name, many in images.items()}

    def keep(name: str | None) -> None:
        st.session_state[key] = UNSTATED if name == unstated else name

    typeahead(label, f"{key}.search", shown, unstated if chosen == UNSTATED else chosen, keep)
    return chosen


def _box(
    label: str,
    key: str,
    images: Mapping[str, int],
    words: Mapping[str, str],
    index: Literal[0] | None,
) -> str | None:
    """A choice whose options show their counts; its value is kept under `key`.

    Streamlit identifies an option by its text. To keep the choice when counts change, the box gets
    a new key whenever the counts change.
    """
    options = {value: f"{words[value]} ({text.number(many)})" for value, many in images.items()}
    box = f"{key}.{hash(tuple(options.values()))}"
    chosen: str | None = st.session_state.get(key)
    if st.session_state.get(box) != chosen:
        st.session_state[box] = chosen

    def keep() -> None:
        st.session_state[key] = st.session_state[box]

    st.selectbox(
        label,
        list(options),
        index=index,
        format_func=options.__getitem__,
        placeholder=gettext("All"),
        key=box,
        on_change=keep,
    )
    return chosen
