"""The training speed of the demo network on a CPU, idle and beside busy processes.

    python -m benchmarks.threads [--rounds 4] [--seconds 2] [--busy 0 1 2] [--minutes 2.3]

One thread, and several threads that wait in three ways, are compared with the studio's choice by
its trial. While they wait for each other, threads spin (torch's default), sleep, or spin shortly
before they sleep (the studio's setting). All take short turns one after the other, so that other
load on the machine affects all alike: medians and their ratios count. A turn consists of optimiser
steps over images in memory; reading photographs is not measured. The busy processes are Python
loops that this program starts and ends.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from engine.openmp import SPIN_COUNT, WAIT_POLICY, wait_passively
from engine.settings.configs import PROJECT, run_configs
from engine.training.thread_choice import candidates, choose_threads, count_of, most_threads

_CLASSES = 14
_AIM = 0.6
_CHOICE = "the studio's choice"
_SET_BY_USERS = (WAIT_POLICY, SPIN_COUNT, "OMP_NUM_THREADS", "MKL_NUM_THREADS")
Waiting = Literal["spinning", "sleeping", "as the studio"]
WAITINGS: tuple[Waiting, ...] = get_args(Waiting)
# Ends by itself if the benchmark is killed.
_BUSY = "import os, time\nend = time.time() + {seconds}\nparent = os.getppid()\n"
_BUSY += "while time.time() < end and os.getppid() == parent:\n    sum(range(20_000))\n"


@dataclass(frozen=True)
class Way:
    """A number of threads (0 = the studio's choice), and how they wait for each other."""

    name: str
    threads: int
    waiting: Waiting


@dataclass
class Results:
    """Images per second of each turn, and the chosen numbers of threads."""

    speeds: dict[str, list[float]] = field(default_factory=dict)
    chosen: list[int] = field(default_factory=list)


class Trainer:
    """A process that trains on demand and sleeps in between."""

    def __init__(self, waiting: Waiting) -> None:
        kept = {key: value for key, value in os.environ.items() if key not in _SET_BY_USERS}
        if waiting == "sleeping":
            kept[WAIT_POLICY] = "PASSIVE"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.threads", "--serve", waiting],
            cwd=PROJECT,
            env={**kept, "CUDA_VISIBLE_DEVICES": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, threads: int, seconds: float) -> dict[str, Any]:
        """The speed of a turn and the number of threads it used; 0 = let it choose."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("The trainer has no pipes.")
        self._process.stdin.write(json.dumps({"threads": threads, "seconds": seconds}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("The trainer ended; what it said stands above.")
        told: dict[str, Any] = json.loads(answer)
        return told

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


@contextmanager
def busy(processes: int, seconds: float) -> Iterator[None]:
    """This many processes that each keep a core busy, for at most `seconds`."""
    command = [sys.executable, "-c", _BUSY.format(seconds=seconds)]
    loops = [subprocess.Popen(command) for _ in range(processes)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def ways() -> list[Way]:
    """The variants measured on this machine."""
    several = [number for number in dict.fromkeys((2, most_threads())) if number > 1]
    found = [Way("1 thread", 1, "as the studio")]
    for number in several:
        found += [Way(f"{count_of(number)}, {waiting}", number, waiting) for waiting in WAITINGS]
    return [*found, Way(_CHOICE, 0, "as the studio")]


def measure(
    trainers: dict[Waiting, Trainer], rounds: int, seconds: float, deadline: float
) -> Results:
    """Let all variants take turns, until `deadline` of the monotonic clock at the latest."""
    results = Results()
    for number in range(rounds):
        if number and time.monotonic() > deadline:
            break
        # The variant after a turn of spinning threads must not always be the same.
        order = ways() if number % 2 == 0 else ways()[::-1]
        for way in order:
            told = trainers[way.waiting].ask(way.threads, seconds)
            results.speeds.setdefault(way.name, []).append(told["speed"])
            if way.name == _CHOICE:
                results.chosen.append(told["threads"])
    return results


def table(found: dict[int, Results]) -> tuple[list[str], float]:
    """Medians and shares of the best in Markdown, and the lowest share of the studio's choice."""
    names = [way.name for way in ways()]
    lines = [
        "| busy processes | " + " | ".join(names) + " | chosen |",
        "|" + "---|" * (len(names) + 2),
    ]
    lowest = 1.0
    for load, results in found.items():
        medians = {name: statistics.median(results.speeds[name]) for name in names}
        best = max(medians.values())
        cells = [f"{medians[name]:.1f} ({medians[name] / best:.0%})" for name in names]
        chosen = ", ".join(map(str, results.chosen))
        lines.append(f"| {load} | " + " | ".join(cells) + f" | {chosen} |")
        lowest = min(lowest, medians[_CHOICE] / best)
    return lines, lowest


def serve() -> None:
    """Run as a trainer: a line of JSON requests a turn, a line answers."""
    import torch

    from engine.training.data.dataset import Batch
    from engine.training.device.device import Device
    from engine.training.model.network import build_model
    from engine.training.optim.schedule import Schedule
    from engine.training.optim.step import Learner
    from engine.training.report.metrics import MetricAccumulator
    from engine.training.threads import Trial

    settings = run_configs()["demo"]
    size, batch_size = settings.data.image_size, settings.training.batch_size
    device = Device(torch.device("cpu"), None)
    torch.manual_seed(0)
    model = build_model(settings.model, _CLASSES, size)
    schedule = Schedule(peak=1e-4, floor=0, warmup=0, total=1_000_000)
    learner = Learner(model, settings.training, device, schedule)
    images = torch.randint(0, 256, (batch_size, 3, size, size), dtype=torch.uint8)
    batch = Batch(images, torch.arange(batch_size) % _CLASSES, torch.arange(batch_size))
    count_by = MetricAccumulator(_CLASSES, device.torch_device)
    trial = Trial(model, settings.training, device, images)
    for line in sys.stdin:
        asked = json.loads(line)
        threads = asked["threads"] or choose_threads(trial(candidates(most_threads())))
        torch.set_num_threads(threads)
        steps, began = 0, time.perf_counter()
        while (taken := time.perf_counter() - began) < asked["seconds"]:
            learner.step([batch], batch_size, steps, count_by)
            steps += 1
        print(json.dumps({"speed": steps * batch_size / taken, "threads": threads}), flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rounds", type=int, default=4, help="Turns of each way beside each load.")
    parser.add_argument("--seconds", type=float, default=2.0, help="How long a turn is.")
    parser.add_argument("--busy", type=int, nargs="+", default=[0, 1, 2], help="Busy processes.")
    parser.add_argument("--minutes", type=float, default=2.3, help="No round begins after so many.")
    parser.add_argument("--serve", choices=WAITINGS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        if given.serve == "as the studio":
            wait_passively()
        serve()
        return
    began, whole = time.monotonic(), 60 * given.minutes
    found: dict[int, Results] = {}
    with ExitStack() as stack:
        trainers = {waiting: Trainer(waiting) for waiting in WAITINGS}
        for trainer in trainers.values():
            stack.callback(trainer.close)
            # The first turn is a warm-up for the others.
            trainer.ask(1, 1.0)
        for number, load in enumerate(given.busy, 1):
            deadline = began + whole * number / len(given.busy)
            with busy(load, seconds=whole + 60):
                found[load] = measure(trainers, given.rounds, given.seconds, deadline)
            print(f"{load} busy: {found[load].speeds}", file=sys.stderr, flush=True)
    lines, lowest = table(found)
    print("\n".join(lines))
    verdict = "reached" if lowest >= _AIM else "missed"
    print(f"Lowest share of the best number of threads: {lowest:.0%}; aim {_AIM:.0%}, {verdict}.")
    print(f"Load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.")


if __name__ == "__main__":
    main()
