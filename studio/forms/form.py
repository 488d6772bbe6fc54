"""A short form, submitted as a whole: drawn from the fields of a settings model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from pydantic import BaseModel, ValidationError

from engine.language.message import deferred, gettext
from engine.settings.base import SettingError
from studio import naming
from studio.forms.leaves import SettingLeaf, leaves_of, with_changes
from studio.forms.widgets import draw_field
from studio.views.problem import problem


@dataclass(frozen=True)
class Submit:
    """A button that submits the form; its label is translated when it is drawn."""

    label: str
    key: str | None = None
    icon: str | None = None


APPLY = Submit(deferred("Apply"))


@dataclass(frozen=True)
class SubmittedForm:
    """A submitted form: the changes by dotted key, and the button that was pressed."""

    changes: dict[str, Any]
    button: Submit


def settings_form(
    settings: BaseModel,
    key: str,
    *,
    fields: Sequence[str] = (),
    more: Sequence[str] = (),
    more_label: str = deferred("More settings"),
    submits: Sequence[Submit] = (APPLY,),
) -> SubmittedForm | None:
    """Draw the form; after it is submitted, return the changes.

    `fields` lists the dotted names of the fields to draw, in order; empty means all except those of
    `more`, which are in an expander labelled `more_label`. The first of `submits` is the main
    button. Returns None until the form is submitted, and if the values are invalid; a sentence
    below the form then says why.
    """
    by_key = {leaf.key: leaf for leaf in leaves_of(settings)}
    shown = [leaf for name in fields or by_key if name not in more for leaf in _named(by_key, name)]
    folded = [leaf for name in more for leaf in _named(by_key, name)]
    with st.form(key, border=True, enter_to_submit=False):
        values = _draw(shown, key)
        if folded:
            with st.expander(gettext(more_label), icon=":material/tune:"):
                values |= _draw(folded, key)
        button = _submitted(submits)
    if button is None:
        return None
    leaves = [*shown, *folded]
    try:
        new = with_changes(settings, {leaf.key: leaf.parsed(values[leaf.key]) for leaf in leaves})
    except ValidationError as error:
        problem(naming.refusal_text(type(settings), error))
        return None
    except SettingError as error:
        problem(str(error))
        return None
    found = {leaf.key: leaf.value for leaf in leaves_of(new)}
    changes = {leaf.key: found[leaf.key] for leaf in leaves if found[leaf.key] != leaf.value}
    return SubmittedForm(changes, button)


def _named(by_key: Mapping[str, SettingLeaf], name: str) -> list[SettingLeaf]:
    """The field of this name; for a mapping, all of its fields."""
    inner = [leaf for key, leaf in by_key.items() if key.startswith(f"{name}.")]
    return inner or [by_key[name]]


def _submitted(submits: Sequence[Submit]) -> Submit | None:
    pressed: Submit | None = None
    with st.container(horizontal=True):
        for number, submit in enumerate(submits):
            if st.form_submit_button(
                gettext(submit.label),
                key=submit.key,
                icon=submit.icon,
                type="secondary" if number else "primary",
            ):
                pressed = submit
    return pressed


def _draw(leaves: Sequence[SettingLeaf], form: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    groups = list(dict.fromkeys(leaf.group for leaf in leaves))
    for group in groups:
        if group and len(groups) > 1:
            st.markdown(f"**{naming.describe_group(group)}**")
        members = [leaf for leaf in leaves if leaf.group == group]
        switches = [leaf for leaf in members if leaf.kind == "switch"]
        with st.grid(3, min_column_width=220, gap=("small", "medium")):
            for leaf in members:
                if leaf not in switches:
                    values[leaf.key] = draw_field(leaf, f"{form}.{leaf.key}")
        with st.container(horizontal=True, gap="large"):
            for leaf in switches:
                values[leaf.key] = draw_field(leaf, f"{form}.{leaf.key}")
    return values
