"""One field of a form: its widget, a mark if it is changed, and its error below it."""

import math
import reprlib
from collections.abc import Callable
from typing import Any

import streamlit as st

from engine.language.message import gettext
from studio import text
from studio.forms.leaves import SettingLeaf


def draw_field(
    leaf: SettingLeaf,
    key: str,
    *,
    is_changed: bool = False,
    error: str = "",
    unused: str = "",
    on_change: Callable[[], None] | None = None,
) -> Any:
    """Draw the widget of a field under this key and return its value.

    The session state under the key precedes the field's value. `unused` says why the field has no
    effect; it is then disabled. `on_change` is only for widgets outside a form.
    """
    if key not in st.session_state:
        st.session_state[key] = leaf.shown
    # Without Markdown: a screen reader would read its markup aloud.
    unit = gettext(leaf.form.unit) if leaf.form.unit else ""
    label = f"{leaf.label} ({unit})" if unit else leaf.label
    help_text = leaf.help
    if is_changed:
        label = gettext("{setting} · changed", setting=label)
        own_value = gettext("In the configuration: {value}.", value=_short(leaf))
        help_text = f"{help_text}\n\n{own_value}" if help_text else own_value
    words: dict[str, Any] = {"key": key, "help": help_text, "disabled": bool(unused)}
    if on_change:
        words["on_change"] = on_change
    value = _widget(leaf, label, words)
    if error:
        st.markdown(f":red[:material/error: {text.plain(error)}]")
    elif unused:
        st.caption(text.plain(unused))
    return value


def _short(leaf: SettingLeaf) -> str:
    """The field's own value in a few words."""
    if leaf.kind == "switch":
        return gettext("on") if leaf.value else gettext("off")
    if leaf.shown in ("", None):
        return gettext("not set")
    return text.plain(reprlib.repr(leaf.shown))


def _widget(leaf: SettingLeaf, label: str, words: dict[str, Any]) -> Any:
    match leaf.kind:
        case "choice":
            return st.selectbox(
                label,
                leaf.options,
                format_func=leaf.option_label,
                **words,
            )
        case "switch":
            return st.toggle(label, **words)
        case "number":
            return _number(leaf, label, words)
        case "yaml":
            return st.text_area(label, placeholder=gettext("None"), height="content", **words)
    optional = leaf.type[1]
    return st.text_input(label, placeholder=gettext("Not set") if optional else None, **words)


def _number(leaf: SettingLeaf, label: str, words: dict[str, Any]) -> int | float:
    # Without bounds: for a value out of bounds, the browser would send nothing and show the error
    # only beside the field, which may be far from the button.
    kind = leaf.type[0]
    step = leaf.form.step or (1 if kind is int else _step(float(leaf.value)))
    number: int | float = st.number_input(
        label, step=kind(step), format="%d" if kind is int else "%g", **words
    )
    return number


def _step(value: float) -> float:
    """A tenth of the order of magnitude of the value: 0.05 -> 0.001."""
    return float(10 ** (math.floor(math.log10(abs(value))) - 1)) if value else 0.01
