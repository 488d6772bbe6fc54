"""The delay of the Runs page: from the trainer's write to the screen, in a real browser.

    python -m benchmarks.watching
    python -m benchmarks.watching --ticks 2000      # the long memory measurement, six minutes

A separate studio is started on a home of its own; a thread writes points as a trainer does;
Chromium shows the page. Times of the browser start when the address is requested, so they include
loading the studio itself ("an empty page").
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from benchmarks.watched import LiveRun, ended_run
from engine.home import Home, open_home
from engine.runs.history import History
from engine.runs.run import list_runs
from studio.access.token import TOKEN_VARIABLE, cookie
from studio.live_chart.component import difference
from studio.runs.charts import run_charts

PROJECT = Path(__file__).resolve().parents[1]
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
DRAWN = "() => document.querySelectorAll('.js-plotly-plot .scatterlayer .trace').length > 0"
ALL_50 = """() =>
  document.querySelector('.js-plotly-plot')?.querySelectorAll('.trace').length >= 50"""
# Records, frame by frame, when the chart first showed each step, and frames without a curve.
WATCH = """() => {
  window.seen = {}; window.blank = 0; window.frames_ = 0; window.updates = 0
  const plot = document.querySelector('.js-plotly-plot'); plot.mark = 'the same'
  let before = 0
  const look = () => {
    const now = document.querySelector('.js-plotly-plot')
    const x = now?._fullData?.[0]?.x
    const last = x?.[x.length - 1] ?? 0
    if (last !== before) {
      window.updates += 1
      for (let s = before + 1; s <= last; s += 1) window.seen[s] ??= Date.now() / 1000
      before = last
    }
    window.frames_ += 1
    if (!now?.querySelector('.scatterlayer .trace')) window.blank += 1
    requestAnimationFrame(look)
  }
  look()
}"""
TOKEN = "the-start-token-of-the-benchmarks"
VIEW = ViewportSize(width=1400, height=1600)
RANGES = "({ _fullLayout }) => [..._fullLayout.xaxis.range, ..._fullLayout.yaxis.range]"


@contextmanager
def studio(home: Home) -> Iterator[tuple[str, psutil.Process]]:
    """A studio on a home: its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["-m", "studio.server", "--port", str(port)]
    places = {"STUDIO_HOME": str(home.root), "PYTHONPATH": str(PROJECT)}
    environment = {**os.environ, **places, TOKEN_VARIABLE: TOKEN}
    log = home.root.parent / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, *arguments], cwd=PROJECT, env=environment, stdout=output, stderr=output
        )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address, psutil.Process(server.pid)
    finally:
        server.kill()
        server.wait()


def seconds_until(page: Page, address: str, ready: str) -> float:
    """Seconds from requesting an address until a condition is true on the page."""
    began = time.monotonic()
    name, value = cookie(TOKEN, urlsplit(address).port)
    page.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    page.goto(address)
    page.wait_for_function(ready, timeout=120_000, polling=20)
    return time.monotonic() - began


