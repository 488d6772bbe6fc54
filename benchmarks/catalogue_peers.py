"""pandas and duckdb for the same work: read the table, count it, page it, write it."""

from functools import partial
from pathlib import Path

from benchmarks.timing import Timings

_PAGE = 60


def pandas(rows: Path, folder: Path, timings: Timings) -> None:
    """Everything in memory, in one frame."""
    import pandas

    frame = timings.run(
        "import of the table", lambda: pandas.read_json(rows, lines=True, dtype=False)
    )
    timings.best(
        "counts by species and by source",
        lambda: (frame["species"].value_counts(), frame["source"].value_counts()),
    )
    ordered = timings.run(
        "first page", lambda: frame.sort_values(["species", "image_id"], ignore_index=True)
    )
    timings.best(
        "a page of 60, any filter: the median",
        lambda: ordered[(ordered["source"] == "GBIF") & (ordered["species"] > "M")].head(_PAGE),
    )
    lines, sheet, table = (folder / f"pandas.{kind}" for kind in ("jsonl", "csv", "parquet"))
    timings.run("export", lambda: ordered.to_json(lines, orient="records", lines=True))
    timings.run("export as csv", lambda: ordered.to_csv(sheet, index=False))
    timings.run("export as parquet", lambda: ordered.to_parquet(table, index=False))


def duckdb(rows: Path, folder: Path, timings: Timings) -> None:
    """A columnar database in a file."""
    import duckdb

    with duckdb.connect(str(folder / "rows.duckdb")) as connection:
        connection.execute("SET threads = 2")
        timings.run(
            "import of the table",
            lambda: connection.execute(
                f"CREATE TABLE photograph AS SELECT * FROM read_json('{rows}', "
                "format = 'newline_delimited')"
            ),
        )
        counts = "SELECT {0}, count(*) FROM photograph GROUP BY 1 ORDER BY 2 DESC"
        timings.best(
            "counts by species and by source",
            lambda: [
                connection.execute(counts.format(column)).fetchall()
                for column in ("species", "source")
            ],
        )
        page = (
            "SELECT * FROM photograph WHERE source = 'GBIF' AND (species, image_id) > ('M', '') "
            f"ORDER BY species, image_id LIMIT {_PAGE}"
        )
        timings.best(
            "a page of 60, any filter: the median", lambda: connection.execute(page).fetchall()
        )
        for what, kind in (("", "json"), (" as csv", "csv"), (" as parquet", "parquet")):
            query = (
                "COPY (SELECT * FROM photograph ORDER BY species, image_id) "
                f"TO '{folder / 'duckdb'}.{kind}' (FORMAT {kind})"
            )
            timings.run(f"export{what}", partial(connection.execute, query))
