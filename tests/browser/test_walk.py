"""The complete workflow of a new user: from an empty home to a classifier that answers.

Labels in this file are English. The Spanish workflow finds each by its translation, or in English
if a page is not translated yet.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from engine.crop.presets import load_preset
from engine.home import open_home
from engine.runs.control import stop_run
from engine.runs.run import Run, list_runs
from tests.browser.conftest import Server, StartServer
from tests.language.reading import reader

SPECIES = {
    "Papaver imaginarium": (200, 40, 40),
    "Helianthus delineatus": (235, 200, 40),
    "Campanula umbratilis": (90, 70, 200),
    "Bellis perennis": (240, 240, 240),
}
IMAGES = 12
SMALL = {
    "Name": "walk",
    "Network": "test_vit",
    "Image size (px)": "64",
    # Long enough that a slow browser still sees the run while it trains.
    "Epochs": "60",
    "Batch size (photographs)": "8",
}
SMALL_BELOW = {
    "Warm-up (epochs)": "1",
    "Reading processes": "0",
    "Log every (steps)": "1",
}


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one sub-folder per species: discs in its colour on noisy green."""
    folder = tmp_path_factory.mktemp("my photographs")
    random = np.random.default_rng(1)
    for species, colour in SPECIES.items():
        (folder / species).mkdir()
        for number in range(IMAGES):
            picture = np.full((150, 200, 3), (40, 110, 50), np.uint8)
            picture += random.integers(0, 12, picture.shape, dtype=np.uint8)
            middle = (int(random.integers(60, 140)), int(random.integers(50, 100)))
            cv2.circle(picture, middle, int(random.integers(25, 40)), colour, -1)
            file = folder / species / f"{number}.jpg"
            cv2.imwrite(str(file), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return folder


@pytest.fixture
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The studio on an empty home; runs that a failure leaves behind are ended."""
    home = open_home(tmp_path_factory.mktemp("home"))
    yield serve(home=home.root)
    for run in list_runs(home):
        if run.is_live:
            stop_run(home, run.run_id, ask_seconds=1.0)


@pytest.fixture
def labels(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elements looked up by an English label are found by the label in the browser's language."""
    read = reader(locale.partition("-")[0])

    def either(text: str | re.Pattern[str], exact: bool) -> str | re.Pattern[str]:
        there = read(text)
        if there == text or not (isinstance(text, str) and isinstance(there, str)):
            return there
        both = f"(?:{re.escape(text)}|{re.escape(there)})"
        return re.compile(rf"^\s*{both}\s*$") if exact else re.compile(both, re.IGNORECASE)

    def in_language(look: Callable[..., Locator]) -> Callable[..., Locator]:
        def found(self: Page | Locator, *words: Any, **options: Any) -> Locator:
            exact = options.get("exact", False)
            # The first argument of `get_by_role` is a role.
            if look.__name__ != "get_by_role":
                words = tuple(either(word, exact) for word in words)
            if "name" in options:
                options["name"] = either(options["name"], exact)
            return look(self, *words, **options)

        return found

    for kind in (Page, Locator):
        for name in ("get_by_text", "get_by_label", "get_by_role"):
            monkeypatch.setattr(kind, name, in_language(getattr(kind, name)))


def the_run(server: Server) -> Run:
    (run,) = list_runs(open_home(server.home))
    return run


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def button(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


def tiles(page: Page) -> Locator:
    return page.get_by_role("list", name="Photographs", exact=True).get_by_role("button")


def fill(page: Page, label: str, value: str) -> None:
    field = page.get_by_label(label, exact=True).first
    field.fill(value)
    field.press("Tab")


def points(chart: Locator) -> int:
    return int(chart.evaluate("plot => plot._fullData?.[0]?._length ?? 0"))


def wait_for_points(page: Page, more_than: int) -> None:
    page.wait_for_function(
        "least => document.querySelector('.js-plotly-plot')?._fullData?.[0]?._length > least",
        arg=more_than,
        timeout=180_000,
    )


@pytest.mark.parametrize("locale", ["en-US", pytest.param("es-ES", marks=pytest.mark.slow)])
@pytest.mark.usefixtures("labels")
def test_from_an_empty_home_to_a_prediction(page: Page, server: Server, photographs: Path) -> None:
    page.goto(server.address)
    bring_photographs_in(page, photographs)
    look_through_the_catalogue(page)
    tune_the_crop(page, server)
    make_a_split(page)
    launch_a_small_run(page, server)
    watch_stop_and_resume(page, server)
    lose_the_server_and_find_the_run(page, server)
    evaluate_and_ask(page)


def bring_photographs_in(page: Page, photographs: Path) -> None:
    expect(page.get_by_text("Start with some photographs")).to_be_visible()
    button(page, "Import a folder").click()
    fill(page, "Folder", str(photographs))
    button(page, "Import the folder").click()
    expect(page.get_by_text(f"{len(SPECIES) * IMAGES} photographs added.")).to_be_visible(
        timeout=60_000
    )


def look_through_the_catalogue(page: Page) -> None:
    go_to(page, "Catalogue")
    expect(tiles(page)).to_have_count(len(SPECIES) * IMAGES)
    go_to(page, "Overview")
    expect(page.get_by_text("Next", exact=True)).to_be_visible()


def tune_the_crop(page: Page, server: Server) -> None:
    go_to(page, "Crop lab")
    threshold = page.get_by_role("slider", name="Saliency threshold")
    threshold.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(threshold).to_have_attribute("aria-valuetext", re.compile(r"^9\s?%$"))
    expect(
        page.get_by_text("Changed from fast. Save it as a preset to train with it.")
    ).to_be_visible()
    page.get_by_role("button", name="Save as a preset").click()
    name = page.get_by_role("textbox", name="Name", exact=True)
    name.fill("walk")
    name.press("Tab")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as walk.")).to_be_visible()
    expect(name).to_have_count(0)
    expect(page.get_by_role("combobox", name="Preset", exact=True)).to_have_value("walk")
    assert load_preset(open_home(server.home), "walk").threshold == 0.09


def make_a_split(page: Page) -> None:
    go_to(page, "Split")
    expect(page.get_by_role("img", name="Species by number of photographs")).to_be_visible()
    expect(page.get_by_text("3 checks passed")).to_be_visible()
    button(page, "Make the split").click()
    expect(page.get_by_text(re.compile("40 · .* 4 · test 4"))).to_be_visible()
    button(page, "Train on it").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()


def launch_a_small_run(page: Page, server: Server) -> None:
    """Two quick clicks start one run: the demo configuration, made small enough for a test."""
    expect(page.get_by_text("128 × 128")).to_be_visible()
    expect(page.get_by_text(re.compile("Fits here .* needs .* free"))).to_be_visible(timeout=90_000)
    page.get_by_role("combobox", name="Crop", exact=True).click()
    page.get_by_role("option", name="walk").click()
    expect(
        page.get_by_text("Not measured yet: whether walk improves accuracy on your photographs.")
    ).to_be_visible()
    for label, value in SMALL.items():
        fill(page, label, value)
    for level in ("More settings", "Expert settings"):
        page.get_by_text(level).click()
    for label, value in SMALL_BELOW.items():
        fill(page, label, value)
    # They followed the image size and are marked as changed.
    for label in ("Resize for training (px)", "Resize for validation (px)"):
        fill(page, f"{label} · changed", "64")
    button(page, "Launch").dblclick()
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible(timeout=40_000)
    settings = the_run(server).folder.read_settings()
    assert (settings.name, settings.model.name, settings.data.crop_preset) == (
        "walk",
        "test_vit",
        "walk",
    )


def watch_stop_and_resume(page: Page, server: Server) -> None:
    wait_for_points(page, 2)
    chart = page.locator(".js-plotly-plot").first
    chart.evaluate("plot => { plot.mark = 'the same' }")
    wait_for_points(page, points(chart) + 3)
    assert chart.evaluate("plot => plot.mark") == "the same"

    button(page, "Stop").click()
    expect(button(page, "Resume")).to_be_visible(timeout=60_000)
    assert the_run(server).state == "stopped"
    step = the_run(server).status.step
    button(page, "Resume").click()
    expect(button(page, "Stop")).to_be_visible(timeout=60_000)
    wait_for_points(page, step + 1)


def lose_the_server_and_find_the_run(page: Page, server: Server) -> None:
    server.kill()
    run = the_run(server)
    assert run.is_live
    server.start()
    page.goto(f"{server.address}/runs")
    wait_for_points(page, run.status.step)
    assert the_run(server).status.attempt == 2
    listed = page.get_by_role("radiogroup", name="1 run")
    expect(listed.get_by_text("Finished")).to_be_visible(timeout=240_000)


def evaluate_and_ask(page: Page) -> None:
    button(page, "Evaluate").click()
    # A folded chart has the same name.
    named = page.get_by_text("Calibration error", exact=True)
    figure = named.and_(page.get_by_role("paragraph"))
    expect(figure).to_be_visible(timeout=90_000)
    button(page, "Try it").click()
    tiles(page).first.click()
    expect(page.get_by_text("Most likely species")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name="What the network saw")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("from the train part"))).to_have_count(4)
