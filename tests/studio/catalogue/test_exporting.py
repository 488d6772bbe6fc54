"""Export of the filtered photographs from the page, by the same command as in a shell."""

import csv
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.files import write_json
from engine.home import Home
from engine.jobs.job import Job, read_job
from tests.studio.conftest import OpenPage


def ended(home: Home, seconds: float = 60) -> Job:
    until = time.monotonic() + seconds
    while (job := read_job(home, "export")).state == "running" and time.monotonic() < until:
        time.sleep(0.1)
    return job


def offered(app: AppTest) -> str:
    """The text about the exported file."""
    return next(line.value for line in app.markdown if "exported" in line.value)


@pytest.mark.usefixtures("small_catalogue")
def test_the_filtered_photographs_are_exported_in_the_background_and_then_offered(
    home: Home, open_page: OpenPage
) -> None:
    app = open_page("catalogue", species="Cornus mas", license="none stated")
    assert app.button(key="catalogue_export_start").label == "Export 4 photographs"
    app.button(key="catalogue_export_start").click().run()
    assert ended(home).state == "finished"
    app.run()
    assert "4 photographs exported" in offered(app)
    file = home.exports / "csv" / "catalogue.csv"
    assert str(file) in [block.value for block in app.code]
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    assert [row["species"] for row in rows] == ["Cornus mas"] * 4
    app.button(key="catalogue_export_close").click().run()
    assert not app.code
    assert file.is_file()


def test_a_removed_export_file_is_reported(
    small_catalogue: SqliteCatalogue, home: Home, open_page: OpenPage, tmp_path: Path
) -> None:
    told = {
        "job": {"started": time.time()},
        "ended": {"exit_status": 0},
        "result": {"images": small_catalogue.counts().images, "file": str(tmp_path / "gone.csv")},
    }
    for name, value in told.items():
        write_json(home.jobs / "export" / f"{name}.json", value)
    app = open_page("catalogue")
    assert "no longer exists. Export it again" in app.error[0].value


@pytest.mark.usefixtures("small_catalogue")
def test_a_stopped_export_says_so(home: Home, open_page: OpenPage) -> None:
    write_json(home.jobs / "export" / "job.json", {"started": time.time()})
    write_json(home.jobs / "export" / "ended.json", {"exit_status": 130})
    assert open_page("catalogue").info[0].value == "Export: stopped."


def test_photographs_are_exported_with_their_files(
    small_catalogue: SqliteCatalogue, home: Home, open_page: OpenPage
) -> None:
    small_catalogue.add([Photograph("remote", "Cornus mas", url="https://a.test/1.jpg")])
    app = open_page("catalogue", species="Cornus mas")
    app.segmented_control(key="catalogue_export_what").set_value(True).run()
    assert any(line.value.startswith("About") for line in app.caption)
    folder = home.exports / "folder-1"
    assert app.text_input(key="catalogue_export_folder-1").value == str(folder)
    app.button(key="catalogue_export_start").click().run()
    assert ended(home).state == "finished"
    app.run()
    assert "4 photographs exported" in offered(app)
    assert "1 photograph has no file here; only its row was written. See missing.csv." in [
        line.value for line in app.caption
    ]
    assert str(folder) in [block.value for block in app.code]
    assert len(list((folder / "Cornus mas").iterdir())) == 4
    assert app.text_input(key="catalogue_export_folder-2").value


@pytest.mark.usefixtures("split_home")
def test_a_split_is_exported_as_shards(home: Home, open_page: OpenPage) -> None:
    app = open_page("catalogue")
    app.segmented_control(key="catalogue_export_what").set_value(True).run()
    app.segmented_control(key="catalogue_export_layout").set_value("shards").run()
    app.selectbox(key="catalogue_export_split").set_value("default").run()
    app.button(key="catalogue_export_start").click().run()
    assert ended(home).state == "finished"
    names = {path.name for path in (home.exports / "shards-1").glob("*.tar")}
    assert names == {"train-000000.tar", "val-000000.tar", "test-000000.tar"}


@pytest.mark.usefixtures("small_catalogue")
def test_a_folder_with_files_is_refused_on_the_page(
    home: Home, open_page: OpenPage, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").touch()
    app = open_page("catalogue")
    app.segmented_control(key="catalogue_export_what").set_value(True).run()
    app.text_input(key="catalogue_export_folder-1").set_value(str(tmp_path)).run()
    app.button(key="catalogue_export_start").click().run()
    assert "is not empty" in app.error[0].value
    assert read_job(home, "export").state == "none"
