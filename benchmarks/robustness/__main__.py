"""Robustness of the studio in numbers: every line lists attempts and failures.

    python -m benchmarks.robustness [PART ...] [--kills 5]

The parts are inputs, bombs, requests, deletions, disks, kills; the default is all of them. Each
line is `| what | tried | wrong |`. The exit status is 1 if anything went wrong.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.robustness import bombs, deletions, disks, inputs, kills, requests
from benchmarks.robustness.homes import Command, commands, draw_material, free_port, served
from benchmarks.robustness.line import Line


@contextmanager
def _harmed(root: Path) -> Iterator[list[Command]]:
    port = free_port()
    draw_material(root / "material", port)
    with served(root / "material" / "served", port):
        yield commands(root / "material", port)


def _kills(root: Path, given: argparse.Namespace) -> Iterator[Line]:
    with _harmed(root) as harmed:
        for command in harmed:
            killed, wrong = kills.kill(root / "kills" / command.name, command, given.kills)
            yield Line(f"SIGKILL: {command.name}", killed, wrong)


def _disks(root: Path, given: argparse.Namespace) -> Iterator[Line]:
    if os.geteuid():
        print("disks: not checked; only root can mount the small disk that this needs")
        return
    with _harmed(root) as harmed:
        for command in harmed:
            tried, wrong = disks.fill(root / "disks" / command.name, command)
            yield Line(f"disk full, without inodes, read-only: {command.name}", tried, wrong)


PARTS: dict[str, Callable[[Path, argparse.Namespace], Iterator[Line]]] = {
    "inputs": inputs.lines,
    "bombs": bombs.lines,
    "requests": requests.lines,
    "deletions": deletions.lines,
    "disks": _disks,
    "kills": _kills,
}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART")
    parser.add_argument("--kills", type=int, default=5, help="kills of each command")
    given = parser.parse_args()
    lines: list[Line] = []
    began = time.monotonic()
    for part in given.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            for line in PARTS[part](Path(folder), given):
                lines.append(line)
                print(f"| {line.what} | {line.tried} | {len(line.wrong)} |", flush=True)
                print("".join(f"    {what}\n" for what in line.wrong), end="", flush=True)
    wrong = sum(len(line.wrong) for line in lines)
    tried = sum(line.tried for line in lines)
    print(f"{tried} tried, {wrong} wrong, {time.monotonic() - began:.0f} s")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
