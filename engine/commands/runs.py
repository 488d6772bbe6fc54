"""Runs: list, show, stop, cancel, resume, duplicate, archive, import, delete, restore."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.commands.shared import HomeOption, JsonOption, SpreadsheetOption, answer, home_at
from engine.jobs.supervision import resume_queue
from engine.runs.archive import archive_run, import_archive
from engine.runs.control import cancel_run as cancel_run
from engine.runs.control import duplicate_run as duplicate_run
from engine.runs.control import resume_run as resume_run
from engine.runs.control import stop_run as stop_run
from engine.runs.run import Run, find_run, list_runs
from engine.runs.trash import delete_run, empty_trash, restore_run
from engine.training.report.diagnosis import read_diagnosis

app = typer.Typer(help="Training runs: see them, stop them, go on with them.", no_args_is_help=True)
AfterOption = Annotated[
    str, typer.Option(help="Wait until this has ended: run:ID or job:NAME.", metavar="NAME")
]
RunArgument = Annotated[str, typer.Argument(help="The run.")]


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="runs")


def run_values(run: Run) -> dict[str, Any]:
    """What the command line tells of a run."""
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
        "reason": run.reason,
        "diagnosis": [remark.sentence for remark in found.remarks] if found else [],
    }


def run_line(run: Run) -> str:
    """A run in one line."""
    if run.state == "damaged":
        return f"{run.run_id}: damaged - {run.reason}"
    status = run.status
    best = f", best macro top-1 {status.best['value']:.1%}" if status.best else ""
    reason = f" - {run.reason}" if run.reason else ""
    return (
        f"{run.run_id}: {run.state}, step {status.step:,} of {status.steps_total:,}{best}{reason}"
    )


def print_run(run: Run, as_json: bool) -> None:
    """Answer with one run."""
    answer(run_values(run), run_line(run), as_json)


@app.command("list")
def runs_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every run, the newest first."""
    studio_home = home_at(home)
    resume_queue(studio_home)
    runs = list_runs(studio_home)
    text = "\n".join(map(run_line, runs)) or "There are no runs yet."
    answer({"runs": [run_values(run) for run in runs]}, text, as_json)


@app.command("show")
def runs_show(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """One run as it stands."""
    print_run(find_run(home_at(home), run_id), as_json)


@app.command()
def stop(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Let a run save and end; end it by force where it does not answer."""
    run = stop_run(home_at(home), run_id, tell=lambda said: print(said, file=sys.stderr))
    print_run(run, as_json)


@app.command("cancel")
def runs_cancel(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """End a run at once without saving, or take it out of the queue."""
    print_run(cancel_run(home_at(home), run_id), as_json)


@app.command()
def resume(
    run_id: RunArgument,
    after: AfterOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go on in the background with a run that ended early."""
    print_run(resume_run(home_at(home), run_id, after), as_json)


@app.command()
def duplicate(
    run_id: RunArgument,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a setting: key=value, such as training.epochs=5."),
    ] = None,
    after: AfterOption = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Launch a new run with the configuration of another."""
    print_run(duplicate_run(home_at(home), run_id, changes or (), after), as_json)


@app.command()
def archive(
    run_id: RunArgument,
    out: Annotated[Path | None, typer.Option(help="The zip file; RUN.zip if not given.")] = None,
    spreadsheet_safe: SpreadsheetOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a run to one file: configuration, metrics, best weights, class map, credits."""
    target = out or Path(f"{run_id}.zip")
    written = archive_run(home_at(home), run_id, target, spreadsheet_safe)
    answer({"run_id": run_id, "file": str(written)}, f"{run_id} is in {written}.", as_json)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The archive of a run.", exists=True)],
    name: Annotated[str, typer.Option(help="What the run is called here.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in the archive of a run from another studio."""
    print_run(import_archive(home_at(home), file, name), as_json)


@app.command()
def delete(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Move a run and everything in its folder to the trash."""
    delete_run(home_at(home), run_id)
    said = f"{run_id} is in the trash; `runs restore {run_id}` brings it back."
    answer({"run_id": run_id, "deleted": True}, said, as_json)


@app.command("restore")
def runs_restore(run_id: RunArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Bring a run back from the trash."""
    name = restore_run(home_at(home), run_id)
    answer({"run_id": name}, f"{name} is back.", as_json)


@app.command("empty-trash")
def empty_trash_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Remove for good what was deleted."""
    removed = empty_trash(home_at(home))
    answer({"removed": removed}, f"{removed} runs are gone for good.", as_json)
