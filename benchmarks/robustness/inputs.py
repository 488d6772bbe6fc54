"""Bad tables, archives, run folders, weight files, addresses and user input."""

import contextlib
import io
import json
import warnings
import zipfile
from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from benchmarks.robustness.homes import finished
from benchmarks.robustness.line import Attempt, Line, drawn, judged
from engine.commands.runs import runs_list
from engine.download.addresses import RefusedAddress, check_address, host_of
from engine.download.fetch import Fetcher
from engine.download.outcome import Failed
from engine.errors import BadInput
from engine.home import Home, open_home
from engine.runs.supervise import supervisor_of
from engine.settings.model import ModelSettings
from engine.split.classes import ClassMap
from engine.training.model.network import start_model
from tests.catalogue import bad_rows
from tests.commands.slips import SECRET, SLIPS
from tests.download import refused_addresses as refused
from tests.download.conftest import IMPATIENT
from tests.fuzz import test_archives as archives
from tests.fuzz import test_imports as imports
from tests.fuzz import test_runs as runs
from tests.runs import bad_members
from tests.runs.garbage import GARBAGE
from tests.runs.test_garbage import with_neighbour
from tests.training.bad_weights import BAD_WEIGHTS

DRAWN = 100
"""Random examples of each kind, in addition to the listed ones; the same each time."""


def lines(root: Path, given: Namespace) -> Iterator[Line]:
    """One line per kind of input."""
    yield judged("tables", _tables())
    yield judged("archives of runs", _archives(root / "archives"))
    yield judged("run folders of garbage", _garbage(root / "garbage"))
    yield judged("files of a run, drawn", _spoilt_files(root / "spoilt"))
    yield judged("weight files", _weights(root / "weights"))
    yield judged("addresses to download", _addresses(root / "addresses"))
    yield judged("words on the command line", _slips(root / "slips"))
    yield judged("typed words, drawn", _typed())


