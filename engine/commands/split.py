"""split make, split check, split compare, split pin, split unpin."""

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.shared import (
    HomeOption,
    JsonOption,
    answer,
    answer_findings,
    catalogue_of,
    home_at,
)
from engine.download.pins import pin_split as pin_split
from engine.download.pins import pinned_splits
from engine.download.pins import unpin_split as unpin_split
from engine.download.store import DownloadStore, open_download_store
from engine.settings.files import validate
from engine.settings.split import SplitSettings
from engine.split.folder import split_folder

if TYPE_CHECKING:
    from engine.split.plan import SplitPlan

# What deals and checks reads tables, which takes half a second to load: it is imported by the
# commands that do so.

app = typer.Typer(help="Deal photographs to train, val and test.", no_args_is_help=True)

_FIELDS = SplitSettings.model_fields
_DEFAULTS = SplitSettings()


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="split")


def _option(field: str, *names: str) -> Any:
    return typer.Option(*names, help=_FIELDS[field].description)


@app.command()
def make(
    name: Annotated[str, _option("name")],
    seed: Annotated[int, _option("seed")] = _DEFAULTS.seed,
    min_images: Annotated[int, _option("min_images")] = _DEFAULTS.min_images,
    max_images: Annotated[int | None, _option("max_images")] = None,
    val_percent: Annotated[float, _option("val_percent")] = _DEFAULTS.val_percent,
    test_percent: Annotated[float, _option("test_percent")] = _DEFAULTS.test_percent,
    group: Annotated[
        str,
        typer.Option(
            help="What keeps photographs in one part, comma-separated: observation, observer, "
            "bytes, url, near-duplicate; or none."
        ),
    ] = ",".join(_DEFAULTS.group),
    near_distance: Annotated[int, _option("near_distance")] = _DEFAULTS.near_distance,
    folds: Annotated[int, _option("folds")] = _DEFAULTS.folds,
    earlier: Annotated[str | None, _option("earlier")] = None,
    carry: Annotated[str, _option("carry")] = _DEFAULTS.carry,
    photographs: Annotated[str, _option("photographs")] = _DEFAULTS.photographs,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="Deal the photographs of this source only; may be repeated. Without it, of all."
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a stratified split of the catalogue, and check it."""
    from engine.split.make import make_split

    words = [word.strip() for word in group.split(",") if word.strip()]
    values = {
        "name": name,
        "seed": seed,
        "min_images": min_images,
        "max_images": max_images,
        "val_percent": val_percent,
        "test_percent": test_percent,
        "group": [] if words == ["none"] else words,
        "near_distance": near_distance,
        "folds": folds,
        "earlier": earlier,
        "carry": carry,
        "photographs": photographs,
        "sources": source or [],
    }
    settings = validate(SplitSettings, values, "split make")
    studio_home = home_at(home)
    with catalogue_of(studio_home) as catalogue:
        plans = make_split(studio_home, catalogue, settings)
    reports = [_report(plan) for plan in plans]
    whole = {**reports[0], "name": name}
    if settings.folds:
        whole["folds"] = reports
    answer(whole, "\n".join(_line(values) for values in reports), as_json)


@app.command()
def check(
    name: Annotated[str, typer.Argument(help="The split.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Prove a split sound from its files."""
    folder = split_folder(home_at(home), name)

    from engine.split.check import check_split

    answer_findings(check_split(folder), as_json)


@app.command("compare")
def split_compare(
    first: Annotated[str, typer.Argument(help="A split.")],
    second: Annotated[str, typer.Argument(help="Another.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is different between two splits."""
    studio_home = home_at(home)
    folders = [split_folder(studio_home, name) for name in (first, second)]

    from engine.split.compare import PLACES, compare_splits
    from engine.split.sources import sources_text

    found = compare_splits(*folders)
    rows = found.photographs.tolist()
    values = {
        "photographs": {
            before: dict(zip(PLACES, row, strict=True))
            for before, row in zip(PLACES, rows, strict=True)
        },
        "moved": found.moved,
        "trained_then_tested": found.trained_then_tested,
        "tested_then_trained": found.tested_then_trained,
        "same_classes": found.same_classes,
        "species_gained": found.gained,
        "species_lost": found.lost,
        "sources": dict(zip((first, second), found.sources, strict=True)),
    }
    text = (
        f"{found.moved:,} photographs are in another part; {second} trains "
        f"{len(found.gained):,} species that {first} does not, and lacks {len(found.lost):,}; "
        f"{found.trained_then_tested:,} photographs that {first} trains on are in the test part "
        f"of {second}."
    )
    if any(found.sources):
        of = [sources_text(sources) for sources in found.sources]
        text += f" {first} is of {of[0]}, {second} of {of[1]}."
    answer(values, text, as_json)


@app.command()
def pin(
    name: Annotated[str, typer.Argument(help="The split.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have the image cache keep a split's photographs, whatever it makes room for."""
    studio_home = home_at(home)
    split_folder(studio_home, name)
    with open_download_store(studio_home) as downloads:
        pin_split(downloads, name)
        _tell_pins(downloads, as_json)


@app.command()
def unpin(
    name: Annotated[str, typer.Argument(help="The split; it may be gone.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let the image cache treat a split's photographs like any others."""
    with open_download_store(home_at(home)) as downloads:
        unpin_split(downloads, name)
        _tell_pins(downloads, as_json)


def _tell_pins(downloads: DownloadStore, as_json: bool) -> None:
    names = pinned_splits(downloads)
    answer({"pinned": names}, f"Pinned: {', '.join(names) or 'none'}.", as_json)


def _report(plan: "SplitPlan") -> dict[str, Any]:
    from engine.split.make import names_of
    from engine.split.notes import absences, doubts

    without = absences(plan)
    return {
        "name": names_of(plan.settings)[plan.fold],
        "seed": plan.settings.seed,
        "sources": plan.settings.sources,
        "parts": {part: dataclasses.asdict(count) for part, count in plan.counts.items()},
        # A plan that would hold out a species it does not train on is refused before this.
        "val_only_species": 0,
        "straddling_groups": plan.straddling_groups,
        "left_out_species": plan.left_out_species,
        "species_without_val": sum(absence.part == "val" for absence in without),
        "species_without_test": sum(absence.part == "test" for absence in without),
        "groups_with_several_labels": len(doubts(plan)),
        "moved": len(plan.moved),
    }


def _line(values: dict[str, Any]) -> str:
    from engine.split.sources import sources_text

    sources = values["sources"]
    parts = "; ".join(
        f"{part} {count['images']:,} photographs of {count['species']:,} species"
        for part, count in values["parts"].items()
    )
    doubtful = values["groups_with_several_labels"]
    moved = values["moved"]
    return (
        f"{values['name']}: {parts}"
        + (f"; only of {sources_text(sources)}" if sources else "")
        + (f"; {doubtful:,} groups with several labels, all in train" if doubtful else "")
        + (f"; {moved:,} photographs moved since the earlier split" if moved else "")
    )
