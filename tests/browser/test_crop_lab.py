"""The crop lab in a browser: sliders, a cell of the sweep, triage, a manual square."""

import re
from pathlib import Path

import cv2
import pytest
import timm
import torch
from playwright.sync_api import Locator, Page, expect

from engine.catalogue.folder_import import import_folder
from engine.catalogue.opening import open_catalogue
from engine.crop.manual import ManualSquares
from engine.crop.presets import CLASSIC, FAST, save_preset
from engine.crop.store import CropStore
from engine.crop.verdict import read_verdict
from engine.home import Home, open_home
from engine.images.store import ImageStore
from engine.settings.crop import CropPreset
from tests.browser.conftest import Server, StartServer
from tests.conftest import flower

SPECIES = {"Acer campestre": 12, "Bellis perennis": 12}
# Settings so strict that the centre is kept everywhere.
BLIND = CropPreset(name="blind", threshold=0.2, tight_confidence=1, wide_confidence=1)


@pytest.fixture(scope="module")
def lab_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with 24 photographs of two species, and a preset that finds nothing."""
    folder = tmp_path_factory.mktemp("photographs")
    for place, (species, images) in enumerate(SPECIES.items()):
        (folder / species).mkdir()
        for number in range(images):
            picture = cv2.cvtColor(flower(320, 240, number + 100 * place), cv2.COLOR_RGB2BGR)
            cv2.imwrite(str(folder / species / f"{number:03}.jpg"), picture)
    home = open_home(tmp_path_factory.mktemp("home"))
    with open_catalogue(home) as catalogue:
        import_folder(catalogue, folder, ImageStore(home).keep, "garden")
    save_preset(home, BLIND)
    return home


@pytest.fixture(scope="module")
def server(serve: StartServer, lab_home: Home) -> Server:
    return serve(home=lab_home.root)


def smart_crop(page: Page) -> Locator:
    return page.get_by_role("img", name=re.compile("^Smart crop:"))


def pairs(page: Page) -> Locator:
    return page.get_by_role("list", name="Before and after").get_by_role("button")


def test_an_arrow_key_on_a_slider_shows_a_new_crop(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/crop_lab?species=Bellis+perennis&preset=classic")
    before = smart_crop(page).get_attribute("src")
    assert before is not None
    slider = page.get_by_role("slider", name="Padding")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("23"))
    expect(smart_crop(page)).not_to_have_attribute("src", before)
    expect(page.get_by_text("Changed from classic.")).to_be_visible()
    expect(slider).to_be_focused()
    page.wait_for_function("location.search.includes('padding=0.23')")
    page.reload()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("23"))


def test_a_chosen_pair_of_the_wall_is_shown_on_the_bench(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/crop_lab?size=12")
    expect(pairs(page)).to_have_count(12)
    expect(page.get_by_text("0 of 12 photographs keep the centre")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Training picture of"))).to_have_count(5)
    pairs(page).nth(5).click()
    expect(pairs(page).nth(5)).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("location.search.includes('photo=')")


def test_uploaded_photographs_are_shown(page: Page, server: Server, tmp_path: Path) -> None:
    files = [tmp_path / "mine.png", tmp_path / "other.png"]
    for number, file in enumerate(files):
        cv2.imwrite(str(file), flower(200, 300, number))
    page.goto(f"{server.address}/crop_lab")
    page.get_by_text("Uploads").click()
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_role("img", name="Smart crop: mine.png")).to_be_visible()
    expect(pairs(page)).to_have_count(2)


def test_a_cell_of_the_sweep_applies_its_settings(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/crop_lab?preset=classic&show=sweep")
    plot = page.locator(".ps-chart-plot").first
    plot.scroll_into_view_if_needed()
    expect(plot.locator(".heatmaplayer")).to_be_visible()
    # The cell of the threshold 30 % (the sixth from below) and the padding 40 % (the eighth).
    x, y = plot.evaluate(
        """plot => {
            const { xaxis, yaxis } = plot._fullLayout
            return [xaxis._offset + xaxis.l2p(7), yaxis._offset + yaxis.l2p(5)]
        }"""
    )
    plot.evaluate("plot => { plot.mark = 'the same' }")
    plot.click(position={"x": x, "y": y})
    page.wait_for_function("location.search.includes('threshold=0.3')")
    page.wait_for_function("location.search.includes('padding=0.4')")
    threshold = page.get_by_role("slider", name="Saliency threshold")
    expect(threshold).to_have_value("0.3")
    assert plot.evaluate("plot => plot.mark") == "the same"


def test_a_concern_leads_to_a_manual_square(page: Page, server: Server, lab_home: Home) -> None:
    page.goto(f"{server.address}/crop_lab?preset=blind&show=worst")
    expect(page.get_by_text("Centre square kept: the confidence is only").first).to_be_visible()
    page.get_by_role("button", name="Draw the square").first.click()
    square = page.get_by_role("group", name=re.compile("^Square of"))
    expect(square).to_be_visible()
    stage = page.locator(".stage")
    box = stage.bounding_box()
    assert box is not None
    ratio = 320 / box["width"]
    stage.hover(position={"x": 2, "y": 2}, force=True)
    page.mouse.down()
    stage.hover(position={"x": 2 + 100 / ratio, "y": 2 + 60 / ratio}, force=True)
    page.mouse.up()
    side = page.get_by_role("slider", name="Side")
    expect(side).to_have_value(re.compile(r"^(99|100|101)$"))
    left = page.get_by_role("slider", name="Left edge")
    before = left.input_value()
    square.focus()
    page.keyboard.press("ArrowRight")
    expect(left).not_to_have_value(before)
    page.get_by_role("button", name="Use this square").click()
    expect(page.get_by_text("Saved. Training uses this square.")).to_be_visible()
    (kept,) = ManualSquares(lab_home).all().values()
    assert 98 <= kept.width <= 102
    assert kept.y <= 3


def test_a_photograph_is_excluded_and_included_again(
    page: Page, server: Server, lab_home: Home
) -> None:
    page.goto(f"{server.address}/crop_lab?preset=blind&show=worst&species=Acer+campestre")
    page.get_by_role("button", name="Exclude").first.click()
    expect(page.get_by_text("A photograph of Acer campestre is excluded")).to_be_visible()
    with open_catalogue(lab_home) as catalogue:
        assert catalogue.counts().images == 23
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is excluded from splits")).to_have_count(0)
    with open_catalogue(lab_home) as catalogue:
        assert catalogue.counts().images == 24


@pytest.mark.slow
def test_the_verdict_is_shown_in_plain_words(
    page: Page, server: Server, lab_home: Home, tmp_path: Path
) -> None:
    weights = tmp_path / "tiny.pth"
    torch.save(timm.create_model("test_vit", img_size=32).state_dict(), weights)
    page.goto(f"{server.address}/crop_lab")
    page.get_by_text("Does the crop help?", exact=True).click()
    for label, value in {"Network": "test_vit", "Weights": str(weights)}.items():
        page.get_by_label(label, exact=True).fill(value)
        page.keyboard.press("Tab")
    page.get_by_text("More settings", exact=True).click()
    for label, value in {"Image size (px)": "32", "Folds": "2"}.items():
        page.get_by_label(label, exact=True).fill(value)
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Measure the crop").click()
    expect(page.get_by_text("half of the 95% confidence interval")).to_be_visible(timeout=90_000)
    verdict = read_verdict(lab_home, FAST)
    assert verdict is not None
    expect(page.get_by_text(verdict.sentence)).to_be_visible()


@pytest.mark.slow
def test_boxes_for_the_catalogue_are_found_in_the_background(
    page: Page, server: Server, lab_home: Home
) -> None:
    page.goto(f"{server.address}/crop_lab?preset=classic")
    page.get_by_text("Crops of the catalogue", exact=True).click()
    expect(page.get_by_text("0 of 24 photographs have their crop with classic.")).to_be_visible()
    page.get_by_role("button", name="Compute crops").click()
    expect(page.get_by_text("Computing crops").first).to_be_visible()
    expect(page.get_by_text("24 of 24 photographs have their crop with classic.")).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_text("Last time: 24 crops in")).to_be_visible()
    assert len(CropStore(lab_home).known(CLASSIC)) == 24
