"""Bringing in a MongoDB collection: a look at it, the mapping corrected, the import started.

The address may hold a password: it lives in the session and in the environment of the import,
and is never drawn.
"""

from collections.abc import Mapping, Sequence
from itertools import chain, islice
from typing import Any

import pandas as pd
import streamlit as st

from engine.catalogue.documents import (
    FieldSummary,
    as_text,
    document_photographs,
    guess_mapping,
    summarise_fields,
)
from engine.catalogue.fields import FIELDS
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.mongo_import import Origin, mapping_file, sample_documents
from engine.home import Home
from engine.settings.files import load, save
from studio import text
from studio.importing.jobs import take_collection
from studio.views.problem import problems_shown

_LOOK = "import_mongo_look"
_WIDEST = 60
_PREVIEWED = 5


def mongodb(home: Home, busy: bool) -> None:
    """Look into a collection, say where each field stands, import it."""
    st.markdown(
        "A collection of a MongoDB database. It is **only read**; an import cut off goes on later."
    )
    origin = _origin()
    if st.button("Look into it", key="import_mongo_open", icon=":material/search:"):
        st.session_state.pop(_LOOK, None)
        with problems_shown(), st.spinner("Asking the database"):
            documents = sample_documents(origin)
            kept = mapping_file(home, origin)
            mapping = load(MappingSettings, kept) if kept.is_file() else guess_mapping(documents)
            st.session_state[_LOOK] = (origin, documents, mapping)
    found = st.session_state.get(_LOOK)
    if found and found[0] == origin:
        _, documents, mapping = found
        seen = summarise_fields(documents)
        _documents(seen, len(documents))
        chosen = _mapping(seen, mapping)
        _preview(documents, chosen)
        _start(home, busy, origin, chosen)


def _origin() -> Origin:
    address = st.text_input(
        "Address",
        type="password",
        placeholder="mongodb://127.0.0.1:27017",
        autocomplete="off",
        key="import_mongo_address",
        help="With user and password where it needs them, as mongodb://user:password@host. It is "
        "kept while this page is open and written nowhere.",
    )
    database, collection = st.columns(2)
    return Origin(
        (address or "").strip(),
        database.text_input("Database", key="import_mongo_database").strip(),
        collection.text_input("Collection", key="import_mongo_collection").strip(),
    )


def _documents(seen: list[FieldSummary], documents: int) -> None:
    st.markdown(f"**What {text.count(documents, 'document')} hold**")
    rows = [
        {
            "Path": one.path + (" []" if one.is_array else ""),
            "In": one.documents / documents,
            "For example": next(filter(None, map(as_text, one.values)), "")[:_WIDEST],
        }
        for one in seen
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(38 + 35 * len(rows), 320),
        column_config={
            "In": st.column_config.ProgressColumn(
                "In", format="percent", min_value=0, max_value=1, width="small"
            ),
            "For example": st.column_config.TextColumn(width="large"),
        },
        alt="Paths in the documents, how many have them, and an example of each",
    )


def _mapping(seen: list[FieldSummary], mapping: MappingSettings) -> MappingSettings:
    st.markdown("**Where each field stands**")
    fields = MappingSettings.model_fields
    chosen: dict[str, str] = {}
    with st.grid(2, min_column_width=240):
        for name in fields:
            if name == "folder":
                continue
            kept = getattr(mapping, name)
            offered = sorted({one.path for one in seen} | {kept, ""})
            chosen[name] = st.selectbox(
                _label(name),
                offered,
                index=offered.index(kept),
                format_func=lambda path: path or "not there",
                accept_new_options=True,
                key=f"import_mongo_field_{name}",
                help=fields[name].description,
            )
    if chosen["path"]:
        chosen["folder"] = st.text_input(
            "Folder", mapping.folder, key="import_mongo_folder", help=fields["folder"].description
        )
    return MappingSettings(**{name: value or "" for name, value in chosen.items()})


def _preview(documents: Sequence[Mapping[str, Any]], mapping: MappingSettings) -> None:
    st.markdown("**So the first of them come in**")
    read = chain.from_iterable(document_photographs(document, mapping) for document in documents)
    rows = [
        {_label(name): as_text(value) for name, value in values.items() if name != "image_id"}
        for _, values in islice(read, _PREVIEWED)
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, alt="The first photographs as the mapping reads them"
    )


def _label(field: str) -> str:
    return FIELDS[field].label if field in FIELDS else field.capitalize()


def _start(home: Home, busy: bool, origin: Origin, mapping: MappingSettings) -> None:
    source = st.text_input(
        "Source, where a document names none",
        placeholder=origin.collection,
        key="import_mongo_source",
    )
    ready = bool(mapping.path_of("species") and (mapping.path_of("url") or mapping.path_of("path")))
    if not ready:
        st.caption("It needs a species, and a url or a path.")
    pressed = st.button(
        "Import the collection",
        key="import_mongo_take",
        type="primary",
        disabled=busy or not ready,
        help="Another import is at work; they take turns." if busy else None,
    )
    if pressed:
        with problems_shown():
            save(mapping, mapping_file(home, origin))
            take_collection(home, origin, source)
            st.rerun()
