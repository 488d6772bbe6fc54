import hashlib
import json
import time
from pathlib import Path

import pytest

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.errors import BadInput
from engine.files import write_json
from engine.home import Home
from engine.jobs.job import Job, read_job
from studio.importing.jobs import (
    start_cache_import,
    start_folder_import,
    start_table_import,
    start_upload_import,
)
from studio.importing.outcome import import_text
from tests.conftest import MakeImage
from tests.studio.conftest import OpenPage
from tests.studio.spanish import english_in


def ended(home: Home) -> Job:
    deadline = time.monotonic() + 60
    while read_job(home, "import").state == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    return read_job(home, "import")


def test_a_folder_is_imported_and_the_page_reports_it(
    home: Home, tmp_path: Path, make_image: MakeImage, open_page: OpenPage
) -> None:
    make_image("Rosa canina/a.jpg", seed=1)
    make_image("Bellis perennis/b.jpg", seed=2)
    (tmp_path / "pictures" / "Rosa canina" / "broken.jpg").write_text("no picture")
    app = open_page("importing", **{"from": "folder"})
    app.text_input(key="import_folder").set_value(str(tmp_path / "pictures"))
    app.text_input(key="import_folder_source").set_value("-my garden")
    app.button(key="import_take_folder").click().run()
    assert not app.exception
    job = ended(home)
    assert (job.state, job.result["added"], job.result["refused"]) == ("finished", 2, 1)

    app.run()
    assert app.warning[0].value == "2 photographs added. 1 refused."
    refused = app.dataframe[0].value
    assert "broken.jpg" in refused["origin"][0]
    assert "not a photograph" in refused["reason"][0]
    app.button(key="import_close").click().run()
    assert not app.warning


@pytest.mark.parametrize("typed", ["", "   ", "/no/such/folder"])
def test_a_missing_folder_is_rejected_with_a_sentence(
    typed: str, home: Home, open_page: OpenPage
) -> None:
    app = open_page("importing", **{"from": "folder"})
    app.text_input(key="import_folder").set_value(typed)
    app.button(key="import_take_folder").click().run()
    assert app.error[0].value.endswith(".")
    assert read_job(home, "import").state == "none"


def test_a_folder_that_is_unclear_is_asked_about(
    home: Home, tmp_path: Path, make_image: MakeImage, open_page: OpenPage
) -> None:
    make_image("Acer/a.jpg", seed=1)
    make_image("Acer/red/b.jpg", seed=2)
    app = open_page("importing", **{"from": "folder"})
    app.text_input(key="import_folder").set_value(str(tmp_path / "pictures")).run()
    assert app.warning[0].value.endswith("Choose a layout: flat, nested.")
    assert app.button(key="import_take_folder").disabled
    app.selectbox(key="import_folder_layout").set_value("nested").run()
    assert "2 photographs of 2 species: Acer, red" in app.info[0].value
    app.button(key="import_take_folder").click().run()
    assert ended(home).result["added"] == 2
    with open_catalogue(home) as catalogue:
        assert [item.species for item in catalogue.species()] == ["Acer", "red"]


def test_parts_of_a_split_are_shown_before_they_are_imported(
    tmp_path: Path, make_image: MakeImage, open_page: OpenPage
) -> None:
    for seed, part in enumerate(("train", "val")):
        make_image(f"{part}/Acer/a.jpg", seed=seed)
    app = open_page("importing", **{"from": "folder"})
    app.session_state["language"] = "es"
    app.text_input(key="import_folder").set_value(str(tmp_path / "pictures")).run()
    assert "Partes: train 1, val 1. Se importan todas." in app.info[0].value
    assert not app.button(key="import_take_folder").disabled


