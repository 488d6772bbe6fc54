"""Search for a setting by its title, a word of its help, its group or its key."""

import difflib
from collections.abc import Sequence

from engine.language.message import gettext
from studio.forms.leaves import SettingLeaf


def matching(leaves: Sequence[SettingLeaf], query: str) -> list[SettingLeaf]:
    """The fields that contain every word of the query; matches in title or key come first."""
    words = query.casefold().replace("_", " ").split()
    found = [(leaf, all(word in _name(leaf) for word in words)) for leaf in leaves]
    in_name = [leaf for leaf, is_named in found if is_named]
    in_help = [
        leaf
        for leaf, is_named in found
        if not is_named and all(word in _everything(leaf) for word in words)
    ]
    return in_name + in_help


def similar(leaves: Sequence[SettingLeaf], query: str) -> list[str]:
    """Titles that are similar to the query, the most similar first."""
    titles = {leaf.label.casefold(): leaf.label for leaf in leaves}
    near = difflib.get_close_matches(query.casefold(), titles, n=3, cutoff=0.6)
    return [titles[title] for title in near]


def _name(leaf: SettingLeaf) -> str:
    key = leaf.key.replace("_", " ")
    return f"{leaf.label} {leaf.info.title or ''} {leaf.key} {key}".casefold()


def _group(leaf: SettingLeaf) -> str:
    group = leaf.form.group
    return f"{group} {gettext(group)}" if group else ""


def _everything(leaf: SettingLeaf) -> str:
    options = " ".join(map(str, leaf.options)) if leaf.kind == "choice" else ""
    # Also in English, which documentation and configurations use.
    said = f"{_name(leaf)} {_group(leaf)} {leaf.help or ''} {leaf.info.description or ''} {options}"
    return said.casefold().replace("_", " ")
