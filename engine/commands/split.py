"""The commands split make, check, compare, pin and unpin."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.shared import (
    HomeOption,
    JsonOption,
    WhereOption,
    answer,
    answer_findings,
    catalogue_of,
    home_at,
)
from engine.download.pins import pin_split as pin_split
from engine.download.pins import pinned_splits
from engine.download.pins import unpin_split as unpin_split
from engine.download.store import DownloadStore, open_download_store
from engine.language.message import gettext, ngettext
from engine.settings.files import validate
from engine.settings.split import SplitSettings
from engine.split.folder import part_name, split_folder

if TYPE_CHECKING:
    from engine.split.plan import SplitPlan

# Making and checking splits imports a table library, which takes half a second, so these modules
# are imported inside the commands.

app = typer.Typer(
    help=gettext("Divide photographs into train, validation and test."), no_args_is_help=True
)

_FIELDS = SplitSettings.model_fields
_DEFAULTS = SplitSettings()


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="split")


def _option(field: str, *names: str) -> Any:
    return typer.Option(*names, help=gettext(_FIELDS[field].description or ""))


@app.command(help=gettext("Make a stratified split of the catalogue and check it."))
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
            help=gettext(
                "What keeps photographs in one part, separated by commas: observation, observer, "
                "bytes, url, near-duplicate; or none."
            )
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
            help=gettext("Use photographs of this source only; may be repeated. Default: all.")
        ),
    ] = None,
    where: WhereOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
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
        "where": where or [],
    }
    settings = validate(SplitSettings, values, "split")
    studio_home = home_at(home)
    with catalogue_of(studio_home) as catalogue:
        plans = make_split(studio_home, catalogue, settings)
    reports = [_report(plan) for plan in plans]
    whole = {**reports[0], "name": name}
    if settings.folds:
        whole["folds"] = reports
    answer(whole, "\n".join(_line(values) for values in reports), as_json)


@app.command(help=gettext("Show what a split was made of."))
def show(
    name: Annotated[str, typer.Argument(help=gettext("The split."))],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    folder = split_folder(home_at(home), name)

    from engine.split.about import origin_of

    values = {"name": name, **dataclasses.asdict(origin_of(folder))}
    answer(values, "\n  ".join(_summary(values)), as_json)


@app.command(help=gettext("Check the files of a split."))
def check(
    name: Annotated[str, typer.Argument(help=gettext("The split."))],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    studio_home = home_at(home)
    folder = split_folder(studio_home, name)

    from engine.embeddings.near_duplicates import near_duplicate_pairs
    from engine.split.check import check_split

    answer_findings(check_split(folder, near_duplicate_pairs(studio_home)), as_json)


@app.command("compare", help=gettext("Show the differences between two splits."))
def split_compare(
    first: Annotated[str, typer.Argument(help=gettext("The first split."))],
    second: Annotated[str, typer.Argument(help=gettext("The second split."))],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
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
    lines = [
        ngettext(
            "{n} photograph is in another part.",
            "{n} photographs are in another part.",
            found.moved,
        ),
        gettext(
            "Species only in {first}: {lost}; only in {second}: {gained}.",
            first=first,
            second=second,
            lost=len(found.lost),
            gained=len(found.gained),
        ),
        ngettext(
            "A model trained on {first} has seen {n} test photograph of {second}.",
            "A model trained on {first} has seen {n} test photographs of {second}.",
            found.trained_then_tested,
            first=first,
            second=second,
        ),
    ]
    if any(found.sources):
        pairs = zip((first, second), found.sources, strict=True)
        lines += [f"{name}: {sources_text(sources)}" for name, sources in pairs]
    answer(values, "\n".join(lines), as_json)


@app.command(help=gettext("Keep a split's photographs in the image cache, even when it is full."))
def pin(
    name: Annotated[str, typer.Argument(help=gettext("The split."))],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    studio_home = home_at(home)
    split_folder(studio_home, name)
    with open_download_store(studio_home) as downloads:
        pin_split(downloads, name)
        _answer_pins(downloads, as_json)


@app.command(help=gettext("Let the image cache remove a split's photographs again."))
def unpin(
    name: Annotated[str, typer.Argument(help=gettext("The split; it may be deleted already."))],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    with open_download_store(home_at(home)) as downloads:
        unpin_split(downloads, name)
        _answer_pins(downloads, as_json)


def _answer_pins(downloads: DownloadStore, as_json: bool) -> None:
    names = pinned_splits(downloads)
    text = (
        gettext("Pinned splits: {names}.", names=", ".join(names))
        if names
        else gettext("No split is pinned.")
    )
    answer({"pinned": names}, text, as_json)


def _report(plan: "SplitPlan") -> dict[str, Any]:
    from engine.split.make import names_of
    from engine.split.notes import absences, doubts

    without = absences(plan)
    return {
        "name": names_of(plan.settings)[plan.fold],
        "seed": plan.settings.seed,
        "sources": plan.settings.sources,
        "where": plan.settings.where,
        "tiers": plan.tiers,
        "parts": {part: dataclasses.asdict(count) for part, count in plan.counts.items()},
        # A plan that would hold out a species without training photographs was already refused.
        "val_only_species": 0,
        "straddling_groups": plan.straddling_groups,
        "left_out_species": plan.left_out_species,
        "species_without_val": sum(absence.part == "val" for absence in without),
        "species_without_test": sum(absence.part == "test" for absence in without),
        "groups_with_several_labels": len(doubts(plan)),
        "moved": len(plan.moved),
    }


def _line(values: dict[str, Any]) -> str:
    lines = _summary(values)
    if doubtful := values["groups_with_several_labels"]:
        line = ngettext(
            "{n} group with several species, all in train",
            "{n} groups with several species, all in train",
            doubtful,
        )
        lines.append(line)
    if moved := values["moved"]:
        line = ngettext(
            "{n} photograph moved since the earlier split",
            "{n} photographs moved since the earlier split",
            moved,
        )
        lines.append(line)
    return "\n  ".join(lines)


def _summary(values: Mapping[str, Any]) -> list[str]:
    """The name of a split, its parts, and what it was made of."""
    from engine.split.about import tiers_text, where_text
    from engine.split.sources import sources_text

    lines = [values["name"]]
    for part, count in values["parts"].items():
        line = gettext(
            "{part}: {photographs} of {species}",
            part=part_name(part),
            photographs=ngettext("{n} photograph", "{n} photographs", count["images"]),
            species=ngettext("{n} species", "{n} species", count["species"]),
        )
        lines.append(line)
    if values["sources"]:
        lines.append(sources_text(values["sources"]))
    more = (where_text(values["where"]), tiers_text(values["tiers"]))
    return lines + [line for line in more if line]
