"""The command line: whatever a page can start, a command can start."""

import contextlib
import os
import sys
import traceback
from pathlib import Path

import typer

from engine.commands import (
    catalogue,
    crop,
    curate,
    download,
    images,
    inaturalist,
    quality,
    queue,
    runs,
    split,
    training,
)
from engine.errors import StudioError
from engine.locks import inherited
from engine.progress import JOB_VARIABLE
from engine.runs.jobs import tell_begin, tell_end

INTERRUPTED = 130

app = typer.Typer(
    name="engine",
    help="Plant Studio's engine: from photographs of plants to a classifier of species.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
catalogue.add_to(app)
inaturalist.add_to(catalogue.importing)
app.add_typer(curate.app, name="curate")
download.add_to(app)
images.add_to(app)
app.add_typer(crop.app, name="crop")
app.add_typer(quality.app, name="quality")
app.add_typer(split.app, name="split")
training.add_to(app)
app.add_typer(runs.app, name="runs")
app.add_typer(queue.app, name="queue")


def main() -> None:
    """Run one command and exit: 0 done, 1 failed, 2 wrong usage or bad input, 130 interrupted."""
    job = os.environ.get(JOB_VARIABLE)
    # Held by the open descriptor for as long as this process lives.
    _lock = inherited(Path(job) / "lock") if job else None
    with contextlib.suppress(StudioError):
        tell_begin()
    status, reason = _run()
    tell_end(status, reason)
    sys.exit(status)


def _run() -> tuple[int, str]:
    try:
        app()
    except SystemExit as leaving:
        return (leaving.code if isinstance(leaving.code, int) else 1), ""
    except StudioError as error:
        print(error, file=sys.stderr)
        return error.exit_status, str(error)
    except KeyboardInterrupt:
        return INTERRUPTED, "Interrupted."
    except Exception as error:
        traceback.print_exc()
        return 1, f"An unexpected error ended it: {type(error).__name__}: {error}"
    return 0, ""
