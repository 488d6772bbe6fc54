"""The options for making a split."""

import re
from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st

from engine.home import Home
from engine.language.message import deferred, gettext
from engine.settings.files import validate
from engine.settings.split import ALWAYS_LINKED, NAME, Link, SplitSettings
from engine.split.folder import split_names
from engine.split.make import names_of
from studio.split.made import free_name
from studio.split.planning import SplitChoice, State

_FIELDS = SplitSettings.model_fields
_DEFAULTS = SplitSettings()
_LINKS: dict[Link, str] = {
    "observation": deferred("Observation"),
    "observer": deferred("Observer of a species"),
    "bytes": deferred("Identical file"),
    "url": deferred("URL"),
    "near-duplicate": deferred("Near-duplicate"),
}
_CARRY = {
    "parts": deferred("All parts, where possible"),
    "test": deferred("The test part, unchanged"),
}


@dataclass(frozen=True)
class Asked:
    """How the split is made, and why none can be made under the name, if so."""

    settings: SplitSettings
    fault: str = ""


def photographs_option(cached: int, known: int) -> State:
    """Choose which photographs are split, if there is a choice."""
    if not cached or cached == known:
        return "cached" if cached else "all"
    words = {
        "cached": gettext("On this computer ({photographs})", photographs=cached),
        "all": gettext("All known ({photographs})", photographs=known),
    }
    chosen = st.segmented_control(
        gettext("Photographs"),
        list(words),
        default="cached",
        format_func=words.__getitem__,
        key="split.photographs",
        required=True,
        help=_help("photographs"),
    )
    return "all" if chosen == "all" else "cached"


def choose_settings(home: Home, choice: SplitChoice) -> Asked:
    """Choose all other options. A problem with the name is shown below it.

    Raises:
        BadInput: two options contradict each other.
    """
    names = split_names(home)
    with st.grid(3, min_column_width=200):
        min_images = _number("min_images", gettext("Minimum photographs per species"), 1)
        seed = _number("seed", gettext("Seed"), 0, most=2**31 - 1)
        with st.container(gap="xsmall"):
            # After a split is made, the field is reset for the next name.
            name = st.text_input(
                gettext("Name"),
                free_name(home),
                key=f"split.name.{len(names)}",
                max_chars=64,
                help=_help("name"),
            ).strip()
            below = st.empty()
    links = st.pills(
        gettext("Keep together photographs with the same"),
        # Copies always stay together.
        [link for link in get_args(Link) if link not in ALWAYS_LINKED],
        selection_mode="multi",
        default=[link for link in _DEFAULTS.group if link not in ALWAYS_LINKED],
        format_func=link_name,
        key="split.group",
        help=_help("group"),
    )
    fault = _fault(name)
    values: dict[str, Any] = {
        # The name does not affect the parts, so the preview does not need it.
        "name": _DEFAULTS.name if fault else name,
        "seed": seed,
        "min_images": min_images,
        "group": (*links, *(link for link in _DEFAULTS.group if link in ALWAYS_LINKED)),
        "photographs": choice.photographs,
        "sources": choice.sources,
        "where": choice.where,
    }
    if "near-duplicate" in links:
        values["near_distance"] = st.slider(
            gettext("Near-duplicates: bits that may differ"),
            0,
            6,
            _DEFAULTS.near_distance,
            key="split.near",
            help=_help("near_distance"),
        )
    with st.expander(gettext("Shares, folds, earlier split"), icon=":material/tune:"):
        values |= _more(names)
    settings = validate(SplitSettings, values, gettext("Split"))
    fault = fault or _taken(settings, names)
    if fault:
        below.markdown(f":red[{fault}]")
    return Asked(settings, fault)


def link_name(link: str) -> str:
    """The display name of a `Link`; an unknown word is shown unchanged."""
    names: dict[str, str] = {name: gettext(label) for name, label in _LINKS.items()}
    return names.get(link, link)


def _help(field: str) -> str:
    return gettext(_FIELDS[field].description or "")


def _fault(name: str) -> str:
    if not name:
        return gettext("Give the split a name.")
    if not re.fullmatch(NAME, name):
        return gettext("Use letters, digits, - and _. Begin with a letter or a digit.")
    return ""


def _taken(settings: SplitSettings, names: list[str]) -> str:
    taken = sorted(set(names_of(settings)) & set(names))
    if not taken:
        return ""
    return gettext("The split {name} exists already. Choose another name.", name=taken[0])


def _more(names: list[str]) -> dict[str, Any]:
    with st.grid(4, min_column_width=160):
        val = _percent("val_percent", gettext("Validation, %"))
        test = _percent("test_percent", gettext("Test, %"))
        folds = _number("folds", gettext("Folds"), 0, most=20)
        most = st.number_input(
            gettext("Maximum photographs per species"),
            min_value=3,
            max_value=10_000_000,
            value=None,
            key="split.max_images",
            placeholder=gettext("No limit"),
            help=_help("max_images"),
        )
    values = {"val_percent": val, "test_percent": test, "folds": folds, "max_images": most}
    if not names:
        return values
    with st.grid(2, min_column_width=240):
        earlier = st.selectbox(
            gettext("Earlier split"),
            names,
            index=None,
            placeholder=gettext("No earlier split"),
            key="split.earlier",
            help=_help("earlier"),
        )
        carry = st.selectbox(
            gettext("What to keep of it"),
            list(_CARRY),
            format_func=lambda carry: gettext(_CARRY[carry]),
            key="split.carry",
            disabled=earlier is None,
            help=_help("carry"),
        )
    return {**values, "earlier": earlier, "carry": carry}


def _number(field: str, label: str, least: int, most: int = 100_000) -> int:
    return st.number_input(
        label,
        min_value=least,
        max_value=most,
        value=int(getattr(_DEFAULTS, field)),
        key=f"split.{field}",
        help=_help(field),
    )


def _percent(field: str, label: str) -> float:
    return st.number_input(
        label,
        min_value=0.0,
        max_value=80.0,
        value=float(getattr(_DEFAULTS, field)),
        step=1.0,
        format="%g",
        key=f"split.{field}",
        help=_help(field),
    )
