"""doctor."""

from typing import Annotated

import typer

from engine.commands.shared import HomeOption, JsonOption, answer, home_at, progress
from engine.doctor.condition import Check, as_values
from engine.doctor.examine import USUAL_RATE, examine
from engine.doctor.repairs import repair, repairable
from engine.errors import WorkFailed

_SHOWN = 10
_WORDS = {
    "sound": "sound    ",
    "doubtful": "DOUBTFUL ",
    "fault": "FAULT    ",
    "unknown": "not known",
}


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(doctor)


def doctor(
    repair_it: Annotated[
        bool, typer.Option("--repair", help="List the repairs, ask, and do them.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --repair: do not ask.")] = False,
    rate: Annotated[
        float, typer.Option(min=0, help="Read files at so many MB/s; 0 = no limit.")
    ] = USUAL_RATE,
    share: Annotated[
        bool, typer.Option("--share", help="Of the photographs read a thirtieth only.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for damage in databases, photographs, splits and runs; goes on where it was ended."""
    studio_home = home_at(home)
    with progress() as report:
        health = examine(studio_home, rate, report, share)
    values = as_values(health)
    lines = [line for check in health.checks for line in _lines(check)]
    if repair_it:
        chosen = repairable(health)
        plan = [f"{check.title}: {check.repair}" for check in chosen]
        typer.echo("\n".join([*lines, "", "Repairs:", *(plan or ["None is needed."])]), err=as_json)
        if chosen and (yes or typer.confirm("Do these repairs?", err=as_json)):
            done = [repair(studio_home, check) for check in chosen]
            lines = [item.text for item in done]
            values["repaired"] = [{"key": item.key, "text": item.text} for item in done]
        else:
            lines = ["Nothing was changed."]
    answer(values, "\n".join(lines), as_json)
    if health.state == "fault" and not repair_it:
        raise typer.Exit(WorkFailed.exit_status)


def _lines(check: Check) -> list[str]:
    lines = [f"{_WORDS[check.state]} {check.title}: {check.text}"]
    lines += [f"            {item}" for item in check.items[:_SHOWN]]
    if check.count > _SHOWN and check.items:
        lines.append(f"            and {check.count - _SHOWN:,} more")
    if check.repair:
        lines.append(f"            Repair: {check.repair}")
    return lines
