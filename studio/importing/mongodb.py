"""Import of a MongoDB collection: preview, corrected mapping, start of the import.

The address may contain a password. It is kept in the session and in the environment of the import,
and is never displayed.
"""

from collections.abc import Mapping, Sequence
from itertools import chain, islice
from typing import Any

import pandas as pd
import streamlit as st

from engine.catalogue.array_guessing import guess_array
from engine.catalogue.documents import (
    FieldSummary,
    as_text,
    document_photographs,
    summarise_fields,
)
from engine.catalogue.fields import IMPORTED
from engine.catalogue.import_warnings import warnings_of_rows
from engine.catalogue.mapping import OWN_FIELDS, ArrayMapping, MappingSettings, is_below
from engine.catalogue.mongo_import import (
    Origin,
    mapping_file,
    preview_documents,
    proposed_mapping,
    sample_documents,
)
from engine.home import Home
from engine.language.message import gettext, ngettext
from engine.settings.files import save
from studio import text
from studio.importing.inputs import show_warnings
from studio.importing.jobs import start_mongo_import
from studio.importing.mapping_form import field_label, mapping_form
from studio.views.problem import problems_shown

_LOOK = "import_mongo_look"
_WIDEST = 60
_PREVIEWED = 5
# The most photographs of the sample that warnings are derived from.
_JUDGED = 1_000


def mongodb(home: Home, busy: bool) -> None:
    """Preview a collection, map its fields, and import it."""
    st.markdown(
        gettext(
            "Import a MongoDB collection, which is **only read**. You can resume an "
            "interrupted import."
        )
    )
    origin = _origin()
    if st.button(gettext("Read a sample"), key="import_mongo_open", icon=":material/search:"):
        st.session_state.pop(_LOOK, None)
        with problems_shown(), st.spinner(gettext("Reading a sample")):
            documents = sample_documents(origin)
            mapping = proposed_mapping(home, origin, documents)
            st.session_state[_LOOK] = (origin, documents, mapping)
    found = st.session_state.get(_LOOK)
    if found and found[0] == origin:
        _, documents, mapping = found
        seen = summarise_fields(documents)
        _documents(seen, len(documents))
        chosen = mapping_form("import_mongo", [one.path for one in seen], mapping)
        chosen = _further(seen, mapping, chosen)
        if _is_ready(chosen):
            show_warnings(warnings_of_rows(preview_documents(documents, chosen, _JUDGED)))
        _preview(documents, chosen)
        _start(home, busy, origin, chosen)


def _origin() -> Origin:
    address = st.text_input(
        gettext("Address"),
        type="password",
        placeholder="mongodb://127.0.0.1:27017",
        autocomplete="off",
        key="import_mongo_address",
        help=gettext(
            "With user and password if needed: mongodb://user:password@host. The address is never "
            "saved."
        ),
    )
    database, collection = st.columns(2)
    return Origin(
        (address or "").strip(),
        database.text_input(gettext("Database"), key="import_mongo_database").strip(),
        collection.text_input(gettext("Collection"), key="import_mongo_collection").strip(),
    )


def _documents(seen: list[FieldSummary], documents: int) -> None:
    title = ngettext("Fields of {n} document", "Fields of {n} documents", documents)
    st.markdown(f"**{title}**")
    path, share, example = gettext("Path"), gettext("Share"), gettext("Example")
    rows = [
        {
            path: one.path + (" []" if one.is_array else ""),
            share: one.documents / documents,
            example: next(filter(None, map(as_text, one.values)), "")[:_WIDEST],
        }
        for one in seen
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(38 + 35 * len(rows), 320),
        column_config={
            share: st.column_config.ProgressColumn(
                share, format="percent", min_value=0, max_value=1, width="small"
            ),
            example: st.column_config.TextColumn(width="large"),
        },
        alt=gettext("Paths in the documents, the share that has each, and an example"),
    )


