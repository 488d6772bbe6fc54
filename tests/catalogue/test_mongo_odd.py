"""Odd documents, passwords and certificates end in one sentence or one refused document."""

import datetime
import subprocess
import warnings
from pathlib import Path
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from engine.catalogue.mongo_import import Origin, import_mongo, mapping_of, sample_documents
from engine.catalogue.sqlite import SqliteCatalogue
from engine.errors import BadInput, StudioError
from engine.home import Home
from engine.images.store import ImageStore
from tests.mongod import Mongod, running

pytestmark = pytest.mark.mongo

FAR = bson.DatetimeMS(253_402_300_800_000)
AGES_AGO = bson.DatetimeMS(-(2**62))


def deep(levels: int) -> dict[str, Any]:
    return {"inner": deep(levels - 1)} if levels else {"end": 1}


GOOD = {"species": "Rosa canina"}
NO_TEXT = b"\xff\xfe"
# The fields of a document; "xx" in it becomes bytes that are not UTF-8.
IMPORTED: dict[str, dict[str, Any]] = {
    "date as id": {"_id": FAR},
    "ancient date as id": {"_id": AGES_AGO},
    "date as observation": {"observation_id": FAR},
    "date in other fields": {"seen": [FAR], "added": FAR},
    "no UTF-8 in the species": {"species": "Rosa xxnina"},
    "no UTF-8 in the url": {"url": "https://e.org/xx.jpg"},
    "no UTF-8 in the id": {"_id": "xx"},
    "no UTF-8 in a name": {"xxname": "a"},
    "no UTF-8 in another field": {"note": "xx"},
    "deep": {"nested": deep(90)},
    "reference": {"ref": {"$ref": "a", "$id": 1}, "t": bson.Timestamp(1, 1)},
    "extremes": {"least": bson.MinKey(), "most": bson.MaxKey(), "code": bson.Code("f")},
    "expression": {"re": bson.Regex("(", "u"), "n": bson.Decimal128("NaN")},
}
REFUSED: dict[str, dict[str, Any]] = {
    "date as species": {"species": FAR},
    "bytes as species": {"species": bson.Binary(b"y", 4), "u": bson.Binary(b"y" * 16, 4)},
    "date as url": {"url": FAR},
}
ODD = IMPORTED | REFUSED


def put(server: Mongod, documents: list[bytes]) -> Origin:
    options: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
    with MongoClient[dict[str, Any]](server.address) as client:
        client.drop_database("odd")
        there = client.odd.get_collection("photos", codec_options=options)
        for document in documents:
            there.insert_one(RawBSONDocument(document))
    return Origin(server.address, "odd", "photos")


def encoded(number: int, fields: dict[str, Any]) -> bytes:
    whole = {"_id": number, **GOOD, "url": f"https://e.org/{number}.jpg", **fields}
    return bson.encode(whole).replace(b"xx", NO_TEXT)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_document_is_imported_or_refused_alone(
    mongod: Mongod, home: Home, catalogue: SqliteCatalogue, store: ImageStore, name: str
) -> None:
    origin = put(mongod, [encoded(1, {}), encoded(2, ODD[name]), encoded(3, {})])
    for again in (False, True):
        report = import_mongo(home, catalogue, origin, mapping_of(home, origin), store.keep)
        new = 2 + (name in IMPORTED)
        assert (report.added, report.known) == ((0, new) if again else (new, 0))
        assert report.refused == 3 - new
        assert all(str(one) for one in report.refusals)


def test_a_position_at_an_odd_id_can_be_continued_from(
    mongod: Mongod, home: Home, catalogue: SqliteCatalogue, store: ImageStore
) -> None:
    """An import stops after a document whose id is an odd date; the next continues there."""
    ids = [AGES_AGO, datetime.datetime(2026, 5, 1), FAR]
    origin = put(mongod, [encoded(n, {"_id": each}) for n, each in enumerate(ids)])
    mapping = mapping_of(home, origin)

    def stop(done: int, *_: Any) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_mongo(home, catalogue, origin, mapping, store.keep, report=stop)
    report = import_mongo(home, catalogue, origin, mapping, store.keep)
    assert (report.added, report.refused, catalogue.counts().images) == (0, 0, 3)


@pytest.mark.parametrize(
    "password", ["p@ss", "p/ss", "p?ss", "p#ss", "p%ss", "p[ss", "p:s@s/s", "%07", "a%ad", "%00"]
)
@pytest.mark.parametrize("options", ["", "?authMechanism=SCRAM-SHA-256"])
def test_an_unescaped_password_ends_in_one_sentence(
    locked: Mongod, password: str, options: str
) -> None:
    address = locked.address.replace("//", f"//ada:{password}@") + f"/{options}"
    with warnings.catch_warnings(record=True) as warned, pytest.raises(StudioError) as said:
        sample_documents(Origin(address, "plants", "photos"))
    assert password not in str(said.value)
    assert said.value.__cause__ is None
    assert not [one for one in warned if "ss" in str(one.message)]


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory):
    """A server that requires a login."""
    folder = tmp_path_factory.mktemp("locked")
    with running(folder) as server, MongoClient(server.address) as client:
        client.admin.command("createUser", "ada", pwd="x", roles=["root"])
    with running(folder, "--auth") as server:
        yield server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.pem and server.pem, which it signed for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes"]
    commands = [
        [*new, "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority"],
        [*new, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server"],
        ["openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
         "-CAcreateserial", "-out", "server.crt", "-extfile", "names"],
    ]  # fmt: skip
    try:
        for command in commands:
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl on this machine")
    pem = [(folder / name).read_text() for name in ("server.key", "server.crt")]
    (folder / "server.pem").write_text("".join(pem))
    return folder


def test_tls_without_its_authority_is_named_as_such(authority: Path, tmp_path: Path) -> None:
    options = ("--tlsMode", "preferTLS", "--tlsCertificateKeyFile", str(authority / "server.pem"))
    with running(tmp_path, *options) as server:
        unknown = f"{server.address}/?tls=true"
        with pytest.raises(BadInput, match=r"certificate of the MongoDB at 127\.0\.0\.1"):
            sample_documents(Origin(unknown, "plants", "photos"))
        known = f"{unknown}&tlsCAFile={authority / 'ca.pem'}"
        with pytest.raises(BadInput, match="has no collection photos"):
            sample_documents(Origin(known, "plants", "photos"))


def test_tls_with_a_server_that_has_none_is_named_as_such(mongod: Mongod) -> None:
    with pytest.raises(BadInput, match="answers, but not with TLS"):
        sample_documents(Origin(f"{mongod.address}/?tls=true", "plants", "photos"))