def zoom(page: Page) -> list[float]:
    """Zoom into the first chart by mouse; return its ranges."""
    chart = page.locator(".js-plotly-plot").first
    box = chart.locator(".nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120, steps=5)
    page.mouse.up()
    page.wait_for_timeout(500)
    ranges: list[float] = chart.evaluate(RANGES)
    return ranges


def live(browser: Browser, address: str, home: Home, updates: int) -> None:
    """Write to screen, the same DOM node, the zoom, blank frames."""
    run = LiveRun(home, "live", 0.45)
    page = browser.new_page(viewport=VIEW)
    seconds_until(page, f"{address}/runs?run=live&runs.x=step", DRAWN)
    page.evaluate(WATCH)
    kept = zoom(page)
    page.wait_for_function(f"() => window.updates >= {updates}", timeout=600_000)
    seen = {int(step): at for step, at in page.evaluate("window.seen").items()}
    first = min(seen) + 5
    delays = [seen[s] - run.written[s] for s in seen if s >= first and s in run.written]
    chart = page.locator(".js-plotly-plot").first
    same = chart.evaluate("plot => plot.mark") == "the same"
    now = chart.evaluate(RANGES)
    stays = all(abs(a - b) < 1e-9 for a, b in zip(kept, now, strict=True))
    percentiles = statistics.quantiles(delays, n=20)
    print(f"write to screen: median {percentiles[9]:.2f} s, p95 {percentiles[18]:.2f} s")
    print(
        f"after {page.evaluate('window.updates')} updates: same node {same}, zoom kept {stays}, "
        f"blank frames {page.evaluate('window.blank')} of {page.evaluate('window.frames_')}"
    )
    page.close()
    run.end()


def long_run(browser: Browser, address: str, home: Home) -> None:
    """A run with 100,000 steps: opening it, and one update of it on the server."""
    folder = ended_run(home, "long", 100_000)
    page = browser.new_page(viewport=VIEW)
    seconds_until(page, f"{address}/runs?run=small", DRAWN)
    began = time.monotonic()
    page.get_by_text("long", exact=True).first.click()
    page.wait_for_function(
        "() => document.querySelector('.js-plotly-plot')?._fullData?.[0]?._length > 1000",
        timeout=120_000, polling=20,
    )  # fmt: skip
    print(f"a run with 100,000 steps opens in {time.monotonic() - began:.2f} s")
    page.close()
    history, before = History(), {}
    times = []
    for step in range(100_001, 100_021):
        began = time.monotonic()
        history.read_new(folder.metrics)
        drawn = run_charts(history)
        for name, drawing in drawn.items():
            difference(name, before.get(name), drawing)
        times.append(time.monotonic() - began)
        before = drawn
        with folder.metrics.open("a") as stream:
            stream.write(
                f'{{"t": 1, "attempt": 1, "step": {step}, "epoch": {step / 500}, '
                f'"split": "train", "loss": 0.4, "top1": 0.9}}\n'
            )
    print(
        f"first reading {1_000 * times[0]:.0f} ms, then a tick {1_000 * max(times[1:]):.0f} ms "
        f"at most, {1_000 * statistics.median(times[1:]):.0f} ms in the middle"
    )


def many(browser: Browser, address: str, home: Home) -> None:
    """Fifty runs compared, and a list of 500."""
    for number in range(50):
        ended_run(home, f"c{number:02}", 2_000, rate=(number + 1) * 1e-5)
    chosen = "&".join(f"compare=c{number:02}" for number in range(50))
    page = browser.new_page(viewport=VIEW)
    seconds_until(page, f"{address}/runs?run=small&{chosen}", DRAWN)
    for word in ("first", "again"):
        began = time.monotonic()
        page.get_by_text("Compare", exact=True).click()
        page.wait_for_function(ALL_50, timeout=120_000, polling=20)
        print(f"50 runs compared, {word}: {time.monotonic() - began:.2f} s from the click")
        page.get_by_text("One run", exact=True).click()
        page.wait_for_function(f"() => !({ALL_50})()")
    page.close()
    page = browser.new_page(viewport=VIEW)
    link = f"{address}/runs?runs.view=compare&{chosen}"
    for word in ("in an empty browser", "again"):
        taken = seconds_until(page, link, ALL_50)
        print(f"50 runs compared, {word}: {taken:.2f} s from the address")
    for number in range(450):
        ended_run(home, f"n{number:03}", 10)
    began = time.monotonic()
    count = len(list_runs(home))
    print(f"reading {count} runs takes {time.monotonic() - began:.2f} s")
    listed = "() => document.querySelectorAll('[role=radiogroup] input').length >= 40"
    for word in ("first", "again"):
        taken = seconds_until(page, f"{address}/runs?run=n001", listed)
        print(f"the page with {count} runs, {word}: {taken:.2f} s from the address")
    page.close()


def memory(browser: Browser, address: str, home: Home, server: psutil.Process, ticks: int) -> None:
    """The memory of the server and the browser, over this many updates of three pages."""
    run = LiveRun(home, "watched", 0.5)
    pages = []
    for _ in range(3):
        page = browser.new_context(viewport=VIEW).new_page()
        seconds_until(page, f"{address}/runs?run=watched&runs.x=step", DRAWN)
        page.evaluate(WATCH)
        pages.append(page)

    def done() -> int:
        return sum(page.evaluate("window.updates") for page in pages)

    def look(word: str) -> None:
        heaps = []
        for page in pages:
            session = page.context.new_cdp_session(page)
            session.send("HeapProfiler.collectGarbage")
            heaps.append(session.send("Runtime.getHeapUsage")["usedSize"] / 1e6)
            session.detach()
        print(
            f"{word}: after {done()} ticks the server holds "
            f"{server.memory_info().rss / 1e6:.0f} MB, the pages' heaps "
            f"{', '.join(f'{heap:.1f}' for heap in heaps)} MB",
            flush=True,
        )

    for share in (0.1, 0.25, 0.5, 0.75, 1):
        while done() < ticks * share:
            pages[0].wait_for_timeout(1_000)
        look(f"{share:.0%}")
    run.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=200)
    parser.add_argument("--ticks", type=int, default=0, help="of the look at memory; 0 = none")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = open_home(Path(folder) / "home")
        ended_run(home, "small", 100)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with studio(home) as (address, server):
            page = browser.new_page(viewport=VIEW)
            taken = [
                seconds_until(page, f"{address}/import", "() => document.querySelector('h1')")
                for _ in range(2)
            ]
            print(f"an empty page: {taken[0]:.2f} s, again {taken[1]:.2f} s from the address")
            page.close()
            if given.ticks:
                memory(browser, address, home, server, given.ticks)
            else:
                live(browser, address, home, given.updates)
                long_run(browser, address, home)
                many(browser, address, home)
        browser.close()


if __name__ == "__main__":
    main()
