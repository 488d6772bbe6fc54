"""How long imports take, compared with reading the same file by pandas and with copying files.

    python -m benchmarks.imports [--photographs 376481] [--files 3000] [--only table mongodb]

The collection is that of `benchmarks.collection`: 376,481 photographs, nearly all of them listed
twice. "Processor" is the time of all processes that take part, which a busy machine changes less
than the seconds. A ratio compares with the other program in the same run.
"""

import argparse
import csv
import hashlib
import os
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
import orjson
import psutil
from pymongo import MongoClient

from benchmarks.collection import PHOTOGRAPHS, documents, rows, write_table
from benchmarks.rows import SPECIES
from engine.cache_folders.filling import CacheReport, import_cache
from engine.catalogue.importing import ImportReport
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.mongo_import import Origin, import_mongo, mapping_of
from engine.catalogue.names import search_form
from engine.catalogue.record import Photograph
from engine.catalogue.schema import MIGRATIONS, statements
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.table_import import import_table
from engine.home import Home, open_home
from engine.images.store import Placing
from tests.mongod import running

PARTS = ("table", "mongodb", "version-3", "cache")
_SIDES = ((800, 600), (1024, 768), (1600, 1200), (2048, 1536))
_Outcome = TypeVar("_Outcome")


class Took(NamedTuple):
    """Seconds on the clock and of all processors."""

    clock: float
    processor: float


def timed(
    what: str, work: Callable[[], _Outcome], than: Took | None = None, *servers: int
) -> tuple[_Outcome, Took]:
    """Run it once and print how long it takes, as a line of the table."""
    before, start = _processor(servers), time.perf_counter()
    outcome = work()
    took = Took(time.perf_counter() - start, _processor(servers) - before)
    ratios = (
        f"{took.clock / than.clock:.2f} | {took.processor / than.processor:.2f}" if than else "|"
    )
    print(f"| {what} | {took.clock:.1f} | {took.processor:.1f} | {ratios} |", flush=True)
    return outcome, took