def test_a_table_is_previewed_and_its_mapping_corrected(
    home: Home, tmp_path: Path, make_image: MakeImage, open_page: OpenPage
) -> None:
    picture = make_image("a.jpg")
    row = {"class_name": "Rosa canina", "common": "Dog rose", "file_name": str(picture)}
    (tmp_path / "roses.jsonl").write_text(json.dumps(row))
    app = open_page("importing", **{"from": "table"})
    app.text_input(key="import_table").set_value(str(tmp_path / "roses.jsonl")).run()
    assert not app.exception
    assert app.expander[1].label == "Mapping: species = class_name, path = file_name"
    shown = app.dataframe[0].value
    assert list(shown["Species"]) == ["Rosa canina"]
    assert list(shown["File"]) == [str(picture)]
    species = next(box for box in app.selectbox if box.label == "Species")
    species.set_value("").run()
    assert "has no species column" in app.warning[0].value
    assert app.button(key="import_take_table").disabled
    species = next(box for box in app.selectbox if box.label == "Species")
    species.set_value("common").run()
    assert list(app.dataframe[0].value["Species"]) == ["Dog rose"]
    app.button(key="import_take_table").click().run()
    assert ended(home).result["added"] == 1
    with open_catalogue(home) as catalogue:
        assert [item.species for item in catalogue.species()] == ["Dog rose"]


def test_a_guess_that_looks_wrong_is_warned_of(tmp_path: Path, open_page: OpenPage) -> None:
    rows = [{"species": "Rosa", "path": f"{n}.jpg"} for n in range(30)]
    (tmp_path / "roses.jsonl").write_text("\n".join(map(json.dumps, rows)))
    app = open_page("importing", **{"from": "table"})
    app.text_input(key="import_table").set_value(str(tmp_path / "roses.jsonl")).run()
    assert not app.exception
    refused, one_word, one_class = (one.value for one in app.warning)
    assert refused.startswith("Of the first 30 photographs, 30 would be refused.")
    assert one_word.startswith("Most names of species have one word only, such as Rosa.")
    assert one_class == "The first 30 photographs all have the species Rosa."
    assert len(app.dataframe[0].value) == 10


def test_a_folder_whose_names_are_identifiers_is_warned_of(
    tmp_path: Path, make_image: MakeImage, open_page: OpenPage
) -> None:
    for name in ("n02119789", "n02119022"):
        make_image(f"{name}/a.jpg")
    app = open_page("importing", **{"from": "folder"})
    app.text_input(key="import_folder").set_value(str(tmp_path / "pictures")).run()
    assert "They may be identifiers." in app.warning[0].value


def test_a_table_that_cannot_be_read_is_told_on_the_page(
    tmp_path: Path, open_page: OpenPage
) -> None:
    (tmp_path / "roses.json").write_text("torn")
    app = open_page("importing", **{"from": "table"})
    app.text_input(key="import_table").set_value(str(tmp_path / "roses.json")).run()
    assert app.error[0].value.startswith("Could not read roses.json")


def test_an_uploaded_table_is_kept_and_imported(
    home: Home, make_image: MakeImage, open_page: OpenPage
) -> None:
    row = {"species": "Rosa canina", "path": str(make_image("a.jpg"))}
    app = open_page("importing", **{"from": "table"})
    app.segmented_control(key="import_table_way").set_value("upload").run()
    app.file_uploader(key="import_upload").upload("roses.jsonl", json.dumps(row).encode()).run()
    app.button(key="import_take_upload").click().run()
    assert ended(home).result["added"] == 1
    assert (home.data / "uploads" / "roses.jsonl").is_file()


def test_a_cache_folder_is_imported_and_the_page_reports_it(
    home: Home, tmp_path: Path, make_image: MakeImage, open_page: OpenPage
) -> None:
    url = "https://plants.example/1.jpg"
    make_image(f"{hashlib.md5(url.encode()).hexdigest()}.jpg")
    make_image(f"{'0' * 32}.png")
    with open_catalogue(home) as catalogue:
        catalogue.add([Photograph("a", "Rosa canina", url=url)])
    app = open_page("importing", **{"from": "cache"})
    app.text_input(key="import_cache").set_value(str(tmp_path / "pictures"))
    app.segmented_control(key="import_cache_mode").set_value("link")
    app.button(key="import_take_cache").click().run()
    assert not app.exception
    assert ended(home).state == "finished"
    app.run()
    said = "2 files in the folder. 1 photograph got its file. 1 fits no address."
    assert app.warning[0].value == said
    assert "No address of the catalogue has this name" in app.dataframe[0].value["reason"][0]
    assert any("data/cache_folders/" in line.value for line in app.caption)


