"""A form over all settings of a model: by level, searchable, validated after each change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, get_args

import streamlit as st

from engine.language.formats import alternatives
from engine.language.message import deferred, gettext, ngettext
from engine.settings.fields import Condition, Group, Level, is_used
from studio.forms.draft import Draft, form_draft, reset, restore, set_shown, widget_key
from studio.forms.leaves import M, SettingLeaf, leaves_of
from studio.forms.search import matching, similar
from studio.forms.widgets import draw_field

_FOLDED: Mapping[Level, tuple[str, str]] = {
    "more": (deferred("More settings"), ":material/tune:"),
    "expert": (deferred("Expert settings"), ":material/science:"),
}

_GROUPS = {group: place for place, group in enumerate(get_args(Group))}


@dataclass(frozen=True)
class Editor(Generic[M]):
    """A form over all settings of a model, under a key of its own.

    Attributes:
        settings: the initial values of the form.
        key: the prefix of the widget keys.
        elsewhere: fields that the page itself asks for, each with a message that says where.
        follow: by field, the other settings that change with it: new values by dotted key.
        given: the values of the fields that decide whether others are used; several if stages
            differ. None takes them from the settings.
    """

    settings: M
    key: str
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    follow: Mapping[str, Callable[[M, Any], Mapping[str, Any]]] = field(default_factory=dict)
    given: Callable[[Mapping[str, Any]], Mapping[str, Sequence[object]]] | None = None

    @property
    def leaves(self) -> list[SettingLeaf]:
        """The fields of the form, group by group."""
        found = [leaf for leaf in leaves_of(self.settings) if leaf.form.level != "hidden"]
        return sorted(found, key=lambda leaf: _GROUPS.get(leaf.form.group, len(_GROUPS)))


def draw_editor(editor: Editor[M]) -> Draft[M]:
    """Draw the form and return its content."""
    draft = form_draft(editor.settings, editor.key)
    leaves = [leaf for leaf in editor.leaves if leaf.key not in editor.elsewhere]
    query = _head(editor, draft)
    drawing = _Drawing(editor, draft, _unused(editor, draft))
    if query.strip():
        _found(drawing, editor.leaves, query)
    else:
        _levels(drawing, leaves)
    return draft


@dataclass(frozen=True)
class _Drawing(Generic[M]):
    """The shared context for drawing the fields."""

    editor: Editor[M]
    draft: Draft[M]
    unused: Mapping[str, str]

    def fields(self, leaves: Sequence[SettingLeaf]) -> None:
        """Draw fields side by side: switches below the others, long texts in full width."""
        narrow = [leaf for leaf in leaves if leaf.kind not in ("switch", "yaml")]
        if narrow:
            with st.grid(3, min_column_width=180, gap=("small", "medium")):
                for leaf in narrow:
                    with st.container(gap="xsmall"):
                        self._field(leaf)
        for leaf in leaves:
            if leaf.kind == "yaml":
                self._field(leaf)
        switches = [leaf for leaf in leaves if leaf.kind == "switch"]
        if switches:
            with st.container(horizontal=True, gap="large"):
                for leaf in switches:
                    self._field(leaf)

    def _field(self, leaf: SettingLeaf) -> None:
        editor = self.editor
        restore(editor.key, leaf)
        follow = partial(_follow, editor, leaf) if leaf.key in editor.follow else None
        draw_field(
            leaf,
            widget_key(editor.key, leaf),
            is_changed=leaf.key in self.draft.changes,
            error=self.draft.errors.get(leaf.key, ""),
            unused=self.unused.get(leaf.key, ""),
            on_change=follow,
        )


def _head(editor: Editor[M], draft: Draft[M]) -> str:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        query = st.text_input(
            gettext("Find a setting"),
            key=f"{editor.key}:search",
            type="search",
            live=True,
            placeholder=gettext("Name, word of the help, or YAML key"),
        )
        if draft.changes or draft.errors:
            st.button(
                gettext("Reset"),
                key=f"{editor.key}:reset",
                icon=":material/undo:",
                help=gettext("Set every value back to that of the configuration."),
                on_click=reset,
                args=(editor.key, editor.leaves),
            )
    return query or ""


def _levels(drawing: _Drawing[M], leaves: Sequence[SettingLeaf]) -> None:
    shown = [leaf for leaf in leaves if leaf.key not in drawing.unused]
    drawing.fields([leaf for leaf in shown if leaf.form.level == "common"])
    for level, (label, icon) in _FOLDED.items():
        folded = [leaf for leaf in shown if leaf.form.level == level]
        if folded:
            with st.expander(
                _folded_label(gettext(label), folded, drawing.draft),
                key=f"{drawing.editor.key}:{level}",
                icon=icon,
            ):
                _groups(drawing, folded)


def _folded_label(label: str, leaves: Sequence[SettingLeaf], draft: Draft[M]) -> str:
    wrong = sum(leaf.key in draft.errors for leaf in leaves)
    changed = sum(leaf.key in draft.changes for leaf in leaves)
    badges = []
    if wrong:
        to_correct = ngettext("{n} to correct", "{n} to correct", wrong)
        badges.append(f":red-badge[{to_correct}]")
    if changed:
        said = ngettext("{n} changed", "{n} changed", changed)
        badges.append(f":blue-badge[{said}]")
    return " ".join([label, *badges])


def _groups(drawing: _Drawing[M], leaves: Sequence[SettingLeaf]) -> None:
    for group in dict.fromkeys(leaf.form.group for leaf in leaves):
        st.markdown(f"**{gettext(group)}**" if group else "")
        drawing.fields([leaf for leaf in leaves if leaf.form.group == group])


def _found(drawing: _Drawing[M], leaves: Sequence[SettingLeaf], query: str) -> None:
    found = matching(leaves, query)
    if not found:
        near = ", ".join(similar(leaves, query))
        if near:
            st.caption(gettext("No setting matches. Similar: {names}.", names=near))
        else:
            st.caption(gettext("No setting matches. Try another word."))
        return
    st.caption(ngettext("{n} setting found.", "{n} settings found.", len(found)))
    drawing.fields([leaf for leaf in found if leaf.key not in drawing.editor.elsewhere])
    for leaf in found:
        if leaf.key in drawing.editor.elsewhere:
            st.caption(f"**{leaf.label}**: {gettext(drawing.editor.elsewhere[leaf.key])}")


def _follow(editor: Editor[M], leaf: SettingLeaf) -> None:
    """Apply the changes that follow from a changed field."""
    value = leaf.parsed(st.session_state[widget_key(editor.key, leaf)])
    by_key = {each.key: each for each in leaves_of(editor.settings)}
    for key, new in editor.follow[leaf.key](editor.settings, value).items():
        set_shown(editor.key, by_key[key], new)


def _unused(editor: Editor[M], draft: Draft[M]) -> dict[str, str]:
    """The fields that have no effect, each with the reason."""
    leaves = list(leaves_of(editor.settings))
    by_key = {leaf.key: leaf for leaf in leaves}
    values = {leaf.key: leaf.value for leaf in leaves} | dict(draft.changes)
    given = editor.given(values) if editor.given else {key: [each] for key, each in values.items()}
    return {
        leaf.key: gettext(
            "Used only when {conditions}.",
            conditions=alternatives([_condition(each, by_key) for each in leaf.form.used_when]),
        )
        for leaf in leaves
        if not is_used(leaf.form, given)
    }


def _condition(condition: Condition, by_key: Mapping[str, SettingLeaf]) -> str:
    label = by_key[condition.key].label
    values = alternatives([_value(value) for value in condition.values])
    if condition.is_one_of:
        return gettext("{setting} is {values}", setting=label, values=values)
    return gettext("{setting} is not {values}", setting=label, values=values)


def _value(value: object) -> str:
    match value:
        case None:
            return gettext("not set")
        case bool():
            return gettext("on") if value else gettext("off")
        case float():
            return f"{value:g}"
    return str(value)
