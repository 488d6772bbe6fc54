"""Any content of a table, a photograph or a text field gives a value or a sentence, and good rows
are imported.
"""

import csv
import io
import json
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.catalogue.conditions import filter_of
from engine.catalogue.importing import ImportReport
from engine.catalogue.mongo_server import client_of
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.table_import import import_table
from engine.errors import BadInput, UnreadableImage
from engine.files import typed_path
from engine.home import open_home
from engine.images.store import ImageStore
from studio import text

GOOD = {"image_id": "good", "species": "Rosa canina", "url": "https://example.org/a.jpg"}
ALSO_GOOD = GOOD | {"image_id": "also good", "url": "https://example.org/b.jpg"}
COLUMNS = ("image_id", "species", "url", "path", "source", "observer", "license", "attribution")

odd_text = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "\0", "a\0b", "javascript:1", "=1", "_a_", "x" * 10_000, "\ud800", "../" * 9]
    ),
)
odd_value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), odd_text),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
odd_row = st.dictionaries(st.sampled_from(COLUMNS) | st.text(max_size=8), odd_value, max_size=8)
text_row = st.fixed_dictionaries(dict.fromkeys(COLUMNS, odd_text))
odd_line = st.one_of(
    odd_row.map(lambda row: json.dumps(row).encode()),
    st.binary(max_size=80),
    st.sampled_from([b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5_000, b"null"]),
).map(lambda line: line.replace(b"\n", b" "))
mutation = st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8))


@pytest.fixture(params=[25, pytest.param(250, marks=pytest.mark.slow)], ids=["quick", "long"])
def examples(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """The number of examples of each kind: four times 25, or four times 250."""
    return settings(
        max_examples=request.param,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def imported(name: str, content: bytes) -> tuple[ImportReport, SqliteCatalogue, set[str]]:
    """Import a table with these bytes, and return which of the good rows were imported."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder))
        table = Path(folder) / name
        table.write_bytes(content)
        with closing(SqliteCatalogue(home.catalogue)) as catalogue:
            report = import_table(catalogue, table, ImageStore(home).keep)
            there = {key for key in ("good", "also good") if catalogue.get(key)}
            catalogue.counts()
    return report, catalogue, there


def test_json_lines(examples: Callable[[Any], Any]) -> None:
    @examples
    @given(st.lists(odd_line, min_size=1, max_size=4))
    def tried(lines: list[bytes]) -> None:
        imported_among_good(lines)

    tried()


def imported_among_good(lines: list[bytes]) -> ImportReport:
    """Import a table of these JSON lines between two good rows, which must be imported."""
    good = [json.dumps(row).encode() for row in (GOOD, ALSO_GOOD)]
    report, _, there = imported("t.jsonl", b"\n".join([good[0], *lines, good[1]]))
    assert there == {"good", "also good"}
    return report


def test_csv_and_parquet(examples: Callable[[Any], Any]) -> None:
    @examples
    @given(text_row, st.integers(-(2**62), 2**62))
    def tried(row: dict[str, str], moment: int) -> None:
        for name, table in tables_of(row, moment).items():
            assert imported(name, table)[2] == {"good", "also good"}

    tried()


def tables_of(row: dict[str, str], moment: int = 0) -> dict[str, bytes]:
    """A CSV and a Parquet table of a row between two good ones; a `moment` in microseconds."""
    rows = [GOOD, {key: text_.replace("\ud800", "?") for key, text_ in row.items()}, ALSO_GOOD]
    names = list(dict.fromkeys([*COLUMNS, *row]))
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    columns = {key: [one.get(key, "") for one in rows] for key in names}
    odd = pyarrow.array([0, moment, 0], pyarrow.timestamp("us"))
    table = pyarrow.table(columns | {"observation_id": odd})
    written = io.BytesIO()
    pyarrow.parquet.write_table(table, written)
    return {"t.csv": sheet.getvalue().encode(), "t.parquet": written.getvalue()}


def test_the_bytes_of_a_photograph(examples: Callable[[Any], Any], tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (24, 32, 3), np.uint8)
    whole = {}
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, kind)
        whole[kind] = stream.getvalue()
    store = ImageStore(open_home(tmp_path / "home"))

    @examples
    @given(
        st.sampled_from(sorted(whole)), st.lists(mutation, min_size=1, max_size=4), st.booleans()
    )
    def tried(kind: str, mutations: list[tuple[float, bytes]], cut: bool) -> None:
        content = bytearray(whole[kind])
        for place, new in mutations:
            start = int(place * len(content))
            content[start : start + len(new)] = new
        file = tmp_path / f"photograph.{kind.lower()}"
        file.write_bytes(content[: len(content) // 2] if cut else content)
        try:
            stored = store.keep(file)
        except UnreadableImage as error:
            assert str(error)
        else:
            assert stored.width > 0

    tried()


part_of_address = st.text(st.characters(exclude_characters="/?#@"), max_size=20)
typed_words = st.tuples(odd_text, part_of_address, part_of_address)


def read_as_typed(typed: str, user: str, host: str) -> None:
    """Read the input as a path, a condition, an address of MongoDB and a text to show."""
    secret = "hunter2"
    addresses = [typed, f"mongodb://{user}:{secret}@{host}/?tls=true&tlsCAFile={typed}"]
    for address in addresses:
        try:
            client_of(address, connect=False).close()
        except BadInput as error:
            assert secret not in str(error)
    for read in (typed_path, lambda typed: filter_of([f"species={typed}"])):
        try:
            read(typed)
        except BadInput as error:
            assert str(error)
    assert isinstance(text.plain(typed), str)


def test_text_that_users_type(examples: Callable[[Any], Any]) -> None:
    @examples
    @given(typed_words)
    def tried(words: tuple[str, str, str]) -> None:
        read_as_typed(*words)

    tried()
