"""The commands train, estimate, evaluate and predict."""

import dataclasses
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.commands.runs import print_run
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    answer,
    answer_findings,
    home_at,
    progress,
)
from engine.errors import BadInput
from engine.home import Home
from engine.language.formats import percentage
from engine.language.message import Message, deferred, gettext
from engine.runs.control import launch_run, new_run_id
from engine.runs.run import read_run
from engine.settings.foreign import Configuration, Notice, load_configuration
from engine.training.report.log_file import write_run_log
from engine.training.state.run_folder import RunFolder, prepare, run_folder

log = logging.getLogger(__name__)

ConfigOption = Annotated[Path | None, typer.Option(help=gettext("The configuration, a YAML file."))]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help=gettext("Change a setting: key=value, such as training.epochs=5.")),
]
RunArgument = Annotated[str, typer.Argument(help=gettext("The run."))]
SizeOption = Annotated[
    int | None,
    typer.Option(
        min=16, max=2048, help=gettext("Input size of the network, in pixels. Default: as trained.")
    ),
]
FlipOption = Annotated[
    bool,
    typer.Option(
        "--flip", help=gettext("Average with the prediction for the mirrored photograph.")
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for name, (command, text) in _COMMANDS.items():
        app.command(name, help=gettext(text))(command)


def train_command(
    config: ConfigOption = None,
    changes: SetOption = None,
    run_id: Annotated[str, typer.Option(help=gettext("Name of the run's folder."))] = "",
    detach: Annotated[
        bool, typer.Option("--detach", help=gettext("Train in the background and return at once."))
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=gettext("Only check whether it can train here."))
    ] = False,
    folder: Annotated[
        str, typer.Option(help=gettext("Start or resume a prepared run."), hidden=True)
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train; Ctrl-C saves and stops, `runs resume` resumes."""
    studio_home = home_at(home)
    if folder:
        _train_here(studio_home, run_folder(studio_home, folder), as_json)
        return
    if config is None:
        raise BadInput("train needs a configuration, such as --config configs/demo.yaml.")
    configuration = load_configuration(config, changes or ())
    settings, notice = configuration.settings, configuration.notice
    if dry_run:
        _dry_run(studio_home, configuration, as_json)
        return
    if "TORCHELASTIC_RUN_ID" in os.environ:
        from engine.training.device.launcher import prepare_distributed

        _train_here(studio_home, prepare_distributed(studio_home, settings, run_id), as_json)
        return
    chosen = run_id or new_run_id(settings)
    if detach:
        if (studio_home.runs / chosen).is_dir():
            raise BadInput("The run {run} already exists. Choose another name.", run=chosen)
        run = launch_run(studio_home, settings, chosen)
        _log_notice(run.folder, notice)
        print_run(run, as_json, _notice_values(notice))
    else:
        folder_made = prepare(studio_home, settings, chosen)
        _log_notice(folder_made, notice)
        _train_here(studio_home, folder_made, as_json, notice)


def _dry_run(studio_home: Home, configuration: Configuration, as_json: bool) -> None:
    from engine.training.readiness import preflight

    notice = configuration.notice
    if notice is not None:
        print(notice.text(), file=sys.stderr)
    answer_findings(preflight(studio_home, configuration.settings), as_json, _notice_values(notice))


def _log_notice(folder: RunFolder, notice: Notice | None) -> None:
    """Write to the run's log, and to standard error, what was done with the configuration."""
    if notice is not None:
        with write_run_log(folder.log):
            log.info("%s", notice.text(Message.in_english))


def _notice_values(notice: Notice | None) -> dict[str, Any]:
    if notice is None:
        return {}
    replaced = [{"keys": list(each.keys), "instead": each.instead} for each in notice.replacements]
    return {"notice": notice.text(Message.in_english), "replaced": replaced}


def _train_here(
    studio_home: Home, folder: RunFolder, as_json: bool, notice: Notice | None = None
) -> None:
    # Importing torch takes seconds, so only commands that need it import it.
    from engine.training.device.launcher import is_distributed_member, launch_training

    status = launch_training(studio_home, folder)
    if is_distributed_member():
        # The leader reports the result; torchrun must not restart a process that was stopped.
        raise typer.Exit(1 if status.state == "failed" else 0)
    print_run(read_run(folder), as_json, _notice_values(notice))
    if status.exit_status:
        raise typer.Exit(status.exit_status)


def estimate(
    config: Annotated[Path, typer.Option(help=gettext("The configuration, a YAML file."))],
    changes: SetOption = None,
    classes: Annotated[int, typer.Option(min=2, help=gettext("Number of species."))] = 1000,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate the pixels, tokens, parameters, memory and time of a configuration."""
    from engine.training.memory.estimate import estimate_cost as estimate_run
    from engine.training.memory.forecast import forecast_memory

    settings = load_configuration(config, changes or ()).settings
    values: dict[str, Any] = dataclasses.asdict(estimate_run(settings, classes))
    values["here"] = dataclasses.asdict(forecast_memory(settings, classes))
    answer(values, "\n".join(f"{key}: {value}" for key, value in values.items()), as_json)


def evaluate(
    run_id: RunArgument,
    split: Annotated[str, typer.Option(help=gettext("The part: train, val or test."))] = "test",
    size: SizeOption = None,
    flip: FlipOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate a run's best checkpoint on a part of its split."""
    from engine.evaluation.evaluate import evaluate_run as evaluate_run
    from engine.evaluation.transform import EvaluationTransform

    studio_home = home_at(home)
    with progress() as report:
        values = evaluate_run(
            studio_home,
            run_folder(studio_home, run_id),
            split,
            report,
            EvaluationTransform(size, flip),
        )
    shown = ("images", "top1", "top5", "macro_top1")
    lines = [", ".join(f"{key} {values[key]:,.4g}" for key in shown)]
    lines += [f"  {Message(**photograph['message'])}" for photograph in values["unreadable"]]
    answer(values, "\n".join(lines), as_json)


def predict(
    run_id: RunArgument,
    photos: Annotated[list[Path], typer.Argument(help=gettext("Photographs to classify."))],
    size: SizeOption = None,
    flip: FlipOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Predict the five most probable species for each photograph."""
    from engine.evaluation.predict import Predictor
    from engine.evaluation.transform import EvaluationTransform

    studio_home = home_at(home)
    predictor = Predictor(
        studio_home, run_folder(studio_home, run_id), EvaluationTransform(size, flip)
    )
    results = [predictor.predict(photo) for photo in photos]
    values = [
        {
            "photo": str(photo),
            "predictions": [dataclasses.asdict(item) for item in result.predictions],
            "crop": result.crop.square.as_list(),
        }
        for photo, result in zip(photos, results, strict=True)
    ]
    lines = [
        f"{photo}: "
        + ", ".join(f"{item.species} {percentage(item.probability)}" for item in result.predictions)
        for photo, result in zip(photos, results, strict=True)
    ]
    answer(values, "\n".join(lines), as_json)


_COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "train": (
        train_command,
        deferred("Train a run. Ctrl-C saves and stops; `runs resume` resumes."),
    ),
    "estimate": (
        estimate,
        deferred("Estimate the parameters, memory and time per photograph of a configuration."),
    ),
    "evaluate": (
        evaluate,
        deferred("Evaluate the best checkpoint of a run on a part of its split."),
    ),
    "predict": (predict, deferred("Predict the five most probable species for each photograph.")),
}
