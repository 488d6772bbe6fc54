"""A catalogue of 741,533 photographs of 8,587 species in SQLite and in MongoDB, compared with other
libraries.

    python -m benchmarks.catalogue [--rows 5000000] [--skip mongodb]

Each store imports the same generated table (`benchmarks.rows`), counts and pages, imports known
rows again, and writes its export twice as JSON lines, then as CSV and Parquet. For comparison, pandas and duckdb read the same file, count
it and page it. The MongoDB is the one of the tests: a separate server on a free port, with data in
a temporary folder.
"""

import argparse
import contextlib
import itertools
import statistics
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from pymongo import MongoClient

from benchmarks.catalogue_peers import duckdb, pandas
from benchmarks.catalogue_writing import longest_log
from benchmarks.rows import ROWS, SPECIES, write_rows
from benchmarks.timing import Timings, fastest
from engine.catalogue.export import export_catalogue
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.mongo import MongoCatalogue
from engine.catalogue.mongo_import import Origin, import_mongo
from engine.catalogue.mongo_reading import BY_FACET, COUNTED
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import EVERYTHING, Catalogue, Cursor, Filter
from engine.catalogue.table_export import KINDS
from engine.catalogue.table_import import import_table
from engine.files import sha256_of
from engine.home import open_home
from tests.mongod import running

_KNOWN = 100_000
_PAGE = 60
_AT_ONCE = 20_000
_DATABASE = "benchmark"


def no_file(path: Path) -> Any:
    """The byte store: no photographs are read here."""
    raise AssertionError(path)


def store(open_new: Callable[[], Catalogue], rows: Path, folder: Path, timings: Timings) -> None:
    """All measurements of a store."""
    catalogue = open_new()
    timings.run("import of the table", lambda: import_table(catalogue, rows, no_file))
    flag(catalogue, timings)
    timings.run("first page", lambda: catalogue.page(EVERYTHING, None, _PAGE))
    timings.best("counts by species and by source", lambda: counted(catalogue))
    pages(catalogue, timings)
    known = folder / "known.jsonl"
    head(rows, known, _KNOWN)
    timings.run(f"import of {_KNOWN:,} known rows", lambda: import_table(catalogue, known, no_file))
    hashes = {
        sha256_of(Path(timings.run("export", lambda: export_catalogue(catalogue, folder)).file))
        for _ in range(2)
    }
    assert len(hashes) == 1, "an export is the same bytes every time"
    for kind in KINDS[1:]:
        timings.run(f"export as {kind}", partial(export_catalogue, catalogue, folder, kind=kind))
    catalogue.close()
    again = open_new()
    timings.run("counts by species and by source, just opened", lambda: counted(again))
    again.close()


def counted(catalogue: Catalogue) -> int:
    """Photographs by species and by source."""
    return len(catalogue.count_by("species")) + len(catalogue.count_by("source"))


def flag(catalogue: Catalogue, timings: Timings) -> None:
    """Flag one photograph in twenty, as a quality scan does."""
    ids = catalogue.columns(["image_id"])["image_id"].to_pylist()
    names = (("blurry",), ("dark",), ("blurry", "dark"), ("near-duplicate",), ("tiny",))
    changes = [
        {"image_id": image_id, "flags": flags}
        for image_id, flags in zip(ids[::20], itertools.cycle(names), strict=False)
    ]
    timings.run(f"flagging {len(changes):,} photographs", lambda: catalogue.update(changes))


