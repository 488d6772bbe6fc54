"""Downloading 2,000 JPEGs of 33 KB from loopback, compared with img2dataset.

    python -m benchmarks.download [--img2dataset PATH] [--part speed|limit|kill]

img2dataset pins other versions than the studio: install it into a separate environment and give the
path of its program. Both run as whole programs, including their start, with 16 connections
(img2dataset: threads). img2dataset stores the files as they arrive. The studio writes them through
to the disk, decodes them completely, and keeps a catalogue.

- speed: photographs per second, CPU time, and the peak memory of a process, medians of five
  alternating runs;
- limit: a server that answers 20 requests per second and returns 429 above, for two minutes, with
  the studio's default rate control: the share of the second minute's limit that was used, and the
  share of the requests that were refused;
- kill: kill -9 at half, then a second run: photographs fetched a second time.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.catalogue.opening import open_catalogue
from engine.catalogue.record import Photograph
from engine.download.preferences import save_download_settings
from engine.home import open_home

PHOTOGRAPHS, PER_SECOND, ROUNDS = 2_000, 20, 5
# More than two minutes can deliver.
PLENTY = 3_000
_MINUTE = 60


def draw(folder: Path, many: int) -> None:
    """This many different JPEGs of 500 x 375 pixels and about 33 KB."""
    folder.mkdir()
    random = np.random.default_rng(33)
    for number in range(many):
        coarse = random.integers(0, 256, (24, 32, 3)).astype(np.uint8)
        smooth = cv2.resize(coarse, (500, 375), interpolation=cv2.INTER_CUBIC)
        noise = random.integers(-9, 10, smooth.shape)
        pixels = np.clip(smooth + noise, 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number}.jpg"), pixels, [cv2.IMWRITE_JPEG_QUALITY, 78])


@dataclass(frozen=True)
class Site:
    """A running server."""

    port: int

    def url(self, number: int) -> str:
        return f"http://127.0.0.1:{self.port}/{number % PHOTOGRAPHS}.jpg?{number // PHOTOGRAPHS}"

    def seconds(self) -> dict[int, tuple[int, int]]:
        """Requests answered and refused, by Unix second."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/counts") as answer:
            found = json.load(answer)
        return {int(second): (given, refused) for second, (given, refused) in found.items()}

    def given(self) -> int:
        return sum(given for given, _ in self.seconds().values())


@contextmanager
def served(folder: Path, per_second: int | None = None) -> Iterator[Site]:
    """A server of the folder, in a separate process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        site = Site(probe.getsockname()[1])
    limit = [] if per_second is None else [str(per_second)]
    command = [sys.executable, "-m", "benchmarks.image_server", str(folder), str(site.port), *limit]
    process = subprocess.Popen(command)
    try:
        while True:
            try:
                site.seconds()
                break
            except OSError:
                time.sleep(0.1)
        yield site
    finally:
        process.kill()
        process.wait()


Prepare = Callable[[Path, Site, int, bool], list[str]]
"""Given an empty folder, a server, a number of addresses, and whether rate control is on, the
command that fetches them into that folder.
"""


def studio(folder: Path, site: Site, many: int, cautious: bool) -> list[str]:
    """A home with one row per address."""
    home = open_home(folder)
    with open_catalogue(home) as catalogue:
        catalogue.add(
            Photograph(f"p{number}", f"Species {number % 90}", url=site.url(number))
            for number in range(many)
        )
    unlimited = {"requests_per_second": None, "start_rate": None, "connections": 16}
    pace = {} if cautious else {"other_hosts": unlimited}
    save_download_settings(home, {"allow_private_hosts": True, "free_gigabytes": 0.5, **pace})
    return [sys.executable, "-m", "engine", "download", "--json", "--home", str(folder)]


def img2dataset(program: str) -> Prepare:
    """With its default settings, except that files are stored unmodified."""

    def prepare(folder: Path, site: Site, many: int, cautious: bool) -> list[str]:
        folder.mkdir(exist_ok=True)
        urls = folder.parent / f"{folder.name}.txt"
        urls.write_text("\n".join(site.url(number) for number in range(many)))
        words = "--input_format txt --output_format files --processes_count 2 --thread_count 16"
        words += " --resize_mode no --disable_all_reencoding True --enable_wandb False"
        words += " --retries 2 --number_sample_per_shard 1000"
        return [program, f"--url_list={urls}", f"--output_folder={folder}", *words.split()]

    return prepare


def run(command: list[str], seconds: float | None = None) -> None:
    """Run to its end, or interrupt it after this time."""
    process = _start(command)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        _end(process, signal.SIGKILL)


def speed(photographs: Path, work: Path, peers: Mapping[str, Prepare]) -> None:
    """Photographs per second of a whole run, and its largest process: medians in turn."""
    measured: dict[str, list[tuple[float, float, float]]] = {name: [] for name in peers}
    for number in range(ROUNDS):
        for name, prepare in peers.items():
            measured[name].append(_fetched(photographs, work / f"{name}-{number}", prepare))
    for name, rounds in measured.items():
        rate, work_done, memory = (
            statistics.median(column) for column in zip(*rounds, strict=True)
        )
        print(
            f"{name:12} {rate:6.0f} a second   {work_done:5.2f} s of processor   {memory:5.0f} MB",
            flush=True,
        )


def _fetched(photographs: Path, work: Path, prepare: Prepare) -> tuple[float, float, float]:
    """Photographs per second, CPU time in seconds, megabytes."""
    with served(photographs) as site:
        command = prepare(work, site, PHOTOGRAPHS, False)
        start = time.perf_counter()
        _, _, used = os.wait4(_start(command).pid, 0)
        rate = site.given() / (time.perf_counter() - start)
    shutil.rmtree(work)
    return rate, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3


def limit(photographs: Path, work: Path, peers: Mapping[str, Prepare]) -> None:
    """The used share of the second minute's limit, and the refused requests in it."""
    for name, prepare in peers.items():
        _limited(photographs, work / name, name, prepare)


