"""Collections with several arrays of photographs: every photograph is imported once."""

import json
import random
from collections.abc import Callable
from typing import Any

import bson
import pytest
from pymongo import MongoClient

from engine.catalogue.array_guessing import guess_collection
from engine.catalogue.documents import document_photographs
from engine.catalogue.importing import ImportReport
from engine.catalogue.mapping import ArrayMapping, MappingSettings
from engine.catalogue.mongo_import import (
    Origin,
    import_mongo,
    mapping_file,
    mapping_of,
    proposed_mapping,
    sample_documents,
)
from engine.catalogue.other_fields import MOST_BYTES, as_json, fields_below
from engine.catalogue.sqlite import SqliteCatalogue
from engine.errors import BadInput
from engine.home import Home
from engine.images.store import ImageStore
from engine.settings.files import load, save
from tests.mongod import Mongod

SPECIES, PHOTOGRAPHS = 200, 6
GENERA = ("Rosa", "Bellis", "Quercus", "Acer")
OTHER_SIZES = {"original.jpg": "medium.jpg", "photo.jpg": "photo.jpg?width=300"}


def addresses(species: int) -> list[str]:
    """Six photographs: four at iNaturalist, two elsewhere."""
    numbers = range(species * PHOTOGRAPHS, species * PHOTOGRAPHS + PHOTOGRAPHS)
    return [
        f"https://inaturalist-open-data.s3.amazonaws.com/photos/{number}/original.jpg"
        if number % 3
        else f"https://plants.example/{number}/photo.jpg"
        for number in numbers
    ]


def another(url: str) -> str:
    """The same photograph under the address of another size, without TLS."""
    for name, other in OTHER_SIZES.items():
        url = url.replace(name, other)
    return url.replace("https://", "http://")


def epithet(number: int) -> str:
    """A different word for each number."""
    return "canin" + "".join("abcdefghij"[int(digit)] for digit in str(number))


def plant(number: int, images_first: bool = True) -> dict[str, Any]:
    """A species as the first user's collection has it: each photograph is in both arrays."""
    genus, urls = GENERA[number % len(GENERA)], addresses(number)
    images = [
        {"url": url, "source": "inat", "size": "original", "license": "CC BY", "attribution": "Ana"}
        for url in urls
    ]
    older = [another(url) if place % 2 else url for place, url in enumerate(urls)]
    random.Random(number).shuffle(older)
    arrays = {"images": images, "img": older}
    order = ("images", "img") if images_first else ("img", "images")
    return {
        "latinName": f"{genus} {epithet(number)}",
        "commonName": f"rose {number}",
        "taxonomy": {"family": "Rosaceae", "genus": genus, "species": epithet(number)},
        "distribution": {"countries": ["ES", "PT"], "continents": ["EU"], "native": True},
        "height": 1.5,
        **{name: arrays[name] for name in order},
    }


@pytest.fixture
def fill(mongod: Mongod):
    def run(documents: list[dict[str, Any]]) -> Origin:
        with MongoClient(mongod.address) as client:
            client.drop_database("arrays")
            client.arrays.plants.insert_many(documents)
        return Origin(mongod.address, "arrays", "plants")

    return run


Take = Callable[..., ImportReport]


@pytest.fixture
def take(home: Home, catalogue: SqliteCatalogue, store: ImageStore) -> Take:
    def run(origin: Origin, mapping: MappingSettings | None = None) -> ImportReport:
        chosen = mapping or mapping_of(home, origin)
        return import_mongo(home, catalogue, origin, chosen, store.keep)

    return run


