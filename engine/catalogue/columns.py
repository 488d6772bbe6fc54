"""The catalogue as columns, for work on all photographs at once."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from engine.catalogue.facets import Facet
from engine.catalogue.fields import NUMBERS, require_fields
from engine.catalogue.sqlite_filters import SqliteFilter

_CHUNK = 65_536


Rows = list[tuple[Any, ...]]


def catalogue_columns(
    connection: sqlite3.Connection, names: Sequence[str], chosen: SqliteFilter
) -> Any:
    """See `engine.catalogue.store.Catalogue.columns`.

    Raises:
        ValueError: a photograph has no field of such a name.
    """

    # Read after the photographs: a writer may have added facets meanwhile; it never removes any.
    def facets() -> Rows:
        return connection.execute(
            f"SELECT facet, {', '.join(Facet._fields)} FROM {chosen.facets}", chosen.values
        ).fetchall()

    def rows(own: Sequence[str]) -> Iterator[Rows]:
        cursor = connection.execute(
            f"SELECT {', '.join(['facet', *own])} FROM photograph "
            f"WHERE facet IN (SELECT facet FROM {chosen.facets}) AND {chosen.rows}",
            [*chosen.values, *chosen.row_values],
        )
        while some := cursor.fetchmany(_CHUNK):
            yield some

    return table_of(names, facets, rows)


def table_of(
    names: Sequence[str],
    facets: Callable[[], Rows],
    rows: Callable[[Sequence[str]], Iterator[Rows]],
) -> Any:
    """Build the table of these fields.

    `rows` yields batches of rows: the facet number, then the fields that are not facet fields.
    `facets` is called afterwards and returns rows of a facet number and the facet's values.

    Raises:
        ValueError: a photograph has no field of such a name.
    """
    # Importing pyarrow takes half a second, and most work does not need it.
    import pyarrow

    require_fields(names)
    own = [name for name in names if name not in Facet._fields]
    kinds = {name: pyarrow.int32() if name in NUMBERS else pyarrow.string() for name in own}
    chunks: dict[str, list[Any]] = {name: [] for name in own}
    positions = [np.empty(0, np.int64)]
    for some in rows(own):
        numbers, *read = zip(*some, strict=True)
        positions.append(np.fromiter(numbers, np.int64, len(some)))
        for name, column in zip(own, read, strict=True):
            chunks[name].append(pyarrow.array(column, kinds[name]))
    found = {name: pyarrow.chunked_array(parts, kinds[name]) for name, parts in chunks.items()}
    by_facet = _facet_columns(facets(), np.concatenate(positions), set(names))
    return pyarrow.table({name: found.get(name, by_facet.get(name)) for name in names})


def _facet_columns(
    facets: Sequence[tuple[Any, ...]], numbers: Any, names: set[str]
) -> dict[str, Any]:
    import pyarrow

    position = np.zeros(max((facet[0] for facet in facets), default=0) + 1, np.int64)
    position[[facet[0] for facet in facets]] = np.arange(len(facets))
    rows = pyarrow.array(position[numbers])
    columns: dict[str, Any] = {}
    for index, name in enumerate(Facet._fields, 1):
        if name not in names:
            continue
        values = [facet[index] for facet in facets]
        if name == "excluded":
            columns[name] = pyarrow.array(map(bool, values), pyarrow.bool_()).take(rows)
        else:
            column = pyarrow.array(values, pyarrow.string())
            columns[name] = (column if name == "flags" else column.dictionary_encode()).take(rows)
    return columns
