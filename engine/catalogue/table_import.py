"""Importing a table (JSON lines, JSON, CSV or Parquet) with one row per photograph."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from engine.catalogue.checking import LONGEST, is_plain, source_of
from engine.catalogue.collector import garbage_collection_off
from engine.catalogue.documents import as_text, document_photographs, text_of, value_at
from engine.catalogue.fields import EMPTY, FIELDS, IMPORTED, photograph_maker
from engine.catalogue.folder_layout import part_of
from engine.catalogue.importing import (
    IMPORTING,
    Candidate,
    ImportReport,
    Keep,
    KnownIdentity,
    Offer,
    Refusal,
    WholeRecord,
    refused,
    settled,
    take_in,
)
from engine.catalogue.known_tables import key_of_import, report_again, written_report
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.other_fields import common_json
from engine.catalogue.ranks import refusal_above_species
from engine.catalogue.record import Photograph
from engine.catalogue.store import Catalogue
from engine.catalogue.table_mapping import Columns, RowPaths, TableLook, columns_of
from engine.catalogue.table_paths import located
from engine.catalogue.table_rows import (
    NumberedRow,
    Row,
    blocks_of,
    is_json_lines,
    numbered_rows,
    rows_of,
    table_name,
)
from engine.catalogue.whole_record import whole_record
from engine.files import is_regular, version_of
from engine.language.message import Message, message
from engine.progress import Report, silent
from engine.workers import beside

_IMAGE_ID, _SOURCE, _URL, _PATH = map(IMPORTED.index, ("image_id", "source", "url", "path"))
_SPECIES = IMPORTED.index("species")
# Values that many rows share are sent between processes once per block.
_REPEATED = tuple(IMPORTED.index(name) for name in IMPORTED if FIELDS[name].is_facet)
_NOTHING = [""] * len(IMPORTED)
_NOT_IN_TABLES = {name: empty for name, empty in EMPTY.items() if name not in IMPORTED}
_made = photograph_maker((*IMPORTED, *_NOT_IN_TABLES))
_OTHER_VALUES = tuple(_NOT_IN_TABLES.values())
_FILE, _WEB = ("file:", "FILE:"), ("http:", "https")
_ROWS_AT_ONCE = 4096
_MOST_FIELDS = 10_000
# Starting a process takes a second.
_LARGE = 64 * 1024 * 1024


class PreviewedRow(NamedTuple):
    """A row as an import would take it: the photograph and its file, or why it is refused."""

    photograph: Photograph | None
    file: Path | None
    refusal: Message | None


def import_table(
    catalogue: Catalogue,
    table: Path,
    keep: Keep,
    source: str = "",
    report: Report = silent,
    mapping: MappingSettings | None = None,
) -> ImportReport:
    """Import a table with a species and a path (relative to the table) or url in each row.

    `mapping` says which column holds what; it is guessed where it is not given. `source` applies
    to rows that name none; it defaults to the table's name. Importing the same table twice
    changes nothing. Rows whose image_id is known are skipped. Except in large tables, their files
    are not read again, until a batch without known rows comes.

    Raises:
        BadInput: as `columns_of`; or the source's name is no plain text.
    """
    source = source_of(source, table_name(table))
    return import_rows(catalogue, table, columns_of(table, mapping), keep, source, report)


def import_rows(
    catalogue: Catalogue,
    table: Path,
    columns: Columns,
    keep: Keep,
    source: str = "",
    report: Report = silent,
) -> ImportReport:
    """Import a table by its columns, as `import_table`.

    Raises:
        BadInput: the table is damaged; or the source's name is no plain text.
    """
    source = source_of(source, table_name(table))
    version, key = version_of(table), key_of_import(table, columns, source)
    if written := catalogue.begin_import(key):
        result = report_again(written)
        report(result.known + result.listed + result.refused, 0, IMPORTING)
        return result
    result = take_in(catalogue, _offers(catalogue, table, columns, source), keep, 0, report)
    # A file that a row names may be another, or may be there, the next time.
    if not columns.named_files and version_of(table) == version:
        catalogue.end_import(key, written_report(result))
    return result


def preview_table(
    table: Path, look: TableLook, mapping: MappingSettings, most: int
) -> list[PreviewedRow]:
    """The first rows of a table as an import by this mapping would take them."""
    columns = Columns(mapping, table.parent / Path(mapping.folder).expanduser(), None)
    offers = _of_rows(enumerate(look.sample.rows[:most], 1), {}, table, columns, table_name(table))
    return [previewed(offer) for offer in islice(offers, most)]


def previewed(offer: Offer) -> PreviewedRow:
    """What the preview shows of an item."""
    if isinstance(offer, Refusal):
        return PreviewedRow(None, None, offer.message)
    if isinstance(offer, WholeRecord):
        return PreviewedRow(offer.photograph, offer.file, None)
    if isinstance(offer, Candidate):
        there = offer.file is None or is_regular(offer.file)
        missing = None if there else message("{file} does not exist.", file=str(offer.file))
        return PreviewedRow(offer.photograph, offer.file, missing)
    return PreviewedRow(offer if isinstance(offer, Photograph) else None, None, None)


def _offers(catalogue: Catalogue, table: Path, columns: Columns, source: str) -> Iterator[Offer]:
    """The items of the table; a second process parses the lines of a large file."""
    if is_json_lines(table) and table.stat().st_size > _LARGE:
        read = partial(_of_block, table, columns, source)
        for offers, named_files in beside(read, blocks_of(table)):
            columns.named_files |= named_files
            yield from offers
        return
    numbered_rows = rows_of(table, columns.names)
    own_id = columns.own_ids
    asks = bool(own_id)
    while rows := list(islice(numbered_rows, _ROWS_AT_ONCE)):
        known = catalogue.known(_own_id(row, own_id) for _, row in rows) if asks else {}
        # After a batch without known rows, the rest of the table is assumed to be new.
        asks = bool(known)
        yield from _of_rows(rows, known, table, columns, source)


def _of_rows(
    rows: Iterable[NumberedRow],
    known: Mapping[str, str],
    table: Path,
    columns: Columns,
    source: str,
) -> Iterator[Offer]:
    name, own_id = table.name, columns.own_ids
    several = bool(columns.mapping.photographs)
    for number, row in rows:
        if known and (photograph := known.get(_own_id(row, own_id))):
            yield KnownIdentity(photograph)
            continue
        if not several or isinstance(row, Message):
            yield _placed(settled(_candidate(row, columns, source)), name, number)
            continue
        for one in _candidates(row, columns, source):
            yield _placed(settled(one), name, number)


def _placed(offer: Offer, name: str, number: int) -> Offer:
    if isinstance(offer, Refusal) and not offer.origin:
        return dataclasses.replace(offer, origin=f"{name} #{number}")
    return offer


def _own_id(row: Row, column: str) -> str:
    image_id = "" if isinstance(row, Message) else row.get(column)
    # Other ids are refused later; SQLite would cut one at a NUL character.
    sound = isinstance(image_id, str) and len(image_id) <= LONGEST["image_id"]
    return image_id if sound and is_plain(image_id) else ""  # type: ignore[arg-type, return-value]


def _of_block(
    table: Path, columns: Columns, source: str, block: tuple[int, bytes]
) -> tuple[list[Offer], bool]:
    """The items of a block, and whether a row named a file."""
    with garbage_collection_off():
        offers = list(_of_rows(numbered_rows(block), {}, table, columns, source))
    return offers, columns.named_files


def _candidates(
    row: Mapping[str, Any], columns: Columns, source: str
) -> Iterator[Candidate | Refusal]:
    """The candidates or refusals of a row with an array of photographs."""
    paths = columns.paths_in(tuple(row))
    for found in document_photographs(row, columns.mapping):
        given = [as_text(found.values.get(field)) for field in IMPORTED]
        if given[_IMAGE_ID] and found.place and not found.part.has_own_ids:
            given[_IMAGE_ID] += f"-{found.place}"
        yield _offered(given, "", row, paths, columns, source)


def _candidate(row: Row, columns: Columns, source: str) -> Candidate | WholeRecord | Refusal:
    """The candidate or refusal of a row; its origin is its path, empty if it has none."""
    if isinstance(row, Message):
        return refused("", row)
    if len(row) > _MOST_FIELDS:
        return refused("", message("It has more than {most} fields.", most=_MOST_FIELDS))
    paths = columns.paths_in(tuple(row))
    if paths.whole:
        return _whole(row, columns)
    if paths.plain:
        given: list[Any] = list(map(row.get, paths.fields, _NOTHING))  # type: ignore[arg-type]
    else:
        given = [value_at(row, path) if path else "" for path in paths.fields]
    try:
        # Fast path: nearly every row holds only text, and a table may have 741,533 rows.
        text = "".join(given)
        text.isascii() or text.encode()
        values = list(map(str.strip, given))
    except (TypeError, UnicodeEncodeError):
        text, values = "", list(map(text_of, given))
    return _offered(values, text, row, paths, columns, source)


def _whole(row: Mapping[str, Any], columns: Columns) -> WholeRecord | Refusal:
    path = text_of(row.get("path"))
    columns.named_files |= bool(path)
    file = located(path, columns.folder, columns.mapping.prefix) if path else None
    return whole_record(row, path, file if file is not None and is_regular(file) else None)


def _offered(
    values: list[str],
    text: str,
    row: Mapping[str, Any],
    paths: RowPaths,
    columns: Columns,
    source: str,
) -> Candidate | Refusal:
    """What a row offers by its values in the order of `IMPORTED`; `text` is all of them or ""."""
    for position in _REPEATED:
        values[position] = intern(values[position])
    mapping = columns.mapping
    if paths.rank or mapping.only_species:
        rank = as_text(value_at(row, paths.rank)) if paths.rank else ""
        above = refusal_above_species(values[_SPECIES], rank, mapping.only_species)
        if above is not None:
            return refused("", above)
    path, values[_PATH] = values[_PATH], ""
    if values[_URL][:5] in _FILE or path[:5] in _WEB:
        path, values[_URL] = _exchanged(path, values[_URL])
    url = values[_URL]
    if not path and not url:
        return refused("", message("It has neither a path nor a url."))
    values[_SOURCE] = values[_SOURCE] or source
    if paths.is_local_id and values[_IMAGE_ID]:
        text, values[_IMAGE_ID] = "", f"{values[_SOURCE]}-{values[_IMAGE_ID]}"
    made = _made((*values, *_OTHER_VALUES))
    if paths.part and (part := as_text(value_at(row, paths.part))):
        made = made._replace(extra=common_json({"part": part_of(part) or part}))
    columns.named_files |= bool(path)
    file = located(path, columns.folder, mapping.prefix) if path else None
    if url and file is not None and not is_regular(file):
        # The file is missing, but the photograph can still be downloaded.
        file = None
    return Candidate(made, path, file, text)


def _exchanged(path: str, url: str) -> tuple[str, str]:
    """A path and an address that a table has in each other's column."""
    if path.startswith(("http://", "https://")):
        path, url = (url, path) if url[:5] in _FILE else ("", url or path)
    if url[:5] in _FILE:
        path, url = path or url, ""
    return path, url
