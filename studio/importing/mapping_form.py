"""The form of a mapping: which column or path holds each field."""

from collections.abc import Sequence

import streamlit as st

from engine.catalogue.fields import FIELDS
from engine.catalogue.mapping import MappingSettings
from engine.language.message import deferred, gettext

_OTHER_LABELS = {
    "photographs": deferred("Array of photographs"),
    "folder": deferred("Folder"),
    "prefix": deferred("Start of the file paths"),
    "rank": deferred("Rank"),
    "part": deferred("Part of a split"),
    "only_species": deferred("Refuse names of one word"),
}
_OF_FILES = ("folder", "prefix")
_OF_OTHER_KINDS = ("only_species", "other_fields", "arrays")


def mapping_form(key: str, paths: Sequence[str], mapping: MappingSettings) -> MappingSettings:
    """The mapping as it was corrected; `paths` are offered, others can be typed."""
    st.markdown(f"**{gettext('Path of each field')}**")
    fields = MappingSettings.model_fields
    chosen: dict[str, str] = {}
    with st.grid(2, min_column_width=240):
        for name in fields:
            if name in (*_OF_FILES, *_OF_OTHER_KINDS):
                continue
            kept = mapping.path_of(name)
            offered = sorted({*paths, kept, ""})
            chosen[name] = st.selectbox(
                field_label(name),
                offered,
                index=offered.index(kept),
                format_func=lambda path: path or gettext("None"),
                accept_new_options=True,
                key=f"{key}_field_{name}",
                help=gettext(str(fields[name].description)),
            )
        for name in _OF_FILES if chosen["path"] else ():
            chosen[name] = st.text_input(
                field_label(name),
                mapping.path_of(name),
                key=f"{key}_{name}",
                help=gettext(str(fields[name].description)),
            )
    only_species = st.checkbox(
        field_label("only_species"),
        mapping.only_species,
        key=f"{key}_only_species",
        help=gettext(str(fields["only_species"].description)),
    )
    given = {name: value or "" for name, value in chosen.items()}
    return mapping.model_copy(update={"only_species": only_species, **given})


def field_label(field: str) -> str:
    """What a reader calls a key of a mapping."""
    return gettext(FIELDS[field].label if field in FIELDS else _OTHER_LABELS[field])