def _processor(servers: tuple[int, ...]) -> float:
    """Processor seconds of this process, of its children that have ended, and of servers."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    served = (psutil.Process(server).cpu_times() for server in servers)
    own = time.process_time() + children.ru_utime + children.ru_stime
    return own + sum(times.user + times.system for times in served)


def no_file(path: Path) -> Any:
    """The byte store: no photographs are read here."""
    raise AssertionError(path)


def tables(folder: Path, photographs: int, species: int) -> None:
    """A table of all listings into an empty catalogue, and the same again."""
    import pandas

    lines = folder / "rows.jsonl"
    print(f"{write_table(lines, photographs, species):,} rows, {lines.stat().st_size / 1e6:.0f} MB")
    _, peer = timed("JSON lines: pandas", lambda: pandas.read_json(lines, lines=True, dtype=False))
    with closing(SqliteCatalogue(folder / "lines.sqlite")) as catalogue:
        first, _ = timed(
            "JSON lines into an empty catalogue",
            lambda: import_table(catalogue, lines, no_file),
            peer,
        )
        assert (first.added, first.refused) == (photographs, 0)
        again, _ = timed(
            "the same file again", lambda: import_table(catalogue, lines, no_file), peer
        )
        assert (again.known, again.listed) == (first.added, first.listed)
        with lines.open("ab") as stream:
            stream.write(b"\n")
        again, _ = timed(
            "known rows, the file changed by a byte",
            lambda: import_table(catalogue, lines, no_file),
            peer,
        )
        assert (again.known, again.listed) == (first.added, first.listed)
    commas = folder / "rows.csv"
    _write_csv(commas, lines)
    lines.unlink()
    _, peer = timed("CSV: pandas", lambda: pandas.read_csv(commas))
    with closing(SqliteCatalogue(folder / "commas.sqlite")) as catalogue:
        first, _ = timed(
            "CSV into an empty catalogue", lambda: import_table(catalogue, commas, no_file), peer
        )
        assert first.added == photographs


def _write_csv(file: Path, lines: Path) -> None:
    with lines.open("rb") as read, file.open("w", newline="") as written:
        writer = csv.DictWriter(written, list(orjson.loads(next(read))))
        writer.writeheader()
        read.seek(0)
        writer.writerows(orjson.loads(line) for line in read if line.strip())


def collection(folder: Path, photographs: int, species: int) -> None:
    """The collection from a MongoDB server, with and without fields that have no name here."""
    (folder / "mongod").mkdir()
    with running(folder / "mongod", cache_gigabytes=1) as server:
        with MongoClient[dict[str, Any]](server.address) as client:
            client.plants.plants.insert_many(documents(photographs, species))
        origin = Origin(server.address, "plants", "plants")
        took: Took | None = None
        for kept in (False, True):
            home = open_home(folder / f"home-{kept}")
            mapping = mapping_of(home, origin).model_copy(update={"other_fields": kept})
            with closing(SqliteCatalogue(home.catalogue)) as catalogue:
                what = f"MongoDB, {'with' if kept else 'without'} own fields"
                work = _of_collection(home, catalogue, origin, mapping)
                report, took = timed(what, work, took, server.pid)
                assert report.added == photographs


def _of_collection(
    home: Home, catalogue: SqliteCatalogue, origin: Origin, mapping: MappingSettings
) -> Callable[[], ImportReport]:
    return lambda: import_mongo(home, catalogue, origin, mapping, no_file)


def version_3(folder: Path, photographs: int, species: int) -> None:
    """The first opening of a catalogue that lists nearly every photograph twice."""
    file = folder / "data" / "catalogue.sqlite"
    file.parent.mkdir()
    _write_version_3(file, photographs, species)
    catalogue, _ = timed("first opening of a catalogue of version 3", lambda: SqliteCatalogue(file))
    assert catalogue.counts().images == photographs
    catalogue.close()


def _write_version_3(file: Path, photographs: int, species: int) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.create_function("search_form", 1, search_form, deterministic=True)
        for script in MIGRATIONS[:3]:
            for statement in statements(script):
                connection.execute(statement)
        facets: dict[tuple[str, ...], int] = {}
        every = (
            row
            for number, document in enumerate(documents(photographs, species))
            for row in rows(document, number)
        )
        connection.executemany(
            "INSERT INTO photograph VALUES (?, ?, ?, '', '', '', ?, 0, 0, '', '', '')",
            (
                (
                    hashlib.sha256(row["image_url"].encode()).hexdigest()[:20],
                    facets.setdefault(_facet_of(row), len(facets) + 1),
                    row["image_url"],
                    row["attribution"],
                )
                for row in every
            ),
        )
        connection.executemany(
            "INSERT INTO facet VALUES (?, ?, ?, ?, ?, ?, 'remote', 0, '', 0)",
            ((number, *facet) for facet, number in facets.items()),
        )
        connection.execute(
            "UPDATE facet SET images = "
            "(SELECT COUNT(*) FROM photograph WHERE photograph.facet = facet.facet)"
        )
        for field in ("species", "genus", "family", "source", "license", "state"):
            connection.execute(
                f"INSERT INTO total SELECT '{field}', {field}, search_form({field}), SUM(images) "
                f"FROM facet GROUP BY {field}"
            )
        connection.execute("PRAGMA user_version = 3")
        connection.commit()


def _facet_of(row: dict[str, Any]) -> tuple[str, ...]:
    names = ("latin_name", "genus", "family", "image_source", "license")
    return tuple(row[name] for name in names)


def cache(folder: Path, files: int) -> None:
    """A folder of photographs named by their addresses, beside copying and hashing it."""
    named = folder / "cache"
    megabytes = _write_cache(named, files) / 1e6
    print(f"{files:,} photographs, {megabytes:.0f} MB")
    copy = folder / "copy"
    command = f"cp -r '{named}' '{copy}' && sync -f '{copy}' && sha256sum '{copy}'/* > /dev/null"
    _, peer = timed(
        "cp -r, sync and sha256sum", lambda: subprocess.run(command, shell=True, check=True)
    )
    shutil.rmtree(copy)
    placings: tuple[Placing, ...] = ("copy", "link", "leave")
    for placing in placings:
        home = open_home(folder / f"home-{placing}")
        with closing(SqliteCatalogue(home.catalogue)) as catalogue:
            catalogue.add(
                Photograph(f"p{number}", "Rosa canina", url=_address(number))
                for number in range(files)
            )
            taking = _of_cache(home, catalogue, named, placing)
            report, took = timed(f"import cache --mode {placing}", taking, peer)
            assert report.filled == files
            print(f"{files / took.clock:.0f} files, {megabytes / took.clock:.0f} MB a second")
        shutil.rmtree(home.root)


def _of_cache(
    home: Home, catalogue: SqliteCatalogue, folder: Path, placing: Placing
) -> Callable[[], CacheReport]:
    return lambda: import_cache(home, catalogue, folder, placing)


def _address(number: int) -> str:
    return f"https://inaturalist-open-data.s3.amazonaws.com/photos/{number}/original.jpg"


def _write_cache(folder: Path, files: int) -> int:
    """Write photographs of 150 to 1,800 kB, each with a comment of its own; returns the bytes."""
    folder.mkdir()
    random = np.random.default_rng(92)
    pictures = []
    for number in range(12):
        width, height = _SIDES[number % len(_SIDES)]
        coarse = random.integers(0, 256, (height // 6, width // 6, 3), dtype=np.uint8)
        picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        quality = [cv2.IMWRITE_JPEG_QUALITY, 86 + number]
        pictures.append(cv2.imencode(".jpg", picture, quality)[1].tobytes())
    written = 0
    for number in range(files):
        name = hashlib.md5(_address(number).encode(), usedforsecurity=False).hexdigest()
        start, rest = pictures[number % 12][:2], pictures[number % 12][2:]
        comment = b"\xff\xfe\x00\x0a" + f"{number:08}".encode()
        written += (folder / f"{name}.jpg").write_bytes(start + comment + rest)
    return written


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--photographs", type=int, default=PHOTOGRAPHS)
    parser.add_argument("--species", type=int, default=SPECIES)
    parser.add_argument("--files", type=int, default=3_000)
    parser.add_argument("--only", nargs="*", default=PARTS, choices=PARTS)
    given = parser.parse_args()
    size = (given.photographs, given.species)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| | seconds | processor | times the other: seconds | processor |\n|---|---|---|---|---|")
    parts: dict[str, Callable[[Path], None]] = {
        "table": lambda folder: tables(folder, *size),
        "mongodb": lambda folder: collection(folder, *size),
        "version-3": lambda folder: version_3(folder, *size),
        "cache": lambda folder: cache(folder, given.files),
    }
    for name in given.only:
        with tempfile.TemporaryDirectory() as temporary:
            parts[name](Path(temporary))
    print(f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
