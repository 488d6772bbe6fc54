import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ROOT, ServePage, Server

# The run of the page continues for a moment after the chart, so that a moved chart exists twice.
TICKING = """
import time

import streamlit as st
from studio.charts.curves import CurveStyle, Line, drawing
from studio.live_chart.component import live_charts

@st.fragment(run_every=0.3)
def ticking():
    n = st.session_state["n"] = st.session_state.get("n", 5) + 1
    steps = list(range(n))
    lines = [Line("train", steps, [9 / (1 + s) for s in steps], "train"),
             Line("val", steps, [10 / (1 + s) for s in steps], "val")]
    style = CurveStyle("Loss", "Cross-entropy", best="lowest")
    live_charts({"loss": drawing(lines, style)}, key="loss")
    st.text(f"points: {n}")

st.set_page_config(page_icon="static/icon.svg")
if "dismissed" not in st.session_state:
    with st.expander("A passing matter"):
        st.button("Dismiss", on_click=lambda: st.session_state.update(dismissed=True))
with st.container():
    ticking()
time.sleep(0.7)
"""


RANGES = "({ _fullLayout }) => [..._fullLayout.xaxis.range, ..._fullLayout.yaxis.range]"


@pytest.fixture(scope="module")
def server(serve_page: ServePage) -> Server:
    return serve_page(TICKING)


@pytest.fixture
def chart(page: Page, server: Server) -> Locator:
    page.goto(server.address)
    chart = page.locator(".js-plotly-plot")
    expect(chart.locator(".scatterlayer .trace")).to_have_count(2)
    return chart


def points(page: Page) -> int:
    return int(page.get_by_text("points: ").first.inner_text().removeprefix("points: "))


def wait_for_ticks(page: Page, ticks: int) -> None:
    after = points(page) + ticks
    page.wait_for_function(
        "after => Number(document.body.innerText.match(/points: (\\d+)/)?.[1]) >= after", arg=after
    )


def drawn(chart: Locator) -> int:
    return int(chart.evaluate("plot => plot._fullData[0]._length"))


def test_new_points_arrive_in_the_same_chart_and_the_zoom_is_kept(
    page: Page, chart: Locator
) -> None:
    chart.evaluate("plot => { plot.mark = 'the same'; window.blank = 0 }")
    chart.evaluate(
        """plot => new MutationObserver(() => {
            if (!plot.querySelector('.scatterlayer .trace')) window.blank += 1
        }).observe(plot, { childList: true, subtree: true })"""
    )
    box = chart.locator(".nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 150, steps=5)
    page.mouse.up()
    page.wait_for_timeout(300)
    zoom = chart.evaluate(RANGES)
    before = drawn(chart)
    wait_for_ticks(page, 8)

    assert drawn(chart) > before
    assert chart.evaluate("plot => plot.mark") == "the same"
    assert chart.evaluate(RANGES) == pytest.approx(zoom)
    assert page.evaluate("window.blank") == 0


def test_the_chart_moves_up_intact_when_the_element_above_disappears(
    page: Page, chart: Locator
) -> None:
    chart.evaluate("plot => { plot.mark = 'the same' }")
    page.get_by_text("A passing matter").click()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("A passing matter")).to_have_count(0)
    wait_for_ticks(page, 3)
    expect(chart).to_have_count(1)
    assert chart.evaluate("plot => plot.mark") == "the same"


def test_a_hidden_line_stays_hidden(page: Page, chart: Locator) -> None:
    chart.locator(".legendtoggle").nth(1).click()
    expect(chart.locator(".scatterlayer .trace")).to_have_count(1)
    wait_for_ticks(page, 4)
    expect(chart.locator(".scatterlayer .trace")).to_have_count(1)


def test_a_dark_page_has_a_dark_chart_and_follows_a_change(page: Page, chart: Locator) -> None:
    background = "plot => plot._fullLayout.paper_bgcolor"
    assert chart.evaluate(background) == "#fbfaf5"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "document.querySelector('.js-plotly-plot')._fullLayout.paper_bgcolor === '#121814'"
    )
    assert chart.evaluate("plot => plot._fullData[0].line.color") == "#7cc49b"