def _further(
    seen: list[FieldSummary], kept: MappingSettings, mapping: MappingSettings
) -> MappingSettings:
    """Choose further arrays and whether other fields are kept; `mapping` is what was chosen."""
    arrays = _arrays(seen, kept, mapping.photographs)
    other_fields = st.checkbox(
        gettext("Keep other fields"),
        kept.other_fields,
        key="import_mongo_other_fields",
        help=_help(MappingSettings, "other_fields"),
    )
    return mapping.model_copy(update={"arrays": arrays, "other_fields": other_fields})


def _arrays(
    seen: list[FieldSummary], mapping: MappingSettings, first: str
) -> tuple[ArrayMapping, ...]:
    """Choose further arrays of photographs, and the paths of each."""
    kept = {array.photographs: array for array in mapping.arrays}
    offered = sorted({one.path for one in seen if one.is_array} | kept.keys())
    if not offered:
        return ()
    chosen = st.multiselect(
        gettext("Further arrays of photographs"),
        offered,
        default=list(kept),
        accept_new_options=True,
        key="import_mongo_arrays",
        help=_help(MappingSettings, "arrays"),
    )
    arrays = []
    for path in dict.fromkeys(chosen):
        if path == first:
            continue
        array = kept.get(path) or guess_array(seen, path)
        inside = [one for one in seen if is_below(one.path, path)]
        with (
            st.expander(gettext("Fields of the array {path}", path=text.plain(path))),
            st.grid(2, min_column_width=240),
        ):
            paths = {
                name: _path(ArrayMapping, name, array.path_of(name), inside, path)
                for name in IMPORTED
            }
        arrays.append(ArrayMapping(photographs=path, **paths))
    return tuple(arrays)


def _path(
    kind: type[MappingSettings] | type[ArrayMapping],
    name: str,
    kept: str,
    seen: Sequence[FieldSummary],
    array: str,
) -> str:
    """Choose the path of a field among those seen."""
    offered = sorted({one.path for one in seen} | {kept, ""})
    none = gettext("As the document") if array and name not in OWN_FIELDS else gettext("None")
    chosen = st.selectbox(
        field_label(name),
        offered,
        index=offered.index(kept),
        format_func=lambda path: path or none,
        accept_new_options=True,
        key=f"import_mongo_field_{array}_{name}" if array else f"import_mongo_field_{name}",
        help=_help(kind, name),
    )
    return chosen or ""


def _help(kind: type[MappingSettings] | type[ArrayMapping], name: str) -> str:
    return gettext(str(kind.model_fields[name].description))


def _preview(documents: Sequence[Mapping[str, Any]], mapping: MappingSettings) -> None:
    st.markdown(f"**{gettext('Preview of the first rows')}**")
    read = chain.from_iterable(document_photographs(document, mapping) for document in documents)
    rows = [
        {
            field_label(name): as_text(value)
            for name, value in found.values.items()
            if name != "image_id"
        }
        for found in islice(read, _PREVIEWED)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=gettext("Preview of the first rows"))


def _start(home: Home, busy: bool, origin: Origin, mapping: MappingSettings) -> None:
    source = st.text_input(
        gettext("Source"),
        help=gettext("Used for documents that do not name a source."),
        placeholder=origin.collection,
        key="import_mongo_source",
    )
    ready = _is_ready(mapping)
    if not ready:
        st.caption(gettext("Choose paths for Species, and for Address or File."))
    pressed = st.button(
        gettext("Import the collection"),
        key="import_mongo_take",
        type="primary",
        disabled=busy or not ready,
        help=gettext("Another import is running.") if busy else None,
    )
    if pressed:
        with problems_shown():
            save(mapping, mapping_file(home, origin))
            start_mongo_import(home, origin, source)
            st.rerun()


def _is_ready(mapping: MappingSettings) -> bool:
    """Whether the mapping has paths for the species and for the photographs."""
    leads = any(part.paths.keys() & {"url", "path"} for part in mapping.parts())
    return bool(mapping.path_of("species")) and leads