def _tables() -> Iterator[tuple[str, Attempt]]:
    for row in _rows():
        line = json.dumps(row).encode()
        yield f"JSON lines: {row}", partial(_take_in_lines, [line])
        text = imports.GOOD | {key: str(value) for key, value in row.items()}
        for name, table in imports.tables_of(text).items():
            yield f"{name}: {row}", partial(_take_in_table, name, table)
    for name, line in bad_rows.ODD_LINES.items():
        yield f"JSON lines: {name}", partial(_take_in_lines, [line])
    for several in drawn(st.lists(imports.odd_line, min_size=1, max_size=4), DRAWN):
        yield f"JSON lines: {several!r:.60}", partial(_take_in_lines, several)
    for text in drawn(imports.text_row, DRAWN // 2):
        for name, table in imports.tables_of(text).items():
            yield f"{name}: {text}", partial(_take_in_table, name, table)


def _rows() -> Iterator[dict[str, Any]]:
    good = bad_rows.GOOD
    for field in (*bad_rows.FIELDS, "url", "species"):
        for control in bad_rows.CONTROLS:
            yield good | {field: f"{good.get(field, 'x')}{control}y"}
        yield good | {field: bad_rows.LONG}
    yield from (good | {"url": url} for url in bad_rows.OTHER_ADDRESSES)
    yield from (good | {"species": species} for species in bad_rows.NO_SPECIES)
    yield from ({"species": "Acer", "path": path} for path in bad_rows.NO_PHOTOGRAPH)


def _take_in_lines(lines: list[bytes]) -> str:
    report = imports.imported_among_good(lines)
    return report.refusals[0].reason if report.refusals else ""


def _take_in_table(name: str, table: bytes) -> str:
    report, _, there = imports.imported(name, table)
    assert there == {"good", "also good"}, "a good row was lost"
    return report.refusals[0].reason if report.refusals else ""


def _archives(folder: Path) -> Iterator[tuple[str, Attempt]]:
    home = runs.home_with_good_run(folder / "home")
    sound = archives.sound_archive(folder / "elsewhere")
    for name, content, _ in bad_members.DAMAGED:
        archive = archives.with_member(sound, name, content)
        yield f"damaged {name}", partial(archives.take_in, home, archive)
    for name, size, _ in bad_members.TOO_LARGE:
        archive = archives.with_member(sound, name, bytes(size))
        yield f"too large {name}", partial(archives.take_in, home, archive)
    for name in bad_members.STRAYING:
        yield f"straying {name}", partial(_stray, home, sound, name, folder)
    for name, content in drawn(archives.spoilt_member, DRAWN):
        archive = archives.with_member(sound, name, content)
        yield f"spoilt {name}", partial(archives.take_in, home, archive)
    for bits in drawn(archives.bits_of(sound), DRAWN):
        yield f"bits {bits}", partial(archives.take_in, home, archives.flipped(sound, bits))


def _stray(home: Home, sound: bytes, name: str, folder: Path) -> str:
    archive = io.BytesIO(sound)
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(name, b"evil")
    refusal = archives.take_in(home, archive.getvalue())
    files = [path for path in folder.rglob("*") if path.is_file()]
    strayed = [path for path in files if path.read_bytes() == b"evil"]
    assert not strayed, f"{strayed} was written"
    return refusal


def _garbage(folder: Path) -> Iterator[tuple[str, Attempt]]:
    for number, name in enumerate(GARBAGE):
        yield name, partial(_list_with_garbage, folder / str(number), name)


def _list_with_garbage(root: Path, name: str) -> None:
    home = open_home(root)
    with_neighbour(home, name)
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        runs_list(home.root, as_json=True)
        runs_list(home.root)
    listed = json.loads(shown.getvalue().splitlines()[0])["runs"]
    states = {run["run_id"]: run["state"] for run in listed}
    assert len(states) == 2 and states["good"] == "lost", f"the list is {states}"
    supervisor_of(home).tick()


def _spoilt_files(folder: Path) -> Iterator[tuple[str, Attempt]]:
    home = runs.home_with_good_run(folder)
    for name, content in drawn(runs.spoilt_file, 2 * DRAWN):
        yield name, partial(runs.shown_with_spoilt_file, home, name, content)


def _weights(folder: Path) -> Iterator[tuple[str, Attempt]]:
    folder.mkdir()
    for name, weights in BAD_WEIGHTS.items():
        (folder / name).write_bytes(weights(folder / "sprung"))
        yield f"start from {name}", partial(_start_from, folder / name)


def _start_from(file: Path) -> str:
    settings = ModelSettings(
        name="vit_tiny_patch16_224", weights=str(file), options={"depth": 1}, pretrained=False
    )
    try:
        # For old pickle protocols, torch warns of what it refuses anyway.
        with warnings.catch_warnings(action="ignore"):
            start_model(settings, ClassMap(("Acer", "Bellis")), 64)
    except BadInput as error:
        return _unsprung(file, error)
    raise AssertionError("it was taken in")


def _unsprung(file: Path, error: BadInput) -> str:
    assert not (file.parent / "sprung").exists(), "its code was run"
    return str(error)


def _addresses(folder: Path) -> Iterator[tuple[str, Attempt]]:
    for address in [*refused.PRIVATE, *refused.RESERVED]:
        yield address, partial(_refuse, address, allow_private=False)
    for address in [*refused.SPECIAL, *refused.RESERVED]:
        yield f"{address}, private allowed", partial(_refuse, address, allow_private=True)
    for url in refused.NO_WEB_ADDRESS:
        yield url, partial(_refuse_url, url)
    settings = IMPATIENT.model_copy(update={"allow_private_hosts": False})
    with contextlib.closing(Fetcher(settings, folder / "incoming")) as fetcher:
        for host in refused.THIS_MACHINE:
            yield f"fetch from {host}", partial(_refuse_fetch, fetcher, f"http://{host}:9/a.jpg")


def _refuse(address: str, *, allow_private: bool) -> str:
    try:
        check_address(address, allow_private)
    except RefusedAddress as error:
        return str(error)
    raise AssertionError("it was let through")


def _refuse_url(url: str) -> str:
    try:
        host_of(url)
    except RefusedAddress as error:
        return str(error)
    raise AssertionError("it was let through")


def _refuse_fetch(fetcher: Fetcher, url: str) -> str:
    outcome = fetcher.fetch(url, lambda size: "")
    assert isinstance(outcome, Failed) and outcome.kind == "policy", f"it gave {outcome}"
    return outcome.reason


def _slips(folder: Path) -> Iterator[tuple[str, Attempt]]:
    folder.mkdir()
    for words in SLIPS:
        yield " ".join(words), partial(_end_in_a_sentence, folder, words)


def _end_in_a_sentence(home: Path, words: list[str]) -> str:
    status, said = finished(home, words)
    assert status == 2, f"it ended with {status}: {said[-200:]}"
    assert SECRET not in said, "a password was shown"
    return said.strip()


def _typed() -> Iterator[tuple[str, Attempt]]:
    for words in drawn(imports.typed_words, DRAWN):
        yield repr(words), partial(imports.read_as_typed, *words)