def _limited(photographs: Path, work: Path, name: str, prepare: Prepare) -> None:
    with served(photographs, PER_SECOND) as site:
        command = prepare(work, site, PLENTY, True)
        run(command, 2 * _MINUTE + 5)
        seconds = site.seconds()
    first = min(seconds)
    second = [seconds.get(first + second, (0, 0)) for second in range(_MINUTE, 2 * _MINUTE)]
    given, refused = (sum(counts) for counts in zip(*second, strict=True))
    share = given / PER_SECOND / _MINUTE
    told = sum(refused for _, refused in seconds.values())
    print(
        f"{name:12} {share:6.1%} of what is allowed   {refused / max(given + refused, 1):6.2%} "
        f"refused   {told:6,} refused in both minutes",
        flush=True,
    )


def kill(photographs: Path, work: Path, peers: Mapping[str, Prepare]) -> None:
    """Kill it at half, start it again, and count repeated downloads."""
    for name, prepare in peers.items():
        _killed(photographs, work / name, name, prepare)


def _killed(photographs: Path, work: Path, name: str, prepare: Prepare) -> None:
    with served(photographs) as site:
        command = prepare(work, site, PHOTOGRAPHS, False)
        process = _start(command)
        while site.given() < PHOTOGRAPHS / 2 and process.poll() is None:
            time.sleep(0.01)
        _end(process, signal.SIGKILL)
        before = site.given()
        run(command)
        again = site.given() - PHOTOGRAPHS
    print(f"{name:12} killed after {before:5,}   {again:5,} fetched again", flush=True)


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _end(process: "subprocess.Popen[bytes]", number: int) -> None:
    os.killpg(process.pid, number)
    process.wait()
    time.sleep(1)


PARTS = {"speed": speed, "limit": limit, "kill": kill}


def main() -> None:
    """Measure the studio, and img2dataset if its program is given."""
    parser = argparse.ArgumentParser(description="Fetch photographs, beside img2dataset.")
    parser.add_argument("--img2dataset", default=shutil.which("img2dataset"))
    parser.add_argument("--part", choices=PARTS, action="append")
    given = parser.parse_args()
    peers: dict[str, Prepare] = {"studio": studio}
    if given.img2dataset:
        peers["img2dataset"] = img2dataset(given.img2dataset)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "photographs", PHOTOGRAPHS)
        sizes = [file.stat().st_size for file in (folder / "photographs").iterdir()]
        print(f"{len(sizes):,} photographs of {np.mean(sizes) / 1e3:.1f} KB")
        for part in given.part or PARTS:
            print(f"\n{part}")
            (folder / part).mkdir()
            PARTS[part](folder / "photographs", folder / part, peers)


if __name__ == "__main__":
    main()
