"""A form drawn from the fields of a settings model: their types, bounds and descriptions."""

import math
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import streamlit as st
from pydantic import BaseModel, Field, ValidationError
from pydantic.fields import FieldInfo

from engine.registry import registry_of
from studio import naming
from studio.views.problem import problem

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class _Leaf:
    """A field that holds a value; `key` is dotted from the model that the form is about."""

    key: str
    info: FieldInfo
    value: Any

    @property
    def group(self) -> str:
        return self.key.rpartition(".")[0]

    @property
    def label(self) -> str:
        return naming.label(self.key, self.info)

    @property
    def help(self) -> str | None:
        """What it is, what a number may be, and what each choice of a registry means."""
        allowed = naming.range_words(self.info)
        said = [self.info.description or "", f"It may be {allowed}." if allowed else ""]
        choices: Mapping[str, Any] = registry_of(self.info) or {}
        said += [f"\n- **{entry.title}**: {entry.description}" for entry in choices.values()]
        return " ".join(part for part in said if part) or None


@dataclass(frozen=True)
class Submit:
    """A button that sends the form."""

    label: str
    key: str | None = None
    icon: str | None = None


APPLY = Submit("Apply")


@dataclass(frozen=True)
class SubmittedForm:
    """A form that was sent: what was changed, by dotted key, and the button that sent it."""

    changes: dict[str, Any]
    button: Submit


def settings_form(
    settings: M,
    key: str,
    *,
    fields: Sequence[str] = (),
    more: Sequence[str] = (),
    more_label: str = "More settings",
    submits: Sequence[Submit] = (APPLY,),
    below: Callable[[], None] | None = None,
    lay: Callable[[M, Mapping[str, Any]], M] | None = None,
) -> SubmittedForm | None:
    """Draw the form; once it is sent, return what was changed.

    `fields` names the fields to draw, dotted, in that order; none means all but those of `more`,
    which are folded away below them under `more_label`. The first of `submits` is the main
    button; `below` draws what else the form asks for, above them. `lay` lays the values over the
    settings where that is more than `with_changes`. Returns None until the form is sent, and where
    the values are refused: then a sentence below it says why.
    """
    by_key = {leaf.key: leaf for leaf in _leaves(settings)}
    shown = [leaf for name in fields or by_key if name not in more for leaf in _named(by_key, name)]
    folded = [leaf for name in more for leaf in _named(by_key, name)]
    with st.form(key, border=True, enter_to_submit=False):
        values = _draw(shown, key)
        if folded:
            with st.expander(more_label, icon=":material/tune:"):
                values |= _draw(folded, key)
        if below:
            below()
        button = _submitted(submits)
    if button is None:
        return None
    leaves = [*shown, *folded]
    try:
        new = (lay or with_changes)(settings, values)
    except ValidationError as error:
        problem(naming.refusal_text(type(settings), error))
        return None
    found = {leaf.key: leaf.value for leaf in _leaves(new)}
    changes = {leaf.key: found[leaf.key] for leaf in leaves if found[leaf.key] != leaf.value}
    return SubmittedForm(changes, button)


def with_changes(settings: M, changes: Mapping[str, Any]) -> M:
    """The settings with values laid over them by dotted key, validated as a whole.

    Raises:
        pydantic.ValidationError: a value, or their combination, is refused.
    """
    values = settings.model_dump()
    for key, value in changes.items():
        *groups, name = key.split(".")
        group_values = values
        for group in groups:
            group_values = group_values[group]
        group_values[name] = value
    return type(settings).model_validate(values)


def _named(by_key: Mapping[str, _Leaf], name: str) -> list[_Leaf]:
    """The field of this name; of a mapping, all of its fields."""
    inner = [leaf for key, leaf in by_key.items() if key.startswith(f"{name}.")]
    return inner or [by_key[name]]


def _leaves(settings: BaseModel, prefix: str = "") -> Iterator[_Leaf]:
    own = type(settings).model_fields
    for name, info in own.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{prefix}{name}.")
        elif isinstance(value, Mapping):
            for choice, entry in (registry_of(info) or {}).items():
                if choice not in own:
                    yield _Leaf(
                        f"{prefix}{name}.{choice}", _strength(entry), value.get(choice, 0.0)
                    )
        else:
            yield _Leaf(prefix + name, info, value)


