"""Asking how a split is to be made."""

import re
from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st

from engine.home import Home
from engine.settings.files import validate
from engine.settings.split import NAME, Link, SplitSettings
from engine.split.folder import split_names
from engine.split.make import names_of
from studio.split.made import free_name
from studio.split.planning import SplitChoice, State

_FIELDS = SplitSettings.model_fields
_DEFAULTS = SplitSettings()
_LINKS: dict[Link, str] = {
    "observation": "Observation",
    "observer": "Observer, per species",
    "bytes": "Same bytes",
    "url": "Same address",
    "near-duplicate": "Near-duplicate",
}
_CARRY = {"parts": "All parts, as far as the rule allows", "test": "Exactly its test part"}


@dataclass(frozen=True)
class Asked:
    """How the photographs are dealt, and why no split can be made under the name, if so."""

    settings: SplitSettings
    fault: str = ""


def photographs_option(cached: int, known: int) -> State:
    """Ask which photographs are dealt, where there is a choice."""
    if not cached or cached == known:
        return "cached" if cached else "all"
    words = {"cached": f"On this machine ({cached:,})", "all": f"All known ({known:,})"}
    chosen = st.segmented_control(
        "Photographs",
        list(words),
        default="cached",
        format_func=words.__getitem__,
        key="split.photographs",
        required=True,
        help=_FIELDS["photographs"].description,
    )
    return "all" if chosen == "all" else "cached"


def choose_settings(home: Home, choice: SplitChoice) -> Asked:
    """Ask for everything else. What is wrong with the name is said below it.

    Raises:
        BadInput: two answers contradict each other.
    """
    names = split_names(home)
    with st.grid(3, min_column_width=200):
        min_images = _number("min_images", "Fewest photographs per species", 1)
        seed = _number("seed", "Seed", 0, most=2**31 - 1)
        with st.container(gap="xsmall"):
            # A split that was made frees the field for the next name.
            name = st.text_input(
                "Name",
                free_name(home),
                key=f"split.name.{len(names)}",
                max_chars=64,
                help=_FIELDS["name"].description,
            ).strip()
            below = st.empty()
    links = st.pills(
        "Keep together what shares",
        get_args(Link),
        selection_mode="multi",
        default=list(_DEFAULTS.group),
        format_func=_LINKS.__getitem__,
        key="split.group",
        help=_FIELDS["group"].description,
    )
    fault = _fault(name)
    values: dict[str, Any] = {
        # The name has no part in the dealing: the preview goes on without it.
        "name": _DEFAULTS.name if fault else name,
        "seed": seed,
        "min_images": min_images,
        "group": links,
        "photographs": choice.photographs,
        "sources": choice.sources,
    }
    if "near-duplicate" in links:
        values["near_distance"] = st.slider(
            "Bits that near-duplicates may differ in",
            0,
            6,
            _DEFAULTS.near_distance,
            key="split.near",
            help=_FIELDS["near_distance"].description,
        )
    with st.expander("Shares, folds, an earlier split", icon=":material/tune:"):
        values |= _more(names)
    settings = validate(SplitSettings, values, "Split")
    fault = fault or _taken(settings, names)
    if fault:
        below.markdown(f":red[{fault}]")
    return Asked(settings, fault)


def _fault(name: str) -> str:
    if not name:
        return "Give the split a name."
    if not re.fullmatch(NAME, name):
        return "A name is letters, digits, - and _, the first a letter or a digit."
    return ""


def _taken(settings: SplitSettings, names: list[str]) -> str:
    taken = sorted(set(names_of(settings)) & set(names))
    return f"There is a split {taken[0]} already: give it another name." if taken else ""


def _more(names: list[str]) -> dict[str, Any]:
    with st.grid(4, min_column_width=160):
        val = _percent("val_percent", "Val, percent")
        test = _percent("test_percent", "Test, percent")
        folds = _number("folds", "Folds", 0, most=20)
        most = st.number_input(
            "Most photographs per species",
            min_value=3,
            max_value=10_000_000,
            value=None,
            key="split.max_images",
            placeholder="all",
            help=_FIELDS["max_images"].description,
        )
    values = {"val_percent": val, "test_percent": test, "folds": folds, "max_images": most}
    if not names:
        return values
    with st.grid(2, min_column_width=240):
        earlier = st.selectbox(
            "Carry over from",
            names,
            index=None,
            placeholder="no earlier split",
            key="split.earlier",
            help=_FIELDS["earlier"].description,
        )
        carry = st.selectbox(
            "What to carry over",
            list(_CARRY),
            format_func=_CARRY.__getitem__,
            key="split.carry",
            disabled=earlier is None,
            help=_FIELDS["carry"].description,
        )
    return {**values, "earlier": earlier, "carry": carry}


def _number(field: str, label: str, least: int, most: int = 100_000) -> int:
    return st.number_input(
        label,
        min_value=least,
        max_value=most,
        value=int(getattr(_DEFAULTS, field)),
        key=f"split.{field}",
        help=_FIELDS[field].description,
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
        help=_FIELDS[field].description,
    )
