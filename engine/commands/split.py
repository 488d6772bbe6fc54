"""split make, split check."""

import dataclasses
from typing import Annotated

import typer

from engine.commands.shared import HomeOption, JsonOption, answer, catalogue_of, home_at
from engine.errors import WorkFailed
from engine.settings.files import validate
from engine.settings.split import SplitSettings
from engine.split.check import check_split
from engine.split.folder import split_folder
from engine.split.make import make_split

app = typer.Typer(help="Deal photographs to train, val and test.", no_args_is_help=True)


@app.command()
def make(
    name: Annotated[str, typer.Option(help="What the split is called.")],
    seed: Annotated[int, typer.Option(help="Seed of the dealing.")] = 42,
    min_images: Annotated[int, typer.Option(help="Leave out species with fewer photographs.")] = 1,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a stratified split of the catalogue."""
    settings = validate(
        SplitSettings, {"name": name, "seed": seed, "min_images": min_images}, "split make"
    )
    place = home_at(home)
    with catalogue_of(place) as catalogue:
        plan = make_split(place, catalogue, settings)
    values = {
        "name": name,
        "seed": seed,
        "parts": {part: dataclasses.asdict(count) for part, count in plan.counts.items()},
        # A plan that would hold out a species it does not train on is refused before this.
        "val_only_species": 0,
        "straddling_groups": plan.straddling_groups,
        "left_out_species": plan.left_out_species,
    }
    parts = (
        f"{part} {count.images:,} photographs of {count.species:,} species"
        for part, count in plan.counts.items()
    )
    answer(values, "; ".join(parts), as_json)


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="The split.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove a split sound from its files."""
    findings = check_split(split_folder(home_at(home), name))
    ok = all(finding.ok for finding in findings)
    values = {"ok": ok, "findings": [dataclasses.asdict(finding) for finding in findings]}
    lines = [
        f"{'ok  ' if finding.ok else 'FAIL'} {finding.check}: {finding.detail}"
        for finding in findings
    ]
    answer(values, "\n".join(lines), as_json)
    if not ok:
        raise typer.Exit(WorkFailed.exit_status)
