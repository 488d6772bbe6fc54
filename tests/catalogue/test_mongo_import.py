"""Import of a collection from a real MongoDB, and its failures."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId
from pymongo import MongoClient

from engine.catalogue import importing, mongo_import
from engine.catalogue.importing import ImportReport
from engine.catalogue.mongo_import import (
    Origin,
    import_mongo,
    mapping_file,
    mapping_of,
    sample_documents,
)
from engine.catalogue.sqlite import SqliteCatalogue
from engine.errors import BadInput, StudioError, WorkFailed
from engine.home import Home
from engine.images.store import ImageStore
from tests.mongod import Mongod, running

pytestmark = pytest.mark.mongo
PASSWORD = "correct-horse"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    with running(tmp_path_factory.mktemp("mongod")) as started:
        yield started


@pytest.fixture
def fill(server: Mongod):
    def run(documents: list[dict[str, Any]], collection: str = "photos") -> Origin:
        with MongoClient(server.address) as client:
            client.drop_database("plants")
            if documents:
                client.plants[collection].insert_many(documents)
            else:
                client.plants.create_collection(collection)
        return Origin(server.address, "plants", "photos")

    return run


@pytest.fixture
def take(home: Home, catalogue: SqliteCatalogue, store: ImageStore):
    def run(origin: Origin) -> ImportReport:
        return import_mongo(home, catalogue, origin, mapping_of(home, origin), store.keep)

    return run


def told(report: ImportReport) -> tuple[int, int, int]:
    return report.added, report.known, report.refused


def flat(number: int, **values: Any) -> dict[str, Any]:
    return {
        "scientificName": "Acer campestre",
        "imageUrl": f"https://example.org/{number}.jpg",
        "observation": {"id": number // 2, "date": datetime(2026, 5, 1)},
        "user": {"login": "ada"},
        "licenseCode": "cc-by",
    } | values


def test_documents_are_read_with_an_inferred_mapping_that_is_stored(
    home, catalogue, fill, take
) -> None:
    origin = fill([flat(n) for n in range(5)])
    assert told(take(origin)) == (5, 0, 0)
    one = next(catalogue.all())
    assert (one.species, one.observer, one.license) == ("Acer campestre", "ada", "cc-by")
    assert (one.source, one.state) == ("photos", "remote")
    assert {one.observation_id for one in catalogue.all()} == {"0", "1", "2"}
    assert ObjectId.is_valid(one.image_id)
    kept = mapping_file(home, origin).read_text()
    assert "species: scientificName" in kept
    assert told(take(origin)) == (0, 5, 0)


def test_each_photograph_of_a_document_is_imported_separately(catalogue, fill, take) -> None:
    document = {
        "taxon": {"name": "Bellis perennis", "rank": "species"},
        "photos": [
            {"id": 7, "url": "https://example.org/7.jpg", "license_code": "cc0"},
            {"id": 8, "url": "https://example.org/8.jpg"},
        ],
    }
    assert told(take(fill([document]))) == (2, 0, 0)
    assert [one.image_id for one in catalogue.all()] == ["photos-7", "photos-8"]
    assert [one.license for one in catalogue.all()] == ["cc0", ""]


def test_an_array_of_plain_addresses_is_accepted(catalogue, fill, take) -> None:
    document = {"species": "Zea mays", "url": ["https://e.org/1.jpg", "https://e.org/2.jpg"]}
    assert told(take(fill([document]))) == (2, 0, 0)
    assert len({one.image_id for one in catalogue.all()}) == 2


def test_missing_and_wrongly_typed_values_are_rejected_with_a_reason(fill, take) -> None:
    report = take(
        fill(
            [flat(n) for n in range(9)]
            + [flat(10, scientificName=12), flat(11, scientificName=None), flat(12, imageUrl=None)]
            + [flat(13, scientificName={"a": 1}), flat(14, observation="none", user=None)]
        )
    )
    assert told(report) == (10, 0, 4)
    reasons = " ".join(item.reason for item in report.refusals)
    assert "is not text but int" in reasons
    assert "no species name" in reasons.lower()
    assert "neither a path nor a url" in reasons


def test_the_collection_is_not_modified(server: Mongod, fill, take) -> None:
    take(fill([flat(1)]))
    with MongoClient(server.address) as client:
        assert client.plants.list_collection_names() == ["photos"]
        assert len(client.plants.photos.index_information()) == 1
        assert client.plants.photos.count_documents({}) == 1


def test_an_empty_and_a_missing_collection_give_different_messages(fill) -> None:
    with pytest.raises(BadInput, match=r"The collection plants\.photos is empty"):
        sample_documents(fill([]))
    with pytest.raises(BadInput, match=r"no collection photos\. Its collections: other"):
        sample_documents(fill([{"a": 1}], collection="other"))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("mongodb://me:hunter2@127.0.0.1:1", "No MongoDB answers at 127.0.0.1:1"),
        ("mongodb://me:hunter2@no-such-host.invalid", "No MongoDB answers at no-such-host"),
        ("http://me:hunter2@x", "start with mongodb://"),
        ("mongodb://me:hunt@er2@x:y", "is not valid"),
        ("env:NO_SUCH_VARIABLE", "NO_SUCH_VARIABLE is not set"),
        ("file:/no/such/hunter", "Could not read the address from"),
    ],
)
def test_a_wrong_address_is_reported_within_five_seconds(address: str, sentence: str) -> None:
    began = time.monotonic()
    with pytest.raises(StudioError, match=sentence) as told_of:
        sample_documents(Origin(address, "plants", "photos"))
    # pymongo's own timeout is 30 seconds.
    assert time.monotonic() - began < 15
    assert "hunter2" not in str(told_of.value)
    assert told_of.value.__cause__ is None


def test_a_wrong_password_is_reported_and_not_repeated(tmp_path: Path) -> None:
    with running(tmp_path) as open_server, MongoClient(open_server.address) as client:
        client.admin.command("createUser", "ada", pwd=PASSWORD, roles=["root"])
    with running(tmp_path, "--auth") as server:
        for login in ("ada:wrong-horse@", "nobody:correct-horse@"):
            address = server.address.replace("//", f"//{login}")
            with pytest.raises(BadInput, match="refused the user or the password") as refused:
                sample_documents(Origin(address, "plants", "photos"))
            assert "horse" not in str(refused.value)
        with pytest.raises(BadInput, match="no permission for this"):
            sample_documents(Origin(server.address, "plants", "photos"))


def test_an_import_that_lost_its_connection_continues_where_it_stopped(
    tmp_path: Path, home, catalogue, store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_ROWS_AT_ONCE", 500)
    monkeypatch.setattr(mongo_import, "_FETCHED_AT_ONCE", 250)
    monkeypatch.setattr(mongo_import, "_MANY", 1_000)
    with running(tmp_path) as server:
        # Rows that are not in the journal yet would be lost with the server.
        with MongoClient(server.address, journal=True) as client:
            # Ids of two types: strings come after numbers.
            client.plants.photos.insert_many(flat(n) | {"_id": n} for n in range(3_000))
            client.plants.photos.insert_many(
                flat(n) | {"_id": f"n{n}"} for n in range(3_000, 6_000)
            )
        origin = Origin(server.address, "plants", "photos")
        mapping = mapping_of(home, origin)

        def lose(done: int, total: int, note: object) -> None:
            if done >= 2_000:
                server.stop()

        with pytest.raises(WorkFailed, match=r"was lost|No MongoDB answers"):
            import_mongo(home, catalogue, origin, mapping, store.keep, report=lose)
        there = catalogue.counts().images
        assert 2_000 <= there < 6_000
        server.start()
        report = import_mongo(home, catalogue, origin, mapping, store.keep)
        assert report.added == 6_000 - there
        assert report.known <= 500
        assert catalogue.counts().images == 6_000
        assert list((home.data / "imports").iterdir()) == []


def test_no_written_file_contains_the_password(home, catalogue, fill, take) -> None:
    origin = fill([flat(n) for n in range(3)])
    secret = origin.address.replace("//", "//ada:hunter2@")
    with pytest.raises(StudioError):
        take(Origin(secret, "plants", "photos"))
    take(origin)
    written = b"".join(file.read_bytes() for file in home.root.rglob("*") if file.is_file())
    assert b"hunter2" not in written
