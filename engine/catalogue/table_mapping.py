"""Which column of a table holds each field: guessed from its first rows, or given."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from engine.catalogue.checking import quoted
from engine.catalogue.documents import as_text, value_at
from engine.catalogue.fields import IMPORTED
from engine.catalogue.guessing import guess_mapping
from engine.catalogue.mapping import PATHS, MappingSettings, paths_in
from engine.catalogue.source_columns import (
    LOCAL_IDS,
    NAMES,
    holds_numbers,
    holds_pages,
    name_of_column,
)
from engine.catalogue.table_paths import found_at
from engine.catalogue.table_rows import TableSample, require_table, sample_of
from engine.catalogue.whole_record import COLUMNS, is_whole
from engine.errors import BadInput

_NAMED_COLUMNS = 30
_MOST_KINDS_OF_ROWS = 1024


class RowPaths(NamedTuple):
    """Where rows with the same columns hold each field of `IMPORTED`, in order, and more.

    None or empty where they do not. `plain` says whether all of `fields` are columns,
    `is_local_id` whether the ids are unique within the table only, and `whole` whether the rows
    are whole records of an export.
    """

    fields: list[str | None]
    rank: str
    part: str
    plain: bool
    is_local_id: bool
    whole: bool


@dataclasses.dataclass
class Columns:
    """How the rows of a table are read; relative file paths start from `folder`.

    `judged` are the columns whose values the guess has seen: of the others, which come later in
    the table, those with a known name are read as well. None where the mapping was given.
    `named_files` says whether a row that was read named a file.
    """

    mapping: MappingSettings
    folder: Path
    judged: frozenset[str] | None
    named_files: bool = False
    _paths: dict[tuple[str, ...], RowPaths] = dataclasses.field(default_factory=dict, repr=False)

    def paths_in(self, there: tuple[str, ...]) -> RowPaths:
        """Where rows with these columns hold each field."""
        found = self._paths.get(there)
        if found is None:
            if len(self._paths) >= _MOST_KINDS_OF_ROWS:
                self._paths.clear()
            found = self._paths[there] = self._look(there)
        return found

    def names(self, there: Iterable[str]) -> frozenset[str]:
        """Which of a table's columns are read."""
        found = self.paths_in(tuple(there))
        if found.whole:
            return frozenset(COLUMNS)
        paths = chain.from_iterable(
            paths_in(path or "") for path in (*found.fields, found.rank, found.part)
        )
        tops = {path if path in there else path.split(".")[0] for path in paths}
        return frozenset(tops | {self.mapping.photographs.split(".")[0]})

    @property
    def own_ids(self) -> str:
        """The column of ids that hold outside of the table; empty where there is none."""
        path = self.mapping.path_of("image_id")
        is_own = name_of_column(path) not in LOCAL_IDS and not self.mapping.photographs
        return path if is_own else ""

    def _look(self, there: tuple[str, ...]) -> RowPaths:
        paths = {field: self.mapping.path_of(field) for field in PATHS}
        if self.judged is not None:
            later = {name_of_column(name): name for name in there if name not in self.judged}
            for field in PATHS if later else ():
                by_name = (later[name] for name in NAMES[field] if name in later)
                paths[field] = paths[field] or next(by_name, "")
        fields = [paths[field] or None for field in IMPORTED]
        plain = not any(
            path and path not in there and ("." in path or "{" in path) for path in fields
        )
        local = name_of_column(paths["image_id"]) in LOCAL_IDS
        as_named = not self.mapping.photographs and all(
            path in (None, name) for name, path in zip(IMPORTED, fields, strict=True)
        )
        whole = as_named and is_whole(there)
        return RowPaths(fields, paths["rank"], paths["part"], plain, local, whole)


@dataclasses.dataclass(frozen=True)
class TableLook:
    """The first rows of a table, and what they are taken for."""

    sample: TableSample
    guess: MappingSettings


def look_at_table(table: Path) -> TableLook:
    """The first rows of a table, and the mapping that they suggest.

    Raises:
        BadInput: there is no such file, it is of another kind, damaged or has no rows.
    """
    require_table(table)
    sample = sample_of(table)
    return TableLook(sample, _guess(sample, table.parent))


def columns_of(
    table: Path, given: MappingSettings | None = None, look: TableLook | None = None
) -> Columns:
    """How a table is read: by the mapping that was given, else by a guess.

    `look` is the result of `look_at_table`, if the caller has it.

    Raises:
        BadInput: as `look_at_table`; or nothing is known of species, or of files and addresses.
    """
    look = look or look_at_table(table)
    mapping = given or look.guess
    folder = table.parent / Path(mapping.folder).expanduser()
    if given is not None:
        require_columns(look.sample, given, table)
        return Columns(given, folder, None)
    judged = frozenset(
        name
        for name in look.sample.columns
        if any(_is_filled(row.get(name)) for row in look.sample.rows)
    )
    if judged:
        require_columns(look.sample, mapping, table)
    return Columns(mapping, folder, judged)


def require_columns(sample: TableSample, mapping: MappingSettings, table: Path) -> None:
    """Refuse a mapping without species, or without files and addresses.

    Raises:
        BadInput: it has none; the sentence says what the table's columns hold instead.
    """
    more = ["…"] if len(sample.columns) > _NAMED_COLUMNS else []
    names = quoted(", ".join([*sample.columns[:_NAMED_COLUMNS], *more])) or "–"
    if not mapping.path_of("species"):
        if column := _named(sample, ("species",), holds_numbers):
            raise BadInput(
                "The column {column} of {file} has numbers, not names of species. Choose another "
                "column in the mapping.",
                column=quoted(column, 60),
                file=table.name,
            )
        raise BadInput(
            "{file} has no species column. Its columns: {names}.", file=table.name, names=names
        )
    if not mapping.path_of("path") and not mapping.path_of("url"):
        if column := _named(sample, ("url", "path"), holds_pages):
            raise BadInput(
                "The column {column} of {file} has addresses of web pages, not of images.",
                column=quoted(column, 60),
                file=table.name,
            )
        raise BadInput(
            "{file} has neither a path nor a url column. Its columns: {names}.",
            file=table.name,
            names=names,
        )


def _guess(sample: TableSample, folder: Path) -> MappingSettings:
    rows = [
        {name: value for name, value in row.items() if _is_filled(value)} for row in sample.rows
    ]
    guessed = guess_mapping(rows, otherwise_id="")
    empty = {
        name_of_column(name): name
        for name in sample.columns
        if not any(name in row for row in rows)
    }
    # A column without a value yet is known by its name alone.
    named = {
        field: empty[name]
        for field in NAMES
        if not guessed.path_of(field)
        for name in NAMES[field]
        if name in empty
    }
    mapping = guessed.model_copy(update=named)
    if mapping.path_of("path") and not mapping.photographs:
        paths = [as_text(value_at(row, mapping.path_of("path"))) for row in rows]
        base, prefix = found_at([path for path in paths if path], folder)
        where = "" if base == folder else str(base)
        mapping = mapping.model_copy(update={"folder": where, "prefix": prefix})
    return mapping


def _is_filled(value: Any) -> bool:
    return value is not None and value != "" and value == value and value not in ([], {})


def _named(
    sample: TableSample, fields: Iterable[str], holds: Callable[[Sequence[Any]], bool]
) -> str:
    """A column with a name of these fields whose values are of some kind."""
    for name in sample.columns:
        values = [row.get(name) for row in sample.rows if _is_filled(row.get(name))]
        if any(name_of_column(name) in NAMES[field] for field in fields) and holds(values):
            return name
    return ""
