"""The MongoDB catalogue: selection, concurrent writers, killed writers, lost connections."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from engine.catalogue.mongo import MongoCatalogue
from engine.catalogue.mongo_reading import BY_FACET, COUNTED
from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.store import Added, Filter
from engine.errors import BadInput, StudioError, WorkFailed
from engine.home import Home
from tests.mongod import Mongod, running

pytestmark = pytest.mark.mongo
PROJECT = Path(__file__).resolve().parents[2]
DATABASE = "own"
WRITING = """
import sys
from pathlib import Path
from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.home import open_home
with open_catalogue(open_home(Path(sys.argv[1]))) as catalogue:
    for number in range(40):
        catalogue.add([Photograph(f"{sys.argv[2]}-{number}", "Acer", source=sys.argv[2]),
                       Photograph(f"both-{number}", "Bellis", source="both")])
"""
DYING = """
import os, sys
from engine.catalogue.mongo import MongoCatalogue
from engine.catalogue.mongo_facets import MongoFacets
from engine.catalogue.record import Photograph
MongoFacets.count = lambda *_: os._exit(9)
MongoCatalogue(sys.argv[1], "own").add([Photograph(str(n), f"Acer {n % 2}") for n in range(6)])
"""


@pytest.fixture
def catalogue(mongod: Mongod) -> Iterator[MongoCatalogue]:
    with MongoClient(mongod.address) as client:
        client.drop_database(DATABASE)
    with closing(MongoCatalogue(mongod.address, DATABASE)) as opened:
        yield opened


@pytest.fixture
def chosen(home: Home, mongod: Mongod) -> Home:
    """Configure a home to keep its catalogue in the MongoDB."""
    settings = f"store: mongodb\naddress: {mongod.address}\ndatabase: {DATABASE}\n"
    (home.data / "catalogue.yaml").write_text(settings)
    return home


def run(script: str, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", script, *arguments], cwd=PROJECT)


def test_a_home_can_keep_its_catalogue_in_mongodb(chosen: Home, catalogue: MongoCatalogue) -> None:
    with open_catalogue(chosen) as opened:
        opened.add([Photograph("1", "Acer")])
    assert catalogue.counts().images == 1
    assert not chosen.catalogue.exists()


def test_an_address_with_a_password_is_rejected_in_a_configuration(home: Home) -> None:
    (home.data / "catalogue.yaml").write_text(
        "store: mongodb\naddress: mongodb://ada:hunter2@127.0.0.1\n"
    )
    with pytest.raises(BadInput, match="write env:NAME here") as refused, open_catalogue(home):
        pass
    assert "hunter2" not in str(refused.value)


def test_two_processes_write_concurrently(chosen: Home, catalogue: MongoCatalogue) -> None:
    writers = [run(WRITING, str(chosen.root), name) for name in ("one", "two")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert catalogue.counts().by_source == {"one": 40, "two": 40, "both": 40}
    assert len(list(catalogue.all())) == 120


def test_a_reader_sees_what_another_client_has_written(
    mongod: Mongod, catalogue: MongoCatalogue
) -> None:
    catalogue.add([Photograph("1", "Acer")])
    before = catalogue.stamp()
    with closing(MongoCatalogue(mongod.address, DATABASE)) as other:
        assert other.counts().images == 1
        other.add([Photograph("2", "Acer"), Photograph("3", "Zea mays")])
    assert catalogue.stamp() != before
    assert catalogue.count_by("species") == {"Acer": 2, "Zea mays": 1}


def test_photographs_left_uncounted_by_a_killed_writer_are_counted(
    mongod: Mongod, catalogue: MongoCatalogue
) -> None:
    assert run(DYING, mongod.address).wait(60) == 9
    assert catalogue.counts().by_source == {"": 6}
    assert catalogue.count_by("species") == {"Acer 0": 3, "Acer 1": 3}
    assert catalogue.add([Photograph("1", "Acer"), Photograph("7", "Acer")]) == Added(1, 1)
    assert catalogue.counts().images == 7


def test_counts_are_right_after_a_write_that_failed_half_way(
    catalogue: MongoCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.add([Photograph("1", "Acer")])
    with monkeypatch.context() as patch:
        patch.setattr(catalogue._facets, "count", interrupt)
        with pytest.raises(KeyboardInterrupt):
            catalogue.add([Photograph("2", "Acer"), Photograph("3", "Bellis")])
    assert catalogue.counts().images == len(list(catalogue.all())) == 3


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def test_counting_reads_the_index_only(mongod: Mongod, catalogue: MongoCatalogue) -> None:
    catalogue.add(Photograph(str(n), f"Acer {n % 5}") for n in range(50))
    catalogue.page(Filter(), None, 5)
    with MongoClient(mongod.address) as client:
        command = {"aggregate": "photographs", "pipeline": COUNTED, "cursor": {}}
        plan = client[DATABASE].command("explain", command | {"hint": dict(BY_FACET)})
    stages = set(stages_of(plan))
    assert "IXSCAN" in stages
    assert not stages & {"FETCH", "COLLSCAN", "SORT"}


def stages_of(plan: Any) -> Iterator[str]:
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        plan = list(plan.values())
    if isinstance(plan, list):
        for part in plan:
            yield from stages_of(part)


def test_a_mongodb_that_does_not_answer_is_reported_in_a_sentence() -> None:
    with (
        closing(MongoCatalogue("mongodb://ada:hunter2@127.0.0.1:1", DATABASE)) as catalogue,
        pytest.raises(WorkFailed, match=r"No MongoDB answers at 127\.0\.0\.1:1") as told,
    ):
        catalogue.counts()
    assert "hunter2" not in str(told.value)


def test_a_lost_connection_is_reported_and_written_data_is_kept(tmp_path: Path) -> None:
    with (
        running(tmp_path) as server,
        closing(MongoCatalogue(server.address, DATABASE)) as catalogue,
    ):
        catalogue.add(Photograph(f"{n:05}", "Acer") for n in range(12_000))
        server.stop()
        with pytest.raises(StudioError, match=r"127\.0\.0\.1"):
            catalogue.add([Photograph("new", "Acer")])
        server.start()
        assert catalogue.add([Photograph("new", "Acer")]) == Added(1, 0)
        assert catalogue.counts().images == 12_001


def test_acknowledged_writes_survive_a_killed_server(tmp_path: Path) -> None:
    with (
        running(tmp_path) as server,
        closing(MongoCatalogue(server.address, DATABASE)) as catalogue,
    ):
        for number in range(3):
            catalogue.add([Photograph(f"{number}", "Acer")])
            server.stop()
            server.start()
            assert catalogue.counts().images == number + 1
            assert set(catalogue.known("012")) == {f"{n}" for n in range(number + 1)}