def test_the_chart_has_a_name_and_its_numbers_are_available_as_a_table(
    page: Page, chart: Locator
) -> None:
    expect(page.get_by_role("img", name="Loss. train: from 9 to")).to_be_visible()
    summary = page.get_by_text("Data", exact=True)
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="val")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Best")).to_be_visible()
    wait_for_ticks(page, 3)
    expect(page.get_by_role("rowheader", name="val")).to_be_visible()


def test_no_chart_offers_an_upload_to_a_service(chart: Locator) -> None:
    expect(chart.get_by_role("button", name="Save as PNG")).to_have_count(1)
    expect(chart.get_by_role("button", name="Share")).to_have_count(0)


# The arguments of two calls of the component's script; the first call ends after the second.
OVERTAKEN = """async ([source, script]) => {
  const { default: show } = await import(
    URL.createObjectURL(new Blob([source], { type: "text/javascript" })))
  const parentElement = document.body.appendChild(document.createElement("div"))
  parentElement.id = "overtaken"
  const message = (number, y) => {
    const trace = { keep: number - 1, x: [number], y: [y], look: { type: "scatter" } }
    const told = { title: "Loss", summary: "", table: { header: [], rows: [] } }
    const chart = { name: "loss", layout: { height: 200 }, traces: [trace], ...told }
    const labels = { png: "PNG", svg: "SVG", html: "HTML", numbers: "Table" }
    const words = { ...labels, language: "en", plotly: {}, separators: ".," }
    return { key: "k", dark: {}, script, words, number, base: number - 1, charts: [chart] }
  }
  const call = (data) => show({ parentElement, data, setTriggerValue: () => {} })
  const end = call(message(1, 5))
  call(message(2, 4))
  end()
}"""


def test_a_message_overtaken_by_a_newer_one_removes_no_chart(page: Page, chart: Locator) -> None:
    source = (ROOT / "studio" / "live_chart" / "live_chart.js").read_text("utf-8")
    page.evaluate(OVERTAKEN, [source, chart.evaluate("plot => plot.script")])
    other = page.locator("#overtaken .js-plotly-plot")
    expect(other.locator(".scatterlayer .trace")).to_have_count(1)
    assert drawn(other) == 2


# Three charts; the browser reports the last one as visible first.
FROM_BELOW = """async ([source, script]) => {
  const Watcher = window.IntersectionObserver
  window.IntersectionObserver = class extends Watcher {
    constructor(look, options) { super((changes) => look(changes.reverse()), options) }
  }
  const { default: show } = await import(
    URL.createObjectURL(new Blob([source], { type: "text/javascript" })))
  const parentElement = document.body.appendChild(document.createElement("div"))
  const drawn = []
  new MutationObserver((changes) => changes.forEach(({ target }) => {
    const title = target.dataset.title
    if (target.matches(".js-plotly-plot") && !drawn.includes(title)) drawn.push(title)
  })).observe(parentElement, { attributes: true, subtree: true })
  const charts = ["top", "middle", "bottom"].map((name) => {
    const trace = { keep: 0, x: [1], y: [1], look: { type: "scatter" } }
    const told = { title: name, summary: "", table: { header: [], rows: [] } }
    return { name, layout: { height: 120 }, traces: [trace], ...told }
  })
  const labels = { png: "PNG", svg: "SVG", html: "HTML", numbers: "Table" }
  const words = { ...labels, language: "en", plotly: {}, separators: ".," }
  const data = { key: "k", dark: {}, script, words, number: 1, base: 0, charts }
  show({ parentElement, data, setTriggerValue: () => {} })
  parentElement.scrollIntoView()
  while (drawn.length < 3) await new Promise(requestAnimationFrame)
  return drawn
}"""


def test_the_charts_are_drawn_from_the_top(page: Page, chart: Locator) -> None:
    source = (ROOT / "studio" / "live_chart" / "live_chart.js").read_text("utf-8")
    script = chart.evaluate("plot => plot.script")
    assert page.evaluate(FROM_BELOW, [source, script]) == ["top", "middle", "bottom"]
