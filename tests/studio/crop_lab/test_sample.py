"""The sample under the same settings: drawn, linked, judged, excluded, cropped by hand."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from engine.catalogue.sqlite import SqliteCatalogue
from engine.crop.box import Box
from engine.crop.manual import ManualSquares
from engine.crop.presets import CENTRE, save_preset
from engine.files import write_json
from engine.home import Home
from engine.settings.crop import CropPreset
from tests.studio.conftest import OpenPage, words
from tests.studio.crop_lab.test_crop_lab import encoded, figures

pytestmark = pytest.mark.usefixtures("small_catalogue")

# Settings so strict that the centre is kept everywhere.
BLIND = CropPreset(name="blind", threshold=0.2, tight_confidence=1, wide_confidence=1)


def section(app: AppTest, name: str) -> AppTest:
    app.segmented_control(key="lab_section").set_value(name).run()
    assert not app.exception
    return app


def test_a_link_shows_the_same_view_again(open_page: OpenPage) -> None:
    app = open_page(
        "crop_lab",
        preset="classic",
        threshold="0.3",
        padding="7",
        detector="no such",
        seed="4",
        size="6",
        show="sweep",
        beside="fast",
        view="demo",
    )
    assert app.selectbox(key="lab_preset").value == "classic"
    assert app.slider(key="lab_threshold").value == 0.3
    assert app.slider(key="lab_padding").value == 1.0
    assert app.selectbox(key="lab_detector").value == "fine_grained"
    assert app.number_input(key="lab_seed").value == 4
    assert app.segmented_control(key="lab_section").value == "sweep"
    assert "Crop by fast" in figures(app)


def test_the_address_contains_only_values_that_are_not_the_default(open_page: OpenPage) -> None:
    app = open_page("crop_lab")
    assert not {"threshold", "preset", "seed"} & set(app.query_params)
    app.slider(key="lab_threshold").set_value(0.4).run()
    app.number_input(key="lab_seed").set_value(3).run()
    assert app.query_params["threshold"] == "0.4"
    assert app.query_params["seed"] == "3"
    app.selectbox(key="lab_preset").set_value("classic").run()
    assert app.query_params["preset"] == "classic"
    assert "threshold" not in app.query_params


def test_the_sample_shows_how_often_the_centre_is_kept(home: Home, open_page: OpenPage) -> None:
    save_preset(home, BLIND)
    app = open_page("crop_lab", preset="blind")
    assert "12 of 12 photographs keep the centre (100.0%)" in words(app)


def test_for_disagreeing_presets_both_are_named(home: Home, open_page: OpenPage) -> None:
    save_preset(home, BLIND)
    app = open_page("crop_lab", draw="disagree", preset="blind", size="3")
    assert "that blind and classic crop most differently" in words(app)
    app.selectbox(key="lab_other").set_value("fast").run()
    assert "that blind and fast crop most differently" in words(app)


def test_several_photographs_are_uploaded_at_once(open_page: OpenPage) -> None:
    app = open_page("crop_lab", draw="uploads")
    app.file_uploader(key="lab_upload").upload("one.jpg", encoded(seed=1)).upload(
        "two.jpg", encoded(seed=2)
    ).run()
    assert not app.exception
    assert "Smart crop: one.jpg" in figures(app)
    assert "0 of 2 photographs keep the centre" in words(app)


def test_the_worst_crops_have_reasons_and_can_be_excluded_and_included_again(
    home: Home, small_catalogue: SqliteCatalogue, open_page: OpenPage
) -> None:
    save_preset(home, BLIND)
    app = section(open_page("crop_lab", preset="blind"), "worst")
    assert "Centre square kept: the confidence is only" in words(app).replace("\\", "")
    first = next(item for item in app.button if item.label == "Exclude")
    image_id = str(first.key).removeprefix("lab_worst_").removesuffix("_exclude")
    first.click().run()
    photograph = small_catalogue.get(image_id)
    assert photograph is not None and photograph.excluded
    assert small_catalogue.counts().images == 11
    app.button(key="lab_take_back").click().run()
    assert small_catalogue.counts().images == 12


def test_a_doubtful_photograph_is_opened_to_draw_its_square(
    home: Home, small_catalogue: SqliteCatalogue, open_page: OpenPage
) -> None:
    save_preset(home, BLIND)
    app = section(open_page("crop_lab", preset="blind"), "worst")
    button = next(item for item in app.button if item.label == "Draw the square")
    image_id = str(button.key).removeprefix("lab_worst_").removesuffix("_hand")
    button.click().run()
    assert app.query_params["photo"] == image_id
    app.slider(key="lab_hand_side").set_value(20).run()
    app.slider(key="lab_hand_x").set_value(30).run()
    app.slider(key="lab_hand_y").set_value(5).run()
    app.button(key="lab_hand_keep").click().run()
    photograph = small_catalogue.get(image_id)
    assert photograph is not None
    assert ManualSquares(home).find(photograph.sha256) == Box(30, 5, 20, 20)
    assert app.success[0].value == "Saved. Training uses this square."
    assert "Square drawn by hand" in figures(app)
    keys = {str(item.key) for item in app.button}
    assert f"lab_worst_{image_id}_open" not in keys, "what was drawn by hand is settled"
    app.button(key="lab_hand_forget").click().run()
    assert ManualSquares(home).all() == {}


def test_a_cell_of_the_sweep_applies_its_settings(open_page: OpenPage) -> None:
    app = section(open_page("crop_lab", preset="classic"), "sweep")
    app.selectbox(key="lab_sweep_threshold").set_value("30%").run()
    app.selectbox(key="lab_sweep_padding").set_value("40%").run()
    app.button(key="lab_sweep_take").click().run()
    assert app.slider(key="lab_threshold").value == 0.3
    assert app.slider(key="lab_padding").value == 0.4
    assert app.query_params["threshold"] == "0.3"


def test_a_preset_without_saliency_has_no_sweep(open_page: OpenPage) -> None:
    app = section(open_page("crop_lab", preset=CENTRE.name), "sweep")
    assert app.info[0].value.startswith("Choose a preset with a detector")


def test_the_lab_is_in_the_language_of_the_reader(home: Home, open_page: OpenPage) -> None:
    save_preset(home, BLIND)
    write_json(home.preferences, {"language": "es"})
    app = open_page("crop_lab", preset="blind", show="worst")
    assert app.title[0].value == "Taller de recorte"
    assert app.slider(key="lab_threshold").label == "Umbral de saliencia"
    assert "Se conserva el cuadrado central: la confianza es solo del" in words(app)
    assert "Recorte inteligente: " in figures(app)
    own = re.findall(r"[a-z]+", words(app).lower())
    assert not {"the", "crop", "kept", "of", "square", "photograph"} & set(own)
