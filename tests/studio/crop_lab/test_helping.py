"""Whether a crop helps: requested on the page, measured in the background."""

import time
from pathlib import Path

import pytest
import timm
import torch
from PIL import Image

from engine.catalogue.folder_import import import_folder
from engine.catalogue.sqlite import SqliteCatalogue
from engine.crop.presets import CLASSIC, FAST
from engine.crop.verdict import Measured, Verdict, keep_verdict
from engine.home import Home
from engine.images.store import ImageStore
from engine.jobs.job import read_job
from studio.crop_lab.helping import JOB
from tests.conftest import flower
from tests.studio.conftest import OpenPage


def measured(difference: float) -> Verdict:
    return Verdict(
        preset="classic",
        centre=Measured(0.9, 0.02),
        crop=Measured(0.9 + difference, 0.02),
        difference=Measured(difference, 0.021),
        photographs=300,
        species=5,
        network="tf_efficientnet_lite0",
        made=1.0,
    )


@pytest.mark.usefixtures("small_catalogue")
def test_known_results_are_shown_best_first(home: Home, open_page: OpenPage) -> None:
    keep_verdict(home, CLASSIC, measured(-0.1))
    keep_verdict(home, FAST, measured(0.05))
    app = open_page("crop_lab")
    assert "classic loses 10.0 ± 2.1 points" in app.error[0].value
    assert "fast gains 5.0 ± 2.1 points" in app.success[0].value
    table = app.dataframe[0].value
    assert table["Preset"].tolist() == ["fast", "classic"]
    assert table["Accuracy"].tolist() == ["95.0% ± 2.0", "80.0% ± 2.0"]


@pytest.mark.usefixtures("small_catalogue")
def test_too_few_photographs_are_reported_in_a_sentence(home: Home, open_page: OpenPage) -> None:
    app = open_page("crop_lab")
    next(item for item in app.button if item.label == "Measure the crop").click().run()
    wait_for_the_job(home)
    app.run()
    assert "needs two species with 10 photographs each" in app.error[0].value


def test_the_result_comes_from_a_job_in_the_background(
    home: Home, catalogue: SqliteCatalogue, store: ImageStore, open_page: OpenPage, tmp_path: Path
) -> None:
    for species in ("Rosa canina", "Malva sylvestris"):
        folder = tmp_path / "pictures" / species
        folder.mkdir(parents=True)
        for number in range(10):
            picture = flower(64, 48, seed=number + 100 * (species == "Rosa canina"))
            Image.fromarray(picture).save(folder / f"{number}.png")
    import_folder(catalogue, tmp_path / "pictures", store.keep)
    weights = tmp_path / "tiny.pth"
    torch.save(timm.create_model("test_vit", img_size=32).state_dict(), weights)
    app = open_page("crop_lab")
    app.text_input(key="lab_help.network").set_value("test_vit")
    app.text_input(key="lab_help.weights").set_value(str(weights))
    app.number_input(key="lab_help.image_size").set_value(32)
    app.number_input(key="lab_help.folds").set_value(2)
    next(item for item in app.button if item.label == "Measure the crop").click().run()
    assert wait_for_the_job(home) == "finished"
    app.run()
    assert app.dataframe[0].value["Preset"].tolist() == ["fast"]
    assert app.dataframe[0].value["Photographs"].tolist() == [20]


def wait_for_the_job(home: Home) -> str:
    until = time.monotonic() + 90
    while read_job(home, JOB).state == "running" and time.monotonic() < until:
        time.sleep(0.1)
    return read_job(home, JOB).state