def filters(catalogue: Catalogue) -> Iterator[Filter]:
    """One filter of every kind that the page offers, common and rare, and some combinations."""
    species = list(catalogue.count_by("species"))
    family, genus = (list(catalogue.count_by(field)) for field in ("family", "genus"))
    yield EVERYTHING
    for name in (species[0], species[len(species) // 2], species[-1]):
        yield Filter(species=name)
    yield from (Filter(genus=genus[0]), Filter(genus=genus[-1]))
    yield from (Filter(family=family[0]), Filter(family=family[-1]))
    yield from (Filter(source=name) for name in catalogue.count_by("source"))
    yield from (Filter(state=name) for name in catalogue.count_by("state"))
    yield from (Filter(license=name) for name in catalogue.count_by("license") if name)
    yield from (Filter(flag=name) for name in catalogue.count_by("flag"))
    yield from (Filter(text=text) for text in ("a", "ella", "acoia", "no such name"))
    yield Filter(source="Pl@ntNet", license="CC-BY-NC-SA", flag="tiny", excluded=None)
    yield Filter(family=family[-1], source="Pl@ntNet", license="CC0")
    yield Filter(text="aceae", license="CC-BY-SA", flag="dark")
    yield Filter(excluded=True)


def pages(catalogue: Catalogue, timings: Timings) -> None:
    """The first page of every filter, the next one, and one from the middle."""
    seconds = []
    for chosen in filters(catalogue):
        middle = Cursor("M", "")
        for after in (None, middle):
            page = catalogue.page(chosen, after, _PAGE)
            for start in (after, page.next) if page.next else (after,):
                seconds.append(fastest(partial(catalogue.page, chosen, start, _PAGE), 3))
    median = statistics.median(seconds)
    timings.write("a page of 60, any filter: the median", f"{median * 1000:.1f} ms")
    timings.write("a page of 60, any filter: the slowest", f"{max(seconds) * 1000:.1f} ms")


def head(rows: Path, file: Path, number: int) -> None:
    """The first lines of a file."""
    with rows.open("rb") as read, file.open("wb") as written:
        written.writelines(itertools.islice(read, number))


def cursor(address: str, rows: Path, folder: Path, timings: Timings) -> None:
    """Import a user's own collection into SQLite, and count in the server with the index only."""
    origin = Origin(address, "plants", "photographs")
    with MongoClient(address) as client, rows.open("rb") as lines:
        while some := list(itertools.islice(lines, _AT_ONCE)):
            client.plants.photographs.insert_many(map(orjson.loads, some))
    names = ("image_id", "species", "genus", "family", "source", "url", "license")
    more = ("observation_id", "observer", "attribution")
    mapping = MappingSettings(**{name: name for name in (*names, *more)})
    home = open_home(folder / "home")
    with contextlib.closing(SqliteCatalogue(home.catalogue)) as catalogue:
        timings.run(
            "import of a collection by a cursor, into SQLite",
            lambda: import_mongo(home, catalogue, origin, mapping, no_file),
        )


def by_index(address: str, timings: Timings) -> None:
    """Photographs by facet, counted in the server with the covering index."""
    with MongoClient(address) as client:
        photographs = client[_DATABASE].photographs
        timings.best(
            "counting all by the covered index, in the server",
            lambda: len(list(photographs.aggregate(COUNTED, hint=dict(BY_FACET)))),
        )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--species", type=int, default=SPECIES)
    parser.add_argument("--skip", nargs="*", default=[], choices=["sqlite", "mongodb", "peers"])
    given = parser.parse_args()
    timings = Timings()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rows = folder / "rows.jsonl"
        write_rows(rows, given.rows, given.species)
        if "sqlite" not in given.skip:
            file = folder / "catalogue.sqlite"
            store(lambda: SqliteCatalogue(file), rows, folder, timings.of("SQLite"))
            longest_log(file, timings.of("SQLite"))
        if "mongodb" not in given.skip:
            (folder / "mongod").mkdir()
            with running(folder / "mongod", cache_gigabytes=1) as server:
                of = timings.of("MongoDB", server.pid)
                store(lambda: MongoCatalogue(server.address, _DATABASE), rows, folder, of)
                by_index(server.address, of)
                cursor(server.address, rows, folder, of)
        if "peers" not in given.skip:
            pandas(rows, folder, timings.of("pandas"))
            duckdb(rows, folder, timings.of("duckdb"))
    print(f"\n{given.rows:,} photographs of {given.species:,} species\n\n{timings.table()}")


if __name__ == "__main__":
    main()
