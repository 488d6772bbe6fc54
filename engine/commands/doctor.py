"""The command doctor."""

from typing import Annotated

import typer

from engine.commands.shared import HomeOption, JsonOption, answer, home_at, progress
from engine.doctor.condition import Check, State, as_values, condition_name
from engine.doctor.examine import USUAL_RATE, examine
from engine.doctor.repairs import repair, repairable
from engine.errors import WorkFailed
from engine.language.message import gettext, ngettext

_SHOWN = 10
_STATES: tuple[State, ...] = ("sound", "doubtful", "fault", "unknown")


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command(
        help=gettext(
            "Check databases, photographs, splits and runs for damage. Resumes if interrupted."
        )
    )(doctor)


def doctor(
    repair_it: Annotated[
        bool,
        typer.Option("--repair", help=gettext("List the repairs, and do them after you agree.")),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=gettext("With --repair: do not ask."))] = False,
    rate: Annotated[
        float, typer.Option(min=0, help=gettext("Read at most this many MB/s; 0 = no limit."))
    ] = USUAL_RATE,
    share: Annotated[
        bool,
        typer.Option(
            "--share", help=gettext("Read only a thirtieth of the photographs, the longest unread.")
        ),
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the home for damage; an interrupted check resumes."""
    studio_home = home_at(home)
    with progress() as report:
        health = examine(studio_home, rate, report, share)
    values = as_values(health)
    lines = [line for check in health.checks for line in _lines(check)]
    if repair_it:
        chosen = repairable(health)
        plan = [f"{check.title}: {check.repair}" for check in chosen]
        plan = plan or [gettext("None needed.")]
        typer.echo("\n".join([*lines, "", gettext("Repairs:"), *plan]), err=as_json)
        if chosen and (yes or typer.confirm(gettext("Do these repairs?"), err=as_json)):
            done = [repair(studio_home, check) for check in chosen]
            lines = [item.text for item in done]
            values["repaired"] = [{"key": item.key, "text": item.in_english()} for item in done]
        else:
            lines = [gettext("Nothing was changed.")]
    answer(values, "\n".join(lines), as_json)
    if health.state == "fault" and not repair_it:
        raise typer.Exit(WorkFailed.exit_status)


def _lines(check: Check) -> list[str]:
    width = max(len(condition_name(state)) for state in _STATES)
    indent = " " * (width + 3)
    lines = [f"{condition_name(check.state):{width}} {check.title}: {check.text}"]
    lines += [f"{indent}{item}" for item in check.items[:_SHOWN]]
    if check.count > _SHOWN and check.items:
        more = check.count - _SHOWN
        lines.append(indent + ngettext("and {n} more", "and {n} more", more))
    if check.repair:
        lines.append(indent + gettext("Repair: {repair}", repair=check.repair))
    return lines