def _strength(entry: Any) -> FieldInfo:
    """The field of a registry's entry whose strength, 0 to 1, a mapping of the settings holds."""
    bounds: Any = Annotated[
        float, Field(ge=0, le=1, title=entry.title, description=entry.description)
    ]
    return FieldInfo.from_annotation(bounds)


def _submitted(submits: Sequence[Submit]) -> Submit | None:
    pressed: Submit | None = None
    with st.container(horizontal=True):
        for group_values, submit in enumerate(submits):
            if st.form_submit_button(
                submit.label,
                key=submit.key,
                icon=submit.icon,
                type="primary" if group_values == 0 else "secondary",
            ):
                pressed = submit
    return pressed


def _draw(leaves: Sequence[_Leaf], form: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    groups = list(dict.fromkeys(leaf.group for leaf in leaves))
    for group in groups:
        if group and len(groups) > 1:
            st.markdown(f"**{naming.group_words(group)}**")
        members = [leaf for leaf in leaves if leaf.group == group]
        switches = [leaf for leaf in members if _plain(leaf.info.annotation) == (bool, False)]
        with st.grid(3, min_column_width=220, gap=("small", "medium")):
            for leaf in members:
                if leaf not in switches:
                    values[leaf.key] = _widget(leaf, f"{form}.{leaf.key}")
        with st.container(horizontal=True, gap="large"):
            for leaf in switches:
                values[leaf.key] = _widget(leaf, f"{form}.{leaf.key}")
    return values


def _widget(leaf: _Leaf, key: str) -> Any:
    kind, optional = _plain(leaf.info.annotation)
    words: dict[str, Any] = {"key": key, "help": leaf.help}
    registry = registry_of(leaf.info)
    if registry is not None:
        return st.selectbox(
            leaf.label,
            names := [*registry, *([None] if optional else [])],
            index=names.index(leaf.value),
            format_func=lambda name: "not set" if name is None else registry[name].title,
            **words,
        )
    if get_origin(kind) is Literal:
        options = [*get_args(kind), *([None] if optional else [])]
        return st.selectbox(
            leaf.label,
            options,
            index=options.index(leaf.value),
            format_func=lambda option: "not set" if option is None else str(option),
            **words,
        )
    if kind is bool and not optional:
        return st.toggle(leaf.label, leaf.value, **words)
    if kind in (int, float) and not optional:
        return _number(leaf, kind, words)
    if get_origin(kind) is tuple:
        written = st.text_input(leaf.label, ", ".join(map(str, leaf.value)), **words)
        return [part.strip() for part in written.split(",")]
    if kind in (int, float, str, bool):
        # A number field cannot be emptied again, so what may be absent is written as text.
        shown = "" if leaf.value is None else str(leaf.value)
        written = st.text_input(
            leaf.label, shown, placeholder="not set" if optional else None, **words
        )
        return None if optional and not written.strip() else written
    raise TypeError(f"no widget for the field {leaf.key} of type {leaf.info.annotation}")


def _number(leaf: _Leaf, kind: type[int] | type[float], words: dict[str, Any]) -> int | float:
    # Without bounds: out of them, the browser would send nothing and say so beside the field
    # alone, which may be far from the button.
    step = 1 if kind is int else _step(float(leaf.value))
    return st.number_input(
        leaf.label,
        value=kind(leaf.value),
        step=kind(step),
        format="%d" if kind is int else "%g",
        **words,
    )


def _plain(annotation: Any) -> tuple[Any, bool]:
    """The type without Annotated and None, and whether None is allowed."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        others = [part for part in get_args(annotation) if part is not types.NoneType]
        if len(others) == 1:
            return _plain(others[0])[0], True
    return annotation, False


def _step(value: float) -> float:
    """A tenth of the value's own order of magnitude: 0.05 -> 0.001."""
    return float(10 ** (math.floor(math.log10(abs(value))) - 1)) if value else 0.01
