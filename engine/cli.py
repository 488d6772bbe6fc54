"""The command line: whatever a page can start, a command can start."""

import contextlib
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer

from engine.errors import BadInput, StudioError, WorkFailed
from engine.files import printable
from engine.home import keep_private
from engine.jobs.job import report_begin, report_end
from engine.locks import inherited
from engine.openmp import wait_passively
from engine.progress import JOB_VARIABLE

INTERRUPTED = 130

# What a disk answers where it refuses a read or a write, and what to do about it.
_REFUSED = {
    errno.ENOSPC: "make room on the disk and start again",
    errno.EDQUOT: "make room within your quota and start again",
    errno.EROFS: "make the disk writable or choose another home",
    errno.EACCES: "change its permissions or choose another home",
    errno.EIO: "check the disk for errors",
}

# The commands of each room of engine.commands; it is opened when one of them is called, for all
# of them together take a tenth to two fifths longer to load than most.
_COMMANDS = {
    "catalogue": ("demo", "import", "counts", "export"),
    "curate": ("curate",),
    "download": ("download",),
    "home": ("home",),
    "store": ("catalogue",),
    "images": ("shrink",),
    "crop": ("crop",),
    "quality": ("quality",),
    "split": ("split",),
    "training": ("train", "estimate", "evaluate", "predict"),
    "runs": ("runs",),
    "queue": ("queue",),
    "doctor": ("doctor",),
}


def command_line(words: Sequence[str]) -> typer.Typer:
    """The command that these words call; all commands where they call none."""
    app = typer.Typer(
        name="engine", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    # With a callback it stays a line of commands where there is one only.
    app.callback()(_engine)
    called = words[0] if words else ""
    rooms = [room for room, commands in _COMMANDS.items() if called in commands]
    for room in rooms or _COMMANDS:
        importlib.import_module(f"engine.commands.{room}").add_to(app)
    return app


def _engine() -> None:
    """Plant Studio's engine: from photographs of plants to a classifier of species."""


def main() -> None:
    """Run one command and exit: 0 done, 1 failed, 2 wrong usage or bad input, 130 interrupted."""
    keep_private()
    # Before any command loads torch.
    wait_passively()
    job = os.environ.get(JOB_VARIABLE)
    # Held by the open descriptor for as long as this process lives.
    _lock = inherited(Path(job) / "lock") if job else None
    with contextlib.suppress(StudioError):
        report_begin()
    status, reason = _run()
    report_end(status, reason)
    sys.exit(status)


def _run() -> tuple[int, str]:
    try:
        command_line(sys.argv[1:])()
    except SystemExit as leaving:
        return (leaving.code if isinstance(leaving.code, int) else 1), ""
    except StudioError as error:
        print(error, file=sys.stderr)
        return error.exit_status, str(error)
    except KeyboardInterrupt:
        return INTERRUPTED, "Interrupted."
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            sentence = f"The path {str(error.filename)[:60]}… is too long; give a shorter one."
            print(sentence, file=sys.stderr)
            return BadInput.exit_status, sentence
        if error.errno not in _REFUSED:
            return _unexpected(error)
        sentence = _disk_refusal(error)
        print(sentence, file=sys.stderr)
        return WorkFailed.exit_status, sentence
    except Exception as error:
        return _unexpected(error)
    return 0, ""


def _disk_refusal(error: OSError) -> str:
    # An error of a write to an open file names no file.
    what = printable(error.filename) if error.filename else "A file"
    return f"{what} could not be used ({error.strerror}); {_REFUSED[error.errno or 0]}."


def _unexpected(error: Exception) -> tuple[int, str]:
    traceback.print_exc()
    return 1, f"An unexpected error ended it: {type(error).__name__}: {error}"