def test_a_table_finds_its_files_in_a_cache_folder(
    home: Home, tmp_path: Path, make_image: MakeImage
) -> None:
    url = "https://plants.example/1.jpg"
    make_image(f"{hashlib.md5(url.encode()).hexdigest()}.jpg")
    start_cache_import(home, str(tmp_path / "pictures"), "copy")
    assert ended(home).result["left"] == 1
    table = tmp_path / "t.jsonl"
    table.write_text(json.dumps({"species": "Rosa canina", "url": url}))
    start_table_import(home, str(table))
    result = ended(home).result
    assert (result["added"], result["filled"]) == (1, 1)
    assert "1 photograph got its file from a cache folder." in import_text(result)


def test_a_table_in_an_unknown_format_is_rejected(home: Home, tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"")
    with pytest.raises(BadInput, match=r"list\.xlsx is not a \.jsonl"):
        start_table_import(home, str(tmp_path / "list.xlsx"))
    with pytest.raises(BadInput, match=r"list\.xlsx is not a \.jsonl"):
        start_upload_import(home, "../list.xlsx", b"")
    with pytest.raises(BadInput, match=r"The folder .* does not exist"):
        start_folder_import(home, str(tmp_path / "list.xlsx"))


@pytest.mark.parametrize(
    "way", ["demo", "folder", "table", "dataset", "mongodb", "inaturalist", "cache", "nonsense"]
)
def test_the_address_opens_each_import_method(way: str, open_page: OpenPage) -> None:
    app = open_page("importing", **{"from": way})
    chosen = app.segmented_control(key="import_from").value
    assert chosen == (way if way != "nonsense" else "demo")


def test_the_result_of_an_import_is_described_in_a_sentence() -> None:
    assert import_text({"added": 1, "known": 0, "refused": 0}) == "1 photograph added."
    assert (
        import_text({"added": 1_200, "known": 3, "refused": 2})
        == "1,200 photographs added. 3 already known. 2 refused."
    )


@pytest.mark.parametrize(
    "way", ["demo", "folder", "table", "dataset", "mongodb", "inaturalist", "cache"]
)
def test_every_import_method_is_shown_in_spanish(open_page: OpenPage, way: str) -> None:
    app = open_page("importing", **{"from": way})
    app.session_state["language"] = "es"
    app.run()
    assert not app.exception
    assert app.title[0].value == "Importar"
    assert english_in(app) == set()


def test_rejections_are_shown_in_the_language_of_the_reader(
    home: Home, open_page: OpenPage
) -> None:
    why = {"text": "It has more than {most} fields.", "fields": {"most": 10_000}, "plural": ""}
    refusals = [
        {"origin": "a.csv #1", "reason": "It has more than 10,000 fields.", "message": why},
        {"origin": "b.csv #2", "reason": "Written by an earlier version."},
    ]
    result = {"added": 1, "known": 0, "refused": 2, "refusals": refusals}
    written = {"job": {"started": time.time()}, "ended": {"exit_status": 0}, "result": result}
    for name, values in written.items():
        write_json(home.jobs / "import" / f"{name}.json", values)
    app = open_page("importing")
    app.session_state["language"] = "es"
    app.run()
    assert app.warning[0].value == "1 fotografía añadida. 2 rechazadas."
    assert list(app.dataframe[0].value["reason"]) == [
        "Tiene más de 10.000 campos.",
        "Written by an earlier version.",
    ]
