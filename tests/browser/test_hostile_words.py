"""Hostile text on every page: no external requests, and credits are shown literally."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import Home, open_home
from engine.images.store import ImageStore
from engine.training.state.status import read_status, write_status
from tests.browser.conftest import Server, StartServer
from tests.studio.runs.drawn_run import ended_run

IMAGE = "![x](http://canary.example/p.png)"
LINK = "[Log in](http://canary.example/)"
CREDITS = [
    "_anna_", "$5$ and $6$", ":red[x]", "*x*", "<b>x</b>", "[a](b)", ":material/home: x", "1. x",
    "# x", "a -> b -- c <= d", ":smile:", "&lt;b&gt;", "www.canary.example a@b.cd", "`x`", "~~x~~",
    IMAGE, "<img src=http://canary.example/h.png>", "- x", "> x", "|a|b|",
]  # fmt: skip
# By label in the record, so that each text is in one field of one photograph.
FIELDS = {
    "Genus": "genus", "Family": "family", "Source": "source", "Observation": "observation_id",
    "Observer": "observer", "Licence": "license", "Attribution": "attribution",
}  # fmt: skip
STARTS = range(0, len(CREDITS), len(FIELDS))
ASKED = quote(IMAGE + LINK)
PAGES = (
    "", "import", "catalogue", "catalogue?catalogue_tab=counts", "download", "crop_lab", "split",
    "train", "runs", "try_it", f"catalogue?photo={ASKED}", f"crop_lab?photo={ASKED}",
    f"runs?run={ASKED}", f"catalogue?source={ASKED}&text={ASKED}",
)  # fmt: skip


def hostile(home: Home, folder: Path) -> None:
    """Rows that no import accepts any more, a run of another studio, and a finished import."""
    image = folder / "a.png"
    words = [dict(zip(FIELDS.values(), CREDITS[start:], strict=False)) for start in STARTS]
    rows = []
    for number, fields in enumerate(words):
        noise = np.random.default_rng(number).integers(0, 255, (60, 80, 3), np.uint8)
        cv2.imwrite(str(image), noise)
        stored = ImageStore(home).keep(image)
        photograph = Photograph(
            f"credit-{number}", f"{IMAGE} {LINK} *a*", path=stored.path, sha256=stored.sha256,
            width=80, height=60, state="cached", url=f"javascript:alert({number})", **fields,
        )  # fmt: skip
        rows.append(photograph)
    rows.append(
        Photograph("nul", "Rosa canina", source="s\0t", url="https://example.invalid/a.jpg")
    )
    with closing(SqliteCatalogue(home.catalogue)) as catalogue:
        catalogue.add(rows)
    run = ended_run(home, "a_b-c", reason=f"{IMAGE} {LINK}", state="failed")
    status = replace(read_status(run.status), device=f"{IMAGE} :red[gpu]", host=IMAGE)
    write_status(run.status, status)
    job = home.jobs / "import"
    job.mkdir(parents=True)
    (job / "job.json").write_text(json.dumps({"arguments": [], "started": 1.0}))
    (job / "ended.json").write_text(json.dumps({"exit_status": 1, "reason": IMAGE, "t": 2.0}))


@pytest.fixture(scope="module")
def server(serve: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Server:
    home = open_home(tmp_path_factory.mktemp("hostile") / "home")
    hostile(home, tmp_path_factory.mktemp("picture"))
    return serve(home=home.root)


def opened(page: Page, server: Server, address: str) -> str:
    page.goto(f"{server.address}/{address}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    assert page.get_by_test_id("stException").count() == 0
    return page.get_by_test_id("stMain").inner_text()


@pytest.mark.parametrize("address", PAGES)
def test_no_page_contacts_another_host_or_links_to_it(
    page: Page, server: Server, address: str
) -> None:
    opened(page, server, address)
    for unwanted in ('img[src*="canary"]', 'a[href*="canary"]', 'a[href^="javascript:"]'):
        assert page.locator(unwanted).count() == 0


@pytest.mark.parametrize("number", range(len(STARTS)))
def test_credits_are_shown_literally(page: Page, server: Server, number: int) -> None:
    opened(page, server, f"catalogue?photo=credit-{number}")
    rows = page.get_by_test_id("stTable").get_by_role("row")
    expect(rows.filter(has_text="Attribution")).to_be_visible()
    shown = [row.partition("\t") for row in rows.all_inner_texts()]
    told = {label.strip(): words.strip() for label, _, words in shown}
    credits = dict(zip(FIELDS, CREDITS[STARTS[number] :], strict=False))
    assert {label: told[label] for label in credits} == credits


def test_a_nul_in_a_filter_is_rejected_in_a_sentence(page: Page, server: Server) -> None:
    opened(page, server, f"catalogue?source={quote('s' + chr(0) + 't')}")
    page.get_by_role("button", name="Export").first.click()
    page.get_by_role("button", name="Export 1 photograph").click()
    expect(page.get_by_text("remove the control characters and type it again")).to_be_visible()