def told(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.known, report.listed, report.refused


def test_both_arrays_are_found_with_their_own_fields() -> None:
    mapping = guess_collection([plant(number) for number in range(20)])
    assert (mapping.photographs, mapping.path_of("url")) == ("images", "images.url")
    assert mapping.path_of("species") == "latinName"
    assert mapping.path_of("genus") == "taxonomy.genus"
    assert mapping.path_of("license") == "images.license"
    assert mapping.path_of("image_id") == "_id"
    (older,) = mapping.arrays
    assert (older.photographs, older.path_of("url"), older.path_of("license")) == ("img", "img", "")


@pytest.mark.mongo
@pytest.mark.parametrize("images_first", [True, False])
def test_a_collection_with_two_arrays_imported_twice_gives_every_photograph_once(
    catalogue: SqliteCatalogue, fill, take: Take, images_first: bool
) -> None:
    origin = fill([plant(number, images_first) for number in range(SPECIES)])
    photographs = SPECIES * PHOTOGRAPHS
    assert told(take(origin)) == (photographs, 0, photographs, 0)
    assert catalogue.counts().images == photographs
    assert catalogue.listed_twice() == photographs
    # The documents' arrays in another order, and the mapping's too.
    mapping = guess_collection([plant(number) for number in range(20)])
    with MongoClient(origin.address) as client:
        for document in client.arrays.plants.find():
            turned = {name: document[name][::-1] for name in ("images", "img")}
            client.arrays.plants.update_one({"_id": document["_id"]}, {"$set": turned})
    assert told(take(origin)) == (0, photographs, photographs, 0)
    assert told(take(origin, turned_round(mapping))) == (0, photographs, photographs, 0)
    assert catalogue.counts().images == photographs
    assert catalogue.listed_twice() == photographs
    assert catalogue.count_by("license") == {"CC BY": photographs}
    assert catalogue.counts().species == SPECIES


def turned_round(mapping: MappingSettings) -> MappingSettings:
    """The same mapping with its two arrays in the other order."""
    first = {
        name: path
        for name, path in mapping.model_dump().items()
        if name in ArrayMapping.model_fields and str(path).startswith("images")
    }
    (older,) = mapping.arrays
    around = {"species": "latinName", "genus": "taxonomy.genus", "family": "taxonomy.family"}
    return MappingSettings(
        photographs=older.photographs, url="img", arrays=(ArrayMapping(**first),), **around
    )


@pytest.mark.mongo
def test_the_older_array_first_gives_the_same_photographs(
    catalogue: SqliteCatalogue, fill, take: Take
) -> None:
    origin = fill([plant(number) for number in range(SPECIES)])
    mapping = turned_round(guess_collection([plant(number) for number in range(20)]))
    photographs = SPECIES * PHOTOGRAPHS
    assert told(take(origin, mapping)) == (photographs, 0, photographs, 0)
    assert told(take(origin, mapping)) == (0, photographs, photographs, 0)
    # The licence and the credit come from the array that has them.
    assert {(one.license, one.attribution) for one in catalogue.all()} == {("CC BY", "Ana")}


@pytest.mark.mongo
def test_other_fields_are_kept_with_their_types(
    catalogue: SqliteCatalogue, fill, take: Take
) -> None:
    take(fill([plant(1)]))
    kept = [json.loads(one.extra) for one in catalogue.all()]
    assert len({one.pop("_id") for one in kept}) == 1
    assert all(
        one
        == {
            "images.size": "original",
            "commonName": "rose 1",
            "taxonomy.species": "caninb",
            "distribution.countries": ["ES", "PT"],
            "distribution.continents": ["EU"],
            "distribution.native": True,
            "height": 1.5,
        }
        for one in kept
    )
    assert len(kept) == PHOTOGRAPHS


@pytest.mark.mongo
def test_other_fields_can_be_left_out(catalogue: SqliteCatalogue, fill, take: Take) -> None:
    origin = fill([plant(1)])
    mapping = guess_collection([plant(1)]).model_copy(update={"other_fields": False})
    take(origin, mapping)
    assert {one.extra for one in catalogue.all()} == {""}


@pytest.mark.mongo
def test_a_document_that_is_one_photograph_keeps_its_id(
    catalogue: SqliteCatalogue, fill, take: Take
) -> None:
    take(fill([{"_id": "a", "species": "Rosa canina", "url": "https://e.org/a.jpg", "wet": False}]))
    (one,) = catalogue.all()
    assert (one.image_id, json.loads(one.extra)) == ("a", {"wet": False})


@pytest.mark.mongo
def test_a_document_without_one_of_the_arrays_is_not_refused(
    catalogue: SqliteCatalogue, fill, take: Take
) -> None:
    whole, old, none = plant(1), plant(2), plant(3)
    del old["images"], none["images"], none["img"]
    whole["img"] = []
    report = take(fill([whole, old, none, plant(4)]))
    assert told(report) == (3 * PHOTOGRAPHS, 0, PHOTOGRAPHS, 1)
    assert "neither a path nor a url" in report.refusals[0].reason


@pytest.mark.mongo
def test_the_mapping_of_two_arrays_is_stored_as_yaml(home: Home, fill, take: Take) -> None:
    origin = fill([plant(1)])
    take(origin)
    file = mapping_file(home, origin)
    assert load(MappingSettings, file) == guess_collection([plant(1)])
    assert "photographs: img" in file.read_text()


@pytest.mark.mongo
def test_a_proposed_mapping_is_the_stored_one_or_a_guess_that_is_not_stored(
    home: Home, fill
) -> None:
    origin = fill([plant(1)])
    documents = sample_documents(origin)
    proposed = proposed_mapping(home, origin, documents)
    assert proposed == guess_collection([plant(1)])
    assert not mapping_file(home, origin).exists()
    own = proposed.model_copy(update={"only_species": True})
    save(own, mapping_file(home, origin))
    assert proposed_mapping(home, origin, documents) == own


def test_a_mapping_file_of_an_earlier_version_loads_unchanged(tmp_path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text("photographs: photos\nspecies: taxon.name\nurl: photos.url\nimage_id: _id\n")
    mapping = load(MappingSettings, file)
    assert (mapping.photographs, mapping.path_of("url"), mapping.arrays) == (
        "photos", "photos.url", (),
    )  # fmt: skip
    save(mapping, file)
    assert load(MappingSettings, file) == mapping


def test_an_unknown_key_of_an_array_is_refused(tmp_path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text("species: s\narrays:\n- photographs: img\n  adress: img\n")
    with pytest.raises(BadInput, match=r"arrays\.0\.adress|adress"):
        load(MappingSettings, file)


def test_an_epithet_alone_is_completed_by_the_genus(
    catalogue: SqliteCatalogue, fill, take: Take
) -> None:
    document = plant(1)
    del document["latinName"], document["commonName"]
    take(fill([document]))
    assert catalogue.count_by("species") == {"Bellis caninb": PHOTOGRAPHS}


def test_a_binomial_is_preferred_to_an_epithet_and_to_a_common_name() -> None:
    documents = [
        {
            "label": f"flower {n}",
            "species": epithet(n),
            "scientificName": f"Rosa {epithet(n)}",
            "url": f"https://e.org/{n}.jpg",
        }
        for n in range(5)
    ]
    assert guess_collection(documents).path_of("species") == "scientificName"


def test_an_array_of_web_pages_is_no_array_of_photographs() -> None:
    documents = [
        plant(n) | {"references": [{"url": f"https://e.org/page/{n}"}], "uri": "https://e.org/x"}
        for n in range(5)
    ]
    mapping = guess_collection(documents)
    assert [mapping.photographs, *(one.photographs for one in mapping.arrays)] == ["images", "img"]


def test_positions_in_an_array_are_no_ids() -> None:
    documents = [
        {"species": "Rosa canina", "photos": [{"id": 1, "url": f"https://e.org/{n}.jpg"}]}
        for n in range(5)
    ]
    assert guess_collection(documents).path_of("image_id") == "_id"


def test_an_array_of_addresses_and_objects_is_read_whole() -> None:
    document = {"s": "Rosa canina", "images": [{"url": "https://e.org/1"}, "https://e.org/2"]}
    mapping = MappingSettings(photographs="images", species="s", url="images.url")
    found = document_photographs(document, mapping)
    assert [one.values["url"] for one in found] == ["https://e.org/1", "https://e.org/2"]


def test_other_fields_are_limited_in_size() -> None:
    fields = [("long", "x" * MOST_BYTES), ("list", ["y" * 100] * 60), ("n", 1), ("n", 2)]
    assert json.loads(as_json(fields)) == {"n": 1}
    many = [(f"field{number}", number) for number in range(10_000)]
    assert len(as_json(many).encode()) <= MOST_BYTES
    assert len(json.loads(as_json(many))) > 200
    assert as_json([]) == ""


def test_other_fields_are_plain_values_only() -> None:
    document = {
        "none": None, "empty": "", "nan": float("nan"), "far": bson.DatetimeMS(2**60),
        "bytes": b"x", "objects": [{"a": 1}], "mixed": [1, None], "big": bson.Int64(2**40),
        "a.b": {"c": "\ud800"}, "id": bson.ObjectId("0" * 24), "deep": {"list": [True, "x", 1.5]},
        "price": bson.Decimal128("1.10"),
    }  # fmt: skip
    assert json.loads(as_json(fields_below(document))) == {
        "big": 2**40, "a.b.c": "?", "id": "0" * 24, "deep.list": [True, "x", 1.5], "price": "1.10",
    }  # fmt: skip
