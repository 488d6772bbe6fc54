"""Why work failed, in words with a next step; and the traceback behind the words."""

import re
import signal
from dataclasses import dataclass
from pathlib import Path

from engine.jobs.log import log_tail
from engine.settings.configs import PROJECT

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in ', re.MULTILINE)
_BEGIN = "Traceback (most recent call last):"


@dataclass(frozen=True)
class Failure:
    """What happened, what to do next, and the traceback (empty where there is none)."""

    what: str
    next_step: str
    traceback: str = ""


def describe_exit(status: int) -> str:
    """How a process ended that did not say so itself."""
    if status == -signal.SIGKILL:
        return "The system killed its process, as it does when memory runs out."
    if status < 0:
        return f"Its process was ended by {_signal_name(-status)}."
    if status == 0:
        return "Its process ended without saying how it went."
    return f"Its process ended with exit status {status} before it could say why."


def explain_failure(reason: str, log: Path) -> Failure:
    """Explain the sentence that work ended with, by what its log says."""
    traceback = last_traceback(log_tail(log, 400))
    last = traceback.strip().rpartition("\n")[2]
    said = f"{reason}\n{last}"
    for words, step in _NEXT_STEPS:
        if re.search(words, said, re.IGNORECASE):
            return Failure(reason, step, traceback)
    place = own_frame(traceback)
    if place:
        return Failure(f"{reason} It happened in {place}: {last}", _RESUME_OR_REPORT, traceback)
    return Failure(reason, "The end of the log says more; Resume tries again.", traceback)


def last_traceback(log: str) -> str:
    """The last Python traceback in a text, up to and with the line that names the error."""
    begin = log.rfind(_BEGIN)
    if begin < 0:
        return ""
    lines = log[begin:].splitlines()
    for number, line in enumerate(lines[1:], 1):
        if line and not line.startswith((" ", "\t")):
            return "\n".join(lines[: number + 1])
    return "\n".join(lines)


def own_frame(traceback: str) -> str:
    """The innermost place of a traceback in the studio's own code, as `file, line n`."""
    frames = [(m["file"], m["line"]) for m in _FRAME.finditer(traceback)]
    own = [f for f in frames if f[0].startswith(str(PROJECT)) and "site-packages" not in f[0]]
    if not frames:
        return ""
    file, line = (own or frames)[-1]
    return f"{file.removeprefix(f'{PROJECT}/')}, line {line}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


_RESUME_OR_REPORT = "Look at the traceback; once its cause is gone, Resume tries again."
_NEXT_STEPS = (
    (
        r"out ?of ?memory|memory did not suffice|memory runs out|cannot allocate memory",
        "Halve training.batch_size and double training.accumulation, set "
        "training.gradient_checkpointing, or close what else uses memory; then Duplicate with "
        "these changes, or Resume.",
    ),
    (
        r"no space left|disk is full|disk quota|make room on the disk",
        "Make room on the disk that holds the home, then Resume: it goes on from its last "
        "checkpoint.",
    ),
    (
        r"read-only file system|permission denied",
        "Make the home writable for the user who runs the studio, then Resume.",
    ),
    (
        r"cannot be read|cannot be decoded|unreadable|is missing|does not exist|was changed since",
        "Put the named file right, or make the split again and start a new run.",
    ),
    (r"loss is (nan|not)|not finite|nan|inf\b", "Duplicate with a smaller training.learning_rate."),
    (
        r"SIGSEGV|SIGBUS|SIGILL|SIGABRT",
        "A library crashed; Resume tries again from the checkpoint.",
    ),
)
