"""Tables as people have them: other names, other kinds of files, other ways to write a path."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.catalogue.importing import ImportReport
from engine.catalogue.mapping import MappingSettings
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.table_import import import_table, preview_table
from engine.catalogue.table_mapping import look_at_table
from engine.errors import BadInput
from engine.images.store import ImageStore
from tests.catalogue.tables import ROWS, told, write

A, B = "https://example.org/a.jpg", "https://example.org/b.jpg"
Take = Callable[..., ImportReport]


@pytest.fixture
def take(catalogue: SqliteCatalogue, store: ImageStore) -> Take:
    def run(table: Path, mapping: MappingSettings | None = None) -> ImportReport:
        return import_table(catalogue, table, store.keep, mapping=mapping)

    return run


SHAPES: dict[str, dict[str, Any]] = {
    "file_name and class_name": {"file_name": "pictures/a.jpg", "class_name": "Rosa canina"},
    "image and label": {"image": "pictures/a.jpg", "label": "Rosa canina"},
    "a number beside the name": {"image": "pictures/a.jpg", "label": 0,
                                 "class_name": "Rosa canina"},
    "filepath and class": {"filepath": "pictures/a.jpg", "class": "Rosa canina"},
    "a number called class": {"filepath": "pictures/a.jpg", "class": "3", "name": "x",
                              "species_name": "Rosa canina"},
    "taxon": {"image_path": "pictures/a.jpg", "taxon": "Rosa canina"},
    "latin_name and image_url": {"latin_name": "Rosa canina", "image_url": A, "class_idx": 4},
    "species_name and image": {"species_name": "Rosa canina", "image": A},
    "Darwin Core": {"scientificName": "Rosa canina", "identifier": A, "class": "Magnoliopsida"},
    "image_source": {"species": "Rosa canina", "image_source": A},
    "genus and epithet": {"genus": "Rosa", "species": "canina", "url": A},
    "epithet beside the binomial": {"species": "canina", "scientific_name": "Rosa canina",
                                    "url": A},
    "nested": {"taxon": {"name": "Rosa canina", "rank": "species"}, "media": {"url": A}},
    "Hugging Face": {"image": {"path": "pictures/a.jpg"}, "label_name": "Rosa canina"},
    "Spanish": {"archivo": "pictures/a.jpg", "nombre_científico": "Rosa canina"},
    "names in an unnamed column": {"id_code": "pictures/a.jpg", "species": "Rosa canina"},
    "file address": {"species": "Rosa canina", "url": "file://FOLDER/pictures/a.jpg"},
    "Windows, relative": {"species": "Rosa canina", "path": "pictures\\a.jpg"},
    "Windows, of another computer": {"species": "Rosa canina", "path": "C:\\me\\pictures\\a.jpg"},
    "Linux, of another computer": {"species": "Rosa canina", "path": "/home/me/x/pictures/a.jpg"},
    "in the home folder": {"species": "Rosa canina", "path": "~/pictures/a.jpg"},
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_its_species_and_its_photograph(
    catalogue: SqliteCatalogue, pictures: Path, take: Take, shape: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("HOME", str(pictures))
    row = json.loads(json.dumps(SHAPES[shape]).replace("FOLDER", pictures.as_uri()[7:]))
    assert told(take(write(pictures / "t.jsonl", [row]))) == (1, 0, 0)
    one = next(catalogue.all())
    assert one.species == "Rosa canina"
    assert (one.url, one.state) in ((A, "remote"), ("", "cached"))


INATURALIST = {
    "id": "101", "observed_on": "2025-05-01", "user_login": "ada", "license": "CC-BY",
    "url": "https://www.inaturalist.org/observations/101",
    "image_url": "https://inaturalist-open-data.s3.amazonaws.com/photos/7/medium.jpg",
    "scientific_name": "Rosa canina", "taxon_family_name": "Rosaceae", "taxon_genus_name": "Rosa",
    "place_guess": "Ulm", "latitude": "48", "longitude": "9", "quality_grade": "research",
}  # fmt: skip


def inaturalist(number: int, photo: int, name: str = "Rosa canina") -> dict[str, str]:
    return INATURALIST | {
        "id": str(number),
        "url": f"https://www.inaturalist.org/observations/{number}",
        "image_url": f"https://inaturalist-open-data.s3.amazonaws.com/photos/{photo}/medium.jpg",
        "scientific_name": name,
    }


def test_an_export_of_inaturalists_website(catalogue, pictures: Path, take: Take) -> None:
    rows = [inaturalist(1, 10), inaturalist(1, 11), inaturalist(2, 12, "Acer campestre")]
    rows += [inaturalist(3, 13, "Rosa"), inaturalist(4, 14, "Asteraceae")]
    report = take(write(pictures / "observations.csv", rows))
    assert told(report) == (3, 0, 2)
    assert [str(one) for one in report.refusals] == [
        "It is identified only to Rosa, which is no species.",
        "It is identified only to Asteraceae, which is no species.",
    ]
    photographs = list(catalogue.all())
    assert all("/photos/" in one.url for one in photographs)
    assert sorted(one.observation_id for one in photographs) == ["1", "1", "2"]
    assert {(one.family, one.observer, one.license) for one in photographs} == {
        ("Rosaceae", "ada", "CC-BY")
    }


def test_a_rank_above_the_species_refuses_the_row(pictures: Path, take: Take) -> None:
    rows = [
        {"scientificName": "Rosa canina", "taxonRank": "SPECIES", "identifier": A},
        {"scientificName": "Rosa L.", "taxonRank": "GENUS", "identifier": B},
    ]
    report = take(write(pictures / "t.jsonl", rows))
    assert told(report) == (1, 0, 1)
    assert str(report.refusals[0]) == "It is identified only to the rank of genus."


def test_numbers_alone_are_no_names_of_species(pictures: Path, take: Take, catalogue) -> None:
    table = write(pictures / "t.csv", [{"path": "pictures/a.jpg", "label": "0"}])
    with pytest.raises(BadInput, match=r"^The column label of t\.csv has numbers, not names"):
        take(table)
    assert told(take(table, MappingSettings(species="label", path="path"))) == (1, 0, 0)
    assert next(catalogue.all()).species == "0"


def test_web_pages_are_no_photographs(pictures: Path, take: Take) -> None:
    row = {"species": "Rosa", "url": "https://www.inaturalist.org/observations/101"}
    with pytest.raises(BadInput, match=r"^The column url of t\.csv has addresses of web pages"):
        take(write(pictures / "t.csv", [row]))


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "ndjson", "json"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_kind_of_file_is_read(
    catalogue, pictures: Path, take: Take, ending: str, packed: bool, separator: str
) -> None:
    if ending in ("csv", "tsv"):
        names = list(ROWS[0])
        lines = [names, *([row[name] or "" for name in names] for row in ROWS)]
        text = "\n".join(separator.join(line) for line in lines)
    else:
        text = json.dumps(ROWS) if ending == "json" else "\n".join(map(json.dumps, ROWS))
    content = text.encode()
    table = pictures / f"plants.{ending}{'.gz' if packed else ''}"
    table.write_bytes(gzip.compress(content) if packed else content)
    assert told(take(table)) == (2, 0, 0)
    assert (catalogue.get("a").species, catalogue.get("a").source) == ("Acer campestre", "plants")
    assert told(take(table)) == (0, 2, 0)


def test_parquet_may_be_packed_and_hold_bytes(pictures: Path, take: Take) -> None:
    rows = [{"image": {"bytes": b"x" * 99, "path": "pictures/a.jpg"}, "species": "Acer"}]
    table = write(pictures / "t.parquet", rows)
    packed = pictures / "t.parquet.gz"
    packed.write_bytes(gzip.compress(table.read_bytes()))
    assert told(take(table)) == (1, 0, 0)
    # The same photograph, of a source of the same name.
    assert told(take(packed)) == (0, 1, 0)


@pytest.mark.parametrize("content", [b"\x1f\x8b torn", b"{}", b""])
def test_a_packed_file_that_is_torn_is_refused_in_a_sentence(
    pictures: Path, take: Take, content: bytes
) -> None:
    (pictures / "t.csv.gz").write_bytes(content)
    with pytest.raises(BadInput, match=r"^(Could not read t\.csv\.gz|t\.csv\.gz has no rows)"):
        take(pictures / "t.csv.gz")


def test_json_may_hold_its_rows_in_an_object(pictures: Path, take: Take) -> None:
    (pictures / "t.json").write_text(json.dumps({"info": {}, "images": ROWS}))
    assert told(take(pictures / "t.json")) == (2, 0, 0)


def test_a_coco_file_joins_images_with_their_categories(
    catalogue, pictures: Path, take: Take
) -> None:
    value = {
        "images": [{"id": number, "file_name": f"pictures/{name}.jpg", "license": 0}
                   for number, name in enumerate("ab")],
        "annotations": [{"id": n, "image_id": n, "category_id": 7} for n in range(2)],
        "categories": [{"id": 7, "name": "Rosa canina", "family": "Rosaceae"}],
        "licenses": [{"id": 0, "name": "CC0"}],
    }  # fmt: skip
    value["annotations"].append({"id": 9, "image_id": 1, "category_id": 8})
    (pictures / "t.json").write_text(json.dumps(value))
    report = take(pictures / "t.json")
    assert told(report) == (1, 0, 1)
    assert str(report.refusals[0]) == "It shows several species."
    one = next(catalogue.all())
    assert (one.species, one.family, one.license) == ("Rosa canina", "Rosaceae", "CC0")
    assert one.image_id == "t-0"


def test_excels_line_that_names_the_separator_is_no_header(pictures: Path, take: Take) -> None:
    (pictures / "t.csv").write_text("sep=;\nspecies;path\nAcer;pictures/a.jpg\n")
    assert told(take(pictures / "t.csv")) == (1, 0, 0)


def test_rows_with_an_array_of_photographs_give_each(catalogue, pictures: Path, take: Take) -> None:
    row = {"species": "Acer", "images": [{"url": A, "license": "CC0"}, {"url": B}]}
    assert told(take(write(pictures / "t.jsonl", [row]))) == (2, 0, 0)
    assert [one.license for one in catalogue.all()].count("CC0") == 1


def test_columns_that_come_late_or_stay_empty_long_are_read(
    catalogue, pictures: Path, take: Take
) -> None:
    rows = [{"species": "Acer", "url": f"{A}?{n}", "license": ""} for n in range(600)]
    rows.append({"species": "Acer", "url": B, "license": "CC0", "observer": "ada", "label": "3"})
    take(write(pictures / "t.jsonl", rows))
    assert catalogue.count_by("license") == {"": 600, "CC0": 1}
    assert next(one for one in catalogue.all() if one.url == B).observer == "ada"


def test_a_key_without_a_name_is_read_as_nothing(catalogue, pictures: Path, take: Take) -> None:
    take(write(pictures / "t.jsonl", [{"": "x", "species": "Acer", "url": A}]))
    one = next(catalogue.all())
    assert (one.genus, one.observer, one.source) == ("", "", "t")


def test_an_id_that_several_photographs_share_is_not_theirs(pictures: Path, take: Take) -> None:
    rows = [{"id": n // 2, "species": "Acer", "url": f"{A}?{n}"} for n in range(6)]
    assert told(take(write(pictures / "t.csv", rows))) == (6, 0, 0)


def test_a_row_with_a_file_that_is_gone_and_an_address_can_still_be_fetched(
    catalogue, pictures: Path, take: Take
) -> None:
    row = {"species": "Acer", "path": "pictures/gone.jpg", "url": A}
    assert told(take(write(pictures / "t.csv", [row]))) == (1, 0, 0)
    assert next(catalogue.all()).state == "remote"


def test_a_table_inside_the_collection_finds_its_files_around_it(
    pictures: Path, take: Take
) -> None:
    (pictures / "data" / "tables").mkdir(parents=True)
    row = {"species": "Acer", "path": "pictures/a.jpg"}
    assert told(take(write(pictures / "data" / "tables" / "t.csv", [row]))) == (1, 0, 0)


def test_a_mapping_decides_against_the_guess(catalogue, pictures: Path, take: Take) -> None:
    row = {"species": "wrong", "truth": "Acer", "where": "a.jpg", "Owner": "ada", "license": "CC0"}
    table = write(pictures / "t.csv", [row])
    mapping = MappingSettings(species="truth", path="where", folder="pictures", observer="Owner")
    assert told(take(table, mapping)) == (1, 0, 0)
    one = next(catalogue.all())
    # What a mapping does not name is not read.
    assert (one.species, one.observer, one.license) == ("Acer", "ada", "")
    with pytest.raises(BadInput, match=r"has neither a path nor a url column"):
        take(table, MappingSettings(species="truth"))


def test_the_part_of_a_split_is_kept(catalogue, pictures: Path, take: Take) -> None:
    rows = [{"species": "Acer", "url": f"https://example.org/{n}.jpg", "split": part}
            for n, part in enumerate(("train", "validation", "", "test"))]  # fmt: skip
    assert told(take(write(pictures / "t.csv", rows))) == (4, 0, 0)
    parts = [json.loads(one.extra)["part"] for one in catalogue.all() if one.extra]
    assert sorted(parts) == ["test", "train", "val"]


def test_a_preview_shows_what_an_import_would_take(pictures: Path) -> None:
    rows = [
        {"class_name": "Rosa canina", "image": "pictures/a.jpg", "split": "train"},
        {"class_name": "", "image": "pictures/b.jpg", "split": "valid"},
        {"class_name": "Rosa canina", "image": "pictures/gone.jpg", "split": "test"},
    ]
    table = write(pictures / "t.csv", rows)
    look = look_at_table(table)
    assert (look.guess.species, look.guess.path, look.guess.part) == (
        "class_name", "image", "split",
    )  # fmt: skip
    first, _, gone = preview_table(table, look, look.guess, 10)
    assert first.photograph and first.photograph.species == "Rosa canina"
    assert (first.file, first.refusal) == (pictures / "pictures" / "a.jpg", None)
    assert gone.refusal and str(gone.refusal).endswith("gone.jpg does not exist.")
