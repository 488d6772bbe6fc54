"""Fixtures: every catalogue store, and helpers that import tables."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from engine.catalogue.importing import ImportReport
from engine.catalogue.mongo import MongoCatalogue
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue
from engine.catalogue.table_import import import_table
from engine.images.store import ImageStore
from tests.mongod import Mongod, running

Fresh = Callable[[], AbstractContextManager[Catalogue]]


@pytest.fixture(scope="session")
def mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    """A MongoDB server shared by the tests of this folder; each test has its own database."""
    with running(tmp_path_factory.mktemp("mongod")) as started:
        yield started


@pytest.fixture(scope="session")
def client(mongod: Mongod) -> Iterator[MongoClient[dict[str, Any]]]:
    """A second client of the same MongoDB server."""
    with MongoClient(mongod.address) as connected:
        yield connected


@pytest.fixture(params=["sqlite", pytest.param("mongodb", marks=pytest.mark.mongo)])
def fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Open an empty catalogue for the length of a `with` block; runs with every store."""
    if request.param == "sqlite":
        return lambda: closing(SqliteCatalogue(tmp_path_factory.mktemp("fresh") / "c.sqlite"))
    server: Mongod = request.getfixturevalue("mongod")
    client: MongoClient[dict[str, Any]] = request.getfixturevalue("client")

    @contextmanager
    def made() -> Iterator[Catalogue]:
        # Emptying collections is faster than creating them again.
        for collection in client.test.list_collection_names():
            client.test[collection].delete_many({})
        with closing(MongoCatalogue(server.address, "test")) as catalogue:
            yield catalogue

    return made


@pytest.fixture
def either(fresh: Fresh) -> Iterator[Catalogue]:
    """An empty catalogue; runs with every store."""
    with fresh() as catalogue:
        yield catalogue


@pytest.fixture
def pictures(make_image) -> Path:
    """The folder of the tables; pictures/a.jpg and pictures/b.jpg are below it."""
    for seed, name in enumerate("ab"):
        made = make_image(f"{name}.jpg", seed=seed)
    return made.parents[1]


@pytest.fixture
def take(catalogue: SqliteCatalogue, store: ImageStore):
    """Import a table: `take(file, source="")`."""

    def run(table: Path, source: str = "") -> ImportReport:
        return import_table(catalogue, table, store.keep, source)

    return run
