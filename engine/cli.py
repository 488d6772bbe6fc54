"""The command line: whatever a page can start, a command can start."""

import contextlib
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import BadInput, StudioError, WorkFailed
from engine.files import printable
from engine.home import keep_private
from engine.jobs.job import report_begin, report_end
from engine.language.current import (
    ENGLISH,
    ask_for_language,
    best_language,
    language_of_environment,
)
from engine.language.message import Message, deferred, gettext, message
from engine.locks import inherited
from engine.openmp import wait_passively
from engine.progress import JOB_VARIABLE
from engine.reasons import reason_of

INTERRUPTED = 130

# What a disk answers where it refuses a read or a write.
_REFUSED = {
    errno.ENOSPC: deferred(
        "Could not use {file} ({reason}). Make room on the disk and start again."
    ),
    errno.EDQUOT: deferred(
        "Could not use {file} ({reason}). Make room within your quota and start again."
    ),
    errno.EROFS: deferred(
        "Could not use {file} ({reason}). Make the disk writable or choose another home."
    ),
    errno.EACCES: deferred(
        "Could not use {file} ({reason}). Change its permissions or choose another home."
    ),
    errno.EIO: deferred("Could not use {file} ({reason}). Check the disk for errors."),
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

    def engine(
        lang: Annotated[
            str, typer.Option(help=gettext("The language of what is printed, such as es."))
        ] = "",
    ) -> None:
        """With a callback it stays a line of commands where there is one only."""

    app.callback(help=gettext("Plant Studio: from photographs of plants to a classifier."))(engine)
    called = words[0] if words else ""
    rooms = [room for room, commands in _COMMANDS.items() if called in commands]
    for room in rooms or _COMMANDS:
        importlib.import_module(f"engine.commands.{room}").add_to(app)
    return app


def main() -> None:
    """Run one command and exit: 0 done, 1 failed, 2 wrong usage or bad input, 130 interrupted."""
    keep_private()
    # Before any command loads torch.
    wait_passively()
    job = os.environ.get(JOB_VARIABLE)
    words, language = language_of(sys.argv[1:])
    # A job's log is in English; its outcome is stored in parts, and translated where it is read.
    ask_for_language(lambda: ENGLISH if job else language)
    # Held by the open descriptor for as long as this process lives.
    _lock = inherited(Path(job) / "lock") if job else None
    with contextlib.suppress(StudioError):
        report_begin()
    status, reason = _run(words)
    report_end(status, reason)
    sys.exit(status)


def language_of(words: Sequence[str]) -> tuple[list[str], str]:
    """The words of a command line without --lang before the command, and the language.

    Without --lang it is that of the environment. The language is known before the commands are
    loaded, for their help is put into words as they are.
    """
    rest = list(words)
    if rest and rest[0].startswith("--lang="):
        return rest[1:], best_language([rest[0].partition("=")[2]])
    if len(rest) > 1 and rest[0] == "--lang":
        return rest[2:], best_language([rest[1]])
    return rest, language_of_environment()


def _run(words: Sequence[str]) -> tuple[int, Message]:
    try:
        command_line(words)(words)
    except SystemExit as leaving:
        return (leaving.code if isinstance(leaving.code, int) else 1), Message("")
    except KeyboardInterrupt:
        return INTERRUPTED, message("Interrupted.")
    except Exception as error:
        refused = error if isinstance(error, StudioError) else _disk_refusal(error)
        if refused is None:
            traceback.print_exc()
            name = type(error).__name__
            return 1, message("Unexpected error: {name}: {error}", name=name, error=str(error))
        print(refused, file=sys.stderr)
        return refused.exit_status, refused.message
    return 0, Message("")


def _disk_refusal(error: Exception) -> StudioError | None:
    """What a disk's refusal means to the user; None where the error is another."""
    if not isinstance(error, OSError):
        return None
    # An error of a write to an open file names no file.
    file = printable(error.filename or "")
    if error.errno == errno.ENAMETOOLONG:
        return BadInput("The path {path}… is too long. Give a shorter one.", path=file[:60])
    if error.errno not in _REFUSED:
        return None
    what = _REFUSED[error.errno]
    return WorkFailed(what, file=file or message("a file"), reason=reason_of(error))
