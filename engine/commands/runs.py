"""The commands for runs, such as list, stop, resume, archive and delete."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.commands.shared import HomeOption, JsonOption, SpreadsheetOption, answer, home_at
from engine.jobs.supervision import resume_queue
from engine.language.message import deferred, gettext, ngettext
from engine.runs.archive import archive_run, import_archive
from engine.runs.control import cancel_run as cancel_run
from engine.runs.control import duplicate_run as duplicate_run
from engine.runs.control import resume_run as resume_run
from engine.runs.control import stop_run as stop_run
from engine.runs.run import Run, find_run, list_runs
from engine.runs.trash import delete_run, empty_trash, restore_run
from engine.training.report.diagnosis import read_diagnosis
from engine.training.state.status import State

app = typer.Typer(
    help=gettext("Training runs: list, show, stop, resume, archive or delete them."),
    no_args_is_help=True,
)
_STATES: dict[State, str] = {
    "queued": deferred("queued"),
    "starting": deferred("starting"),
    "running": deferred("running"),
    "stopping": deferred("stopping"),
    "stopped": deferred("stopped"),
    "finished": deferred("finished"),
    "failed": deferred("failed"),
    "lost": deferred("lost"),
    "damaged": deferred("damaged"),
}
AfterOption = Annotated[
    str,
    typer.Option(help=gettext("Wait until this has ended: run:ID or job:NAME."), metavar="NAME"),
]
RunArgument = Annotated[str, typer.Argument(help=gettext("The id of the run."))]


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="runs")


def run_values(run: Run) -> dict[str, Any]:
    """Return a run as JSON values."""
    status, found = run.status, read_diagnosis(run.folder.diagnosis)
    last = {key: status.last.get(key) for key in ("loss", "top1", "top5", "macro_top1")}
    return {
        "run_id": run.run_id,
        "state": run.state,
        "attempt": status.attempt,
        "step": status.step,
        "steps_total": status.steps_total,
        "epoch": status.epoch,
        "best": status.best,
        "last": last,
        "reason": run.why.in_english() if run.why else "",
        "diagnosis": [remark.sentence for remark in found.remarks] if found else [],
    }


def run_line(run: Run) -> str:
    """Return a run as one line of text."""
    state, status = gettext(_STATES[run.state]), run.status
    if run.state == "damaged":
        line = gettext("{run}: {state}", run=run.run_id, state=state)
    elif status.best:
        line = gettext(
            "{run}: {state}, step {step} of {steps}, best macro top-1 {share:.1%}",
            run=run.run_id,
            state=state,
            step=status.step,
            steps=status.steps_total,
            share=status.best["value"],
        )
    else:
        line = gettext(
            "{run}: {state}, step {step} of {steps}",
            run=run.run_id,
            state=state,
            step=status.step,
            steps=status.steps_total,
        )
    more = run.reason or run.preparing
    return gettext("{line} - {reason}", line=line, reason=more) if more else line


def print_run(run: Run, as_json: bool, more: Mapping[str, Any] | None = None) -> None:
    """Print one run; `more` are further values of its JSON."""
    answer(run_values(run) | dict(more or {}), run_line(run), as_json)


@app.command("list", help=gettext("List every run, the newest first."))
def runs_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every run, newest first."""
    studio_home = home_at(home)
    resume_queue(studio_home)
    runs = list_runs(studio_home)
    text = "\n".join(map(run_line, runs)) or gettext("There are no runs yet.")
    answer({"runs": [run_values(run) for run in runs]}, text, as_json)


@app.command("show", help=gettext("Show one run."))
def runs_show(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the state of one run."""
    print_run(find_run(home_at(home), run_id), as_json)


@app.command(help=gettext("Save and stop a run. It is ended by force if it does not respond."))
def stop(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Save and stop a run; it is ended by force if it does not respond."""
    run = stop_run(home_at(home), run_id, tell=lambda stage: print(stage, file=sys.stderr))
    print_run(run, as_json)


@app.command(
    "cancel", help=gettext("End a run at once without saving, or remove it from the queue.")
)
def runs_cancel(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """End a run at once without saving, or remove it from the queue."""
    print_run(cancel_run(home_at(home), run_id), as_json)


@app.command(help=gettext("Resume a run that ended early, in the background."))
def resume(
    run_id: RunArgument,
    after: AfterOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Resume a run that ended early, in the background."""
    print_run(resume_run(home_at(home), run_id, after), as_json)


@app.command(help=gettext("Launch a new run with the configuration of another."))
def duplicate(
    run_id: RunArgument,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help=gettext("Change a setting: key=value, such as training.epochs=5.")
        ),
    ] = None,
    after: AfterOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Launch a new run with the configuration of another."""
    print_run(duplicate_run(home_at(home), run_id, changes or (), after), as_json)


@app.command(
    help=gettext(
        "Save a run to one file: configuration, metrics, best weights, class map and credits."
    )
)
def archive(
    run_id: RunArgument,
    out: Annotated[
        Path | None, typer.Option(help=gettext("The zip file (default: RUN.zip)."))
    ] = None,
    spreadsheet_safe: SpreadsheetOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a run to one file: configuration, metrics, best weights, class map, credits."""
    target = out or Path(f"{run_id}.zip")
    written = archive_run(home_at(home), run_id, target, spreadsheet_safe)
    answer(
        {"run_id": run_id, "file": str(written)},
        gettext("Saved {run} as {file}.", run=run_id, file=written),
        as_json,
    )


@app.command("import", help=gettext("Import the archive of a run from another studio."))
def import_(
    file: Annotated[Path, typer.Argument(help=gettext("The archive of a run."), exists=True)],
    name: Annotated[str, typer.Option(help=gettext("A new name for the run."))] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import the archive of a run from another studio."""
    print_run(import_archive(home_at(home), file, name), as_json)


@app.command(help=gettext("Move a run and its folder to the trash."))
def delete(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Move a run and its folder to the trash."""
    delete_run(home_at(home), run_id)
    text = gettext(
        "{run} is in the trash. To restore it, use the command: runs restore {run}", run=run_id
    )
    answer({"run_id": run_id, "deleted": True}, text, as_json)


@app.command("restore", help=gettext("Restore a run from the trash."))
def runs_restore(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Restore a run from the trash."""
    name = restore_run(home_at(home), run_id)
    answer({"run_id": name}, gettext("Restored as {run}.", run=name), as_json)


@app.command("empty-trash", help=gettext("Delete the runs in the trash permanently."))
def empty_trash_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Permanently delete the runs in the trash."""
    removed = empty_trash(home_at(home))
    text = ngettext("Deleted {n} run permanently.", "Deleted {n} runs permanently.", removed)
    answer({"removed": removed}, text, as_json)
