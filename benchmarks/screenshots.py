"""The images of README and docs, from the demo garden: light and dark, English and Spanish.

    python -m benchmarks.screenshots                   # everything, about ten minutes on two cores
    python -m benchmarks.screenshots --home DIR        # keep the garden and its runs in DIR
    python -m benchmarks.screenshots overview runs     # some images

A missing home is created: the garden is drawn, split, and trained on twice. The images go to
docs/screenshots: NAME.png, NAME-dark.png, NAME-es.png and NAME-es-dark.png.
"""

import argparse
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from benchmarks.watching import CHROMIUM, FLAGS, PROJECT, TOKEN, studio
from engine.catalogue.opening import open_catalogue
from engine.catalogue.store import Filter
from engine.home import Home, open_home
from engine.runs.run import list_runs
from engine.split.folder import split_names
from studio.access.token import cookie

OUT = PROJECT / "docs" / "screenshots"
WIDTH, MOST_HIGH = 1400, 1950
LANGUAGES = {"en": "en-GB", "es": "es-ES"}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RUNS = {"garden-centre": (), "garden-smart": ("data.smart_crop=true", "data.crop_preset=fast")}
# Of the page's own scroll area; the window gets its full height.
HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"
QUIET = (
    "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
    " && !document.querySelector('[data-testid=stSkeleton], [data-testid=stSpinner]')"
)


@dataclass(frozen=True)
class Picture:
    """An address of the studio, and the actions there before the screenshot."""

    address: str
    prepare: Callable[[Page], None] = lambda page: None


def compare(page: Page) -> None:
    """Choose the view that compares runs, in any language."""
    page.get_by_test_id("stButtonGroup").first.get_by_role("radio").nth(1).click()


def pictures(home: Home) -> dict[str, Picture]:
    """Every image by its name; the home must exist."""
    run, *_ = (run.run_id for run in list_runs(home))
    with open_catalogue(home) as catalogue:
        photographs = catalogue.page(Filter(state="cached"), None, 1).photographs
    both = "&".join(f"compare={name}" for name in RUNS)
    return {
        "overview": Picture(""),
        "catalogue": Picture("catalogue"),
        "crop_lab": Picture("crop_lab"),
        "split": Picture("split"),
        "runs": Picture(f"runs?run={run}"),
        "compare": Picture(f"runs?{both}", compare),
        "try_it": Picture(f"try_it?run={run}&photo={photographs[0].image_id}"),
    }


def make_home(home: Home) -> None:
    """Draw the garden, split it, train on it twice and evaluate, unless this is done already."""
    done = {run.run_id for run in list_runs(home)}
    if not split_names(home):
        engine(home, "demo")
        engine(home, "split", "make", "--name", "default")
    for run, changes in RUNS.items():
        if run not in done:
            settings = [part for change in changes for part in ("--set", change)]
            demo = str(PROJECT / "configs" / "demo.yaml")
            engine(home, "train", "--config", demo, "--run-id", run, *settings)
            engine(home, "evaluate", run)


def engine(home: Home, *words: str) -> None:
    """Run a command of the engine in the home."""
    print("engine", *words, flush=True)
    command = [sys.executable, "-m", "engine", *words, "--home", str(home.root)]
    subprocess.run(command, cwd=PROJECT, check=True)


def take(browser: Browser, address: str, wanted: dict[str, Picture], out: Path) -> None:
    """Take each screenshot in each language, light and dark."""
    for (language, locale), scheme in product(LANGUAGES.items(), SCHEMES):
        context = browser.new_context(
            viewport=ViewportSize(width=WIDTH, height=900),
            color_scheme=scheme,
            locale=locale,
            reduced_motion="reduce",
        )
        name, value = cookie(TOKEN, urlsplit(address).port)
        context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
        page = context.new_page()
        for title, picture in wanted.items():
            page.set_viewport_size(ViewportSize(width=WIDTH, height=900))
            page.goto(f"{address}/{picture.address}")
            settle(page)
            picture.prepare(page)
            settle(page)
            height = min(page.evaluate(HEIGHT), MOST_HIGH)
            page.set_viewport_size(ViewportSize(width=WIDTH, height=height))
            settle(page)
            marks = ["-es"] * (language == "es") + ["-dark"] * (scheme == "dark")
            file = out / f"{title}{''.join(marks)}.png"
            file.write_bytes(small(page.screenshot()))
            print(file, flush=True)
        context.close()


def settle(page: Page) -> None:
    """Wait until the page has drawn itself, including charts and images."""
    page.wait_for_timeout(1_500)
    page.wait_for_function(QUIET, timeout=120_000)
    page.wait_for_timeout(1_000)


def small(png: bytes) -> bytes:
    """An image in 256 colours, dithered for the photographs: less than half of the bytes."""
    output = io.BytesIO()
    with Image.open(io.BytesIO(png)) as opened:
        image = opened.convert("RGB")
    colours = image.quantize(256)
    drawn = image.quantize(palette=colours, dither=Image.Dither.FLOYDSTEINBERG)
    drawn.save(output, "PNG", optimize=True)
    return output.getvalue()


@contextmanager
def home_at(folder: Path | None) -> Iterator[Home]:
    """The home in a folder, or one that is removed afterwards."""
    if folder is not None:
        yield open_home(folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        yield open_home(Path(temporary) / "home")


def main(words: Sequence[str] | None = None) -> None:
    """Parse the arguments and take the screenshots."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a picture; default: all")
    parser.add_argument("--home", type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR")
    options = parser.parse_args(words)
    options.out.mkdir(parents=True, exist_ok=True)
    with home_at(options.home) as home:
        make_home(home)
        known = pictures(home)
        unknown = set(options.names) - set(known)
        if unknown:
            parser.error(f"no picture is called {', '.join(sorted(unknown))}")
        wanted = {name: known[name] for name in options.names or known}
        with studio(home) as (address, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            take(browser, address, wanted, options.out)
            browser.close()


if __name__ == "__main__":
    main()
