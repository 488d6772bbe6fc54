import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.home import Home
from engine.runs.run import Run, read_run
from engine.settings.run import RunSettings
from engine.training.state.run_folder import RunFolder, prepare
from engine.training.state.status import write_status
from tests.conftest import MakeImage
from tests.studio.conftest import OpenPage, words
from tests.studio.runs.drawn_run import new_run

TINY = RunSettings.model_validate(
    {
        "name": "tiny",
        "model": {
            "name": "vit_tiny_patch16_224",
            "pretrained": False,
            "options": {"depth": 1, "embed_dim": 48, "num_heads": 3},
        },
        "data": {"split": "default", "image_size": 32, "workers": 0},
        "augmentation": {
            "train": {"resize": 36, "crop": 32},
            "val": {"resize": 36, "center_crop": 32},
        },
        "training": {"epochs": 1, "batch_size": 4, "warmup_epochs": 0, "device": "cpu"},
    }
)


@pytest.fixture
def trained(split_home: Home) -> Run:
    """A run of one epoch, actually trained on the small catalogue."""
    from engine.training.loop import train

    folder: RunFolder = prepare(split_home, TINY, "tiny-run")
    train(split_home, folder)
    return read_run(folder)


def upload(app: AppTest, path: Path) -> None:
    app.segmented_control(key="try_it.source").set_value("upload").run()
    app.file_uploader[0].upload(path.name, path.read_bytes(), "image/jpeg").run()
    assert not app.exception


def test_without_a_usable_run_the_page_shows_the_next_step(open_page: OpenPage, home: Home) -> None:
    new_run(home, "not-trained-yet")
    app = open_page("try_it")
    assert app.subheader[0].value == "No run to try yet"


def test_an_upload_gets_predictions_and_example_images_and_a_bad_one_a_sentence(
    open_page: OpenPage, trained: Run, make_image: MakeImage
) -> None:
    app = open_page("try_it", run=trained.run_id)
    upload(app, make_image("dahlia.jpg", 120, 90, seed=8))
    assert "**Dahlia pinnata**" in words(app)
    guesses = [line.value for line in app.markdown if line.value.startswith("**")]
    assert len(guesses) == 4
    drawn = "".join(item.value for item in app.get("html"))
    assert drawn.count("from the train part") == 4
    assert "What the network saw" in drawn
    assert "The photograph dahlia.jpg; " in drawn

    text = make_image("not.jpg").with_name("text.jpg")
    text.write_text("a text file")
    upload(app, text)
    (error,) = app.error
    assert error.value.startswith("text.jpg ")
    assert error.value.endswith(".")
    assert "\n" not in error.value


def test_a_photograph_of_the_catalogue_can_be_identified_by_link(
    open_page: OpenPage, trained: Run
) -> None:
    app = open_page("try_it", photo="dahlia-0")
    assert app.segmented_control(key="try_it.source").value == "catalogue"
    guesses = [line.value for line in app.markdown if line.value.startswith("**")]
    place = next(place for place, said in enumerate(guesses) if "Dahlia pinnata" in said)
    assert ("Correct" in guesses[place]) == (place == 0)
    assert ("True species" in guesses[place]) == (place > 0)
    assert (f"guess number {place + 1}" in words(app)) == (place > 0)


def test_the_best_run_is_used_unless_another_is_chosen(open_page: OpenPage, trained: Run) -> None:
    worse = RunFolder(trained.folder.root.with_name("newer-and-worse"))
    shutil.copytree(trained.folder.root, worse.root)
    status = replace(trained.status, run_id="newer-and-worse", started=2e9)
    write_status(worse.status, replace(status, best={**trained.status.best, "value": -0.1}))
    app = open_page("try_it")
    assert app.selectbox(key="try_it.run").value == trained.run_id


def test_a_modified_test_part_is_refused_in_a_sentence(
    open_page: OpenPage, trained: Run, split_home: Home
) -> None:
    part = split_home.splits / "default" / "test.jsonl"
    part.write_text(part.read_text() + "\n")
    app = open_page("try_it")
    assert "was changed since the run tiny-run was made" in app.error[0].value


def test_a_run_whose_name_has_two_underscores_offers_its_photographs(
    open_page: OpenPage, trained: Run
) -> None:
    trained.folder.root.rename(trained.folder.root.with_name("my__run"))
    app = open_page("try_it", run="my__run")
    assert not app.exception
    assert app.selectbox(key="try_it.run").value == "my__run"


def test_the_page_is_in_spanish(open_page: OpenPage, trained: Run) -> None:
    app = open_page("try_it", photo="dahlia-0")
    app.session_state["language"] = "es"
    app.run()
    assert not app.exception
    assert app.title[0].value == "Probar"
    assert app.subheader[0].value == "Especies más probables"
    assert app.caption[1].value.startswith("Mejor punto de control: época 1, macro top-1 del ")
    assert app.segmented_control(key="try_it.source").label == "Origen de la fotografía"
