"""Runs that are killed at random moments up to a number of kills, and one uninterrupted run.

    python -m benchmarks.resuming [--kills 200] [--seed 0]

Every run has four stages, an average of weights, mixing and balanced sampling, and uses another
number of workers after each kill. Every difference to the uninterrupted run, in a tensor of a
checkpoint or a point of a curve, is listed; there should be none.
"""

import argparse
import tempfile
import time
from pathlib import Path

import torch

from engine.home import Home, open_home
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.training.loop import train
from engine.training.state.run_folder import RunFolder, prepare
from tests.training.killing import CHANGES, differences, kill_and_resume
from tests.training.small import draw_split, small_settings

_A_RUN = 20


def _prepared(home: Home, run_id: str) -> RunFolder:
    settings = validate(RunSettings, small_settings("small", **CHANGES), "the benchmark")
    return prepare(home, settings, run_id)


def _finished(home: Home, folder: RunFolder) -> RunFolder:
    if folder.read_status().state != "finished":
        train(home, folder)
    if folder.read_status().state != "finished":
        raise RuntimeError(folder.log.read_text())
    return folder


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    # The last bits of a sum depend on the number of threads; the killed runs use one thread.
    torch.set_num_threads(1)
    began, killed, runs, different = time.monotonic(), 0, 0, list[str]()
    with tempfile.TemporaryDirectory() as root:
        home = open_home(Path(root))
        draw_split(home, "small")
        through = _finished(home, _prepared(home, "through"))
        while killed < given.kills:
            broken = _prepared(home, f"broken-{runs}")
            killed += kill_and_resume(
                home, broken, min(_A_RUN, given.kills - killed), given.seed + runs
            )
            runs += 1
            found = differences(through, _finished(home, broken))
            different += [f"run {runs}, {what}" for what in found]
            print(f"{killed} kills in {runs} runs, {len(different)} differences", flush=True)
    print("\n".join(different))
    print(f"{killed} kills, {len(different)} differences, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
