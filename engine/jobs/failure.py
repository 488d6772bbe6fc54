"""Explains why work failed, with a next step and the traceback."""

import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.jobs.log import log_tail
from engine.language.message import Message, deferred, message
from engine.settings.configs import PROJECT

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in ', re.MULTILINE)
_BEGIN = "Traceback ("

FailureKind = Literal["memory", "disk_full", "read_only", "bad_file", "not_finite", "crash"]


@dataclass(frozen=True)
class Failure:
    """What happened, what to do next, and the traceback (empty if there is none)."""

    what: Message
    next_step: Message
    traceback: str = ""


def describe_exit(status: int) -> Message:
    """Describe the exit status of a process that wrote no reason."""
    if status == -signal.SIGKILL:
        return message(_KILLED)
    if status < 0:
        return message(_SIGNALLED, signal=_signal_name(-status))
    if status == 0:
        return message("The process ended without reporting a result.")
    return message(
        "The process ended with exit status {status} before it could report the cause.",
        status=str(status),
    )


def explain_failure(reason: Message, log: Path) -> Failure:
    """Explain why work ended, from the kind of its error and its log."""
    traceback = last_traceback(log_tail(log, 400))
    last = traceback.strip().rpartition("\n")[2]
    kind = _kind_of(reason, last)
    if kind is not None:
        return Failure(reason, message(_NEXT_STEPS[kind]), traceback)
    frame = own_frame(traceback)
    if frame:
        what = message(
            "{reason} Source: {file}, line {line}: {error}",
            reason=reason,
            file=frame[0],
            line=frame[1],
            error=last,
        )
        return Failure(
            what, message("Fix the cause shown in the traceback, then resume."), traceback
        )
    return Failure(
        reason, message("Check the end of the log, then resume to try again."), traceback
    )


def last_traceback(log: str) -> str:
    """Return the last Python traceback in a log, including the line with the error."""
    begin = log.rfind(_BEGIN)
    if begin < 0:
        return ""
    lines = log[begin:].splitlines()
    for number, line in enumerate(lines[1:], 1):
        if line and not line.startswith((" ", "\t")):
            return "\n".join(lines[: number + 1])
    return "\n".join(lines)


def own_frame(traceback: str) -> tuple[str, str] | None:
    """Return file and line of the innermost frame in the studio's own code."""
    frames = [(m["file"], m["line"]) for m in _FRAME.finditer(traceback)]
    own = [f for f in frames if f[0].startswith(str(PROJECT)) and "site-packages" not in f[0]]
    if not frames:
        return None
    file, line = (own or frames)[-1]
    return file.removeprefix(f"{PROJECT}/"), line


def _signal_name(number: int) -> str | Message:
    try:
        return signal.Signals(number).name
    except ValueError:
        return message("signal {number}", number=str(number))


def _kind_of(reason: Message, last: str) -> FailureKind | None:
    """Return the kind of an error, from its message or from English texts of the system and
    libraries.
    """
    if reason.text == _KILLED:
        return "memory"
    if reason.text == _SIGNALLED and reason.fields.get("signal") in _CRASHES:
        return "crash"
    said = f"{reason.in_english()}\n{last}"
    return next((kind for kind, sign in _SIGNS.items() if sign.search(said)), None)


_KILLED = deferred("The system ended the process, probably because memory ran out.")
_SIGNALLED = deferred("The process was ended by {signal}.")
_CRASHES = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGABRT"}
# English texts of errno, Python and torch, and messages of this and earlier versions.
_SIGNS: dict[FailureKind, re.Pattern[str]] = {
    "memory": re.compile(
        r"out ?of ?memory|memoryerror|memory (did not suffice|runs out|ran out)|not enough memory"
        r"|cannot allocate memory|training\.gradient_checkpointing",
        re.IGNORECASE,
    ),
    "disk_full": re.compile(
        r"no space left|disk is full|disk quota|make room on the disk", re.IGNORECASE
    ),
    "read_only": re.compile(r"read-only file system|permission denied", re.IGNORECASE),
    "bad_file": re.compile(
        r"cannot be (read|decoded)|unreadable|is missing|does not exist|was changed since",
        re.IGNORECASE,
    ),
    "not_finite": re.compile(r"loss is (nan|inf|not)|not finite", re.IGNORECASE),
    "crash": re.compile(r"SIGSEGV|SIGBUS|SIGILL|SIGABRT"),
}
_NEXT_STEPS: dict[FailureKind, str] = {
    "memory": deferred(
        "Halve training.batch_size and double training.accumulation, or set "
        "training.gradient_checkpointing. You can also close other programs. Then duplicate the "
        "run with these changes, or resume it."
    ),
    "disk_full": deferred(
        "Make room on the disk that holds the home, then resume. The run continues from its last "
        "checkpoint."
    ),
    "read_only": deferred("Make the home writable for the user who runs the studio, then resume."),
    "bad_file": deferred("Repair the file, or make the split again and start a new run."),
    "not_finite": deferred("Duplicate the run with a smaller training.learning_rate."),
    "crash": deferred("A library crashed. Resume the run from its last checkpoint."),
}
