"""The content of a form: the values of its widgets between two runs of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

import streamlit as st
from pydantic import ValidationError

from engine.settings.base import SettingError
from studio import naming
from studio.forms.leaves import M, SettingLeaf, leaves_of, with_changes


@dataclass(frozen=True)
class Draft(Generic[M]):
    """A settings model with the changes of a form.

    `settings` includes the changes, or the last valid ones. `errors` has a message for each dotted
    key; "" is for errors that belong to no field.
    """

    settings: M
    changes: Mapping[str, Any]
    errors: Mapping[str, str]

    @property
    def is_valid(self) -> bool:
        """Whether `settings` includes all changes."""
        return not self.errors


def form_draft(settings: M, form: str) -> Draft[M]:
    """The settings with the changes of this form, which may be drawn later in the run."""
    changes: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for leaf in _changed(list(leaves_of(settings)), form):
        try:
            changes[leaf.key] = leaf.parsed(_changes(form)[leaf.key])
        except SettingError as error:
            errors[leaf.key] = str(error)
    try:
        new = with_changes(settings, changes)
    except ValidationError as error:
        errors |= naming.refusals(type(settings), error)
    if errors:
        return Draft(_last_valid(settings, form), changes, errors)
    st.session_state[f"{form}:valid"] = changes
    return Draft(new, changes, {})


def set_shown(form: str, leaf: SettingLeaf, shown: Any) -> None:
    """Set the value of a field's widget, whether it is drawn or not; for callbacks."""
    st.session_state[widget_key(form, leaf)] = shown
    _changes(form)[leaf.key] = shown


def reset(form: str, leaves: Sequence[SettingLeaf]) -> None:
    """Reset every field to its own value; for callbacks."""
    _changes(form).clear()
    for leaf in leaves:
        if widget_key(form, leaf) in st.session_state:
            st.session_state[widget_key(form, leaf)] = leaf.shown


def restore(form: str, leaf: SettingLeaf) -> None:
    """Restore a changed value to a field's widget; Streamlit drops it while the widget is not
    drawn.
    """
    key = widget_key(form, leaf)
    if key not in st.session_state and leaf.key in _changes(form):
        st.session_state[key] = _changes(form)[leaf.key]


def widget_key(form: str, leaf: SettingLeaf) -> str:
    """The key of a field's widget in the session state."""
    return f"{form}.{leaf.key}"


def _changed(leaves: Sequence[SettingLeaf], form: str) -> list[SettingLeaf]:
    """The fields whose widgets differ from the settings, among those that were drawn."""
    changes = _changes(form)
    for leaf in leaves:
        shown = st.session_state.get(widget_key(form, leaf), changes.get(leaf.key, leaf.shown))
        if shown == leaf.shown:
            changes.pop(leaf.key, None)
        else:
            changes[leaf.key] = shown
    return [leaf for leaf in leaves if leaf.key in changes]


def _changes(form: str) -> dict[str, Any]:
    changes: dict[str, Any] = st.session_state.setdefault(f"{form}:changes", {})
    return changes


def _last_valid(settings: M, form: str) -> M:
    try:
        return with_changes(settings, st.session_state.get(f"{form}:valid", {}))
    except ValidationError:
        return settings
