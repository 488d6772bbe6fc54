"""The section for data sets in published formats."""

import time
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.home import Home
from engine.jobs.job import read_job
from studio.importing.jobs import start_path_import
from tests.catalogue.readers.test_coco import ANGELICA
from tests.catalogue.readers.test_recognition import coco, plantnet
from tests.conftest import MakeImage
from tests.studio.conftest import OpenPage
from tests.studio.spanish import english_in


def test_the_recognised_format_is_proposed_and_imported(
    home: Home, tmp_path: Path, make_image: MakeImage, open_page: OpenPage
) -> None:
    make_image(tmp_path / "inat" / "val" / ANGELICA / "a.jpg")
    app = open_page("importing", **{"from": "dataset"})
    app.text_input(key="import_dataset").set_value(str(tmp_path / "inat")).run()
    assert app.selectbox[0].value == "coco"
    assert not app.warning
    app.button(key="import_take_dataset").click().run()
    deadline = time.monotonic() + 60
    while read_job(home, "import").state == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert read_job(home, "import").result["added"] == 1


def test_several_formats_and_none_are_said(tmp_path: Path, open_page: OpenPage) -> None:
    plantnet(tmp_path)
    coco(tmp_path)
    app = open_page("importing", **{"from": "dataset"})
    app.text_input(key="import_dataset").set_value(str(tmp_path)).run()
    assert app.warning[0].value == (
        "It can be read in several ways: Pl@ntNet-300K, COCO, iNaturalist 2021. Choose one."
    )
    assert app.selectbox[0].value == "plantnet"
    app.text_input(key="import_dataset").set_value("/dev/null").run()
    assert len(app.warning) == 1
    app.text_input(key="import_dataset").set_value("/no/such/path").run()
    app.button(key="import_take_dataset").click().run()
    assert "/no/such/path" in app.error[0].value


def test_a_missing_path_is_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"/nowhere does not exist on the computer"):
        start_path_import(home, "coco", "/nowhere")
    with pytest.raises(BadInput, match=r"The folder /nowhere does not exist"):
        start_path_import(home, "folder", "/nowhere")


def test_a_proposal_is_shown_in_spanish(tmp_path: Path, open_page: OpenPage) -> None:
    plantnet(tmp_path)
    coco(tmp_path)
    app = open_page("importing", **{"from": "dataset"})
    app.text_input(key="import_dataset").set_value(str(tmp_path))
    app.session_state["language"] = "es"
    app.run()
    assert app.warning[0].value.startswith("Se puede leer de varias maneras")
    assert english_in(app) == set()
