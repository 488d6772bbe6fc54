"""The commands crop boxes, crop compare, crop fill and crop probe."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from engine.catalogue.store import Filter
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    answer,
    catalogue_of,
    home_at,
    progress,
)
from engine.crop.filling import Source, fill
from engine.crop.presets import DEFAULT, load_preset
from engine.crop.survey import comparison, image_files, survey_photographs, write_png
from engine.files import write_json
from engine.home import Home
from engine.language.message import gettext, ngettext
from engine.settings.crop import CropPreset
from engine.settings.files import validate
from engine.settings.probe import ProbeSettings
from engine.workers import cores

app = typer.Typer(help=gettext("Crop photographs to their subject."), no_args_is_help=True)
PresetOption = Annotated[str, typer.Option(help=gettext("The name of the crop preset."))]
DirectoryArgument = Annotated[Path, typer.Argument(help=gettext("A folder of photographs."))]
PROBE = ProbeSettings()


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="crop")


def _help(field: str) -> str:
    return gettext(ProbeSettings.model_fields[field].description or "")


def _preset(home: Home, name: str) -> CropPreset:
    preset = load_preset(home, name)
    if preset.notice:
        typer.echo(preset.notice, err=True)
    return preset


@app.command(
    help=gettext(
        "Write the square of each photograph as file name: [x, y, width, height], in pixels."
    )
)
def boxes(
    directory: DirectoryArgument,
    out: Annotated[Path, typer.Option(help=gettext("The JSON file to write."))],
    preset: PresetOption = DEFAULT.name,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    chosen = _preset(home_at(home), preset)
    with progress() as report:
        results = list(survey_photographs(image_files(directory), chosen, report))
    crops = {item.file.name: item.crop for item in results if item.crop is not None}
    write_json(out, {name: crop.square.as_list() for name, crop in crops.items()})
    values = {
        "images": len(crops),
        "fallbacks": sum(crop.is_fallback for crop in crops.values()),
        "failed": len(results) - len(crops),
        "milliseconds_per_image": round(
            sum(item.milliseconds for item in results) / max(1, len(crops)), 2
        ),
    }
    problems = [f"  {item.problem}" for item in results if item.problem]
    text = ngettext(
        "{n} crop written to {file}; {centred} kept the centre.",
        "{n} crops written to {file}; {centred} kept the centre.",
        len(crops),
        file=out,
        centred=values["fallbacks"],
    )
    answer(values, "\n".join([text, *problems]), as_json)


@app.command(
    "compare",
    help=gettext("Draw the photograph with its boxes, its centre crop and its smart crop."),
)
def crop_compare(
    directory: DirectoryArgument,
    out: Annotated[Path, typer.Option(help=gettext("The PNG file to write."))],
    samples: Annotated[
        int, typer.Option(min=1, max=200, help=gettext("The number of photographs."))
    ] = 8,
    preset: PresetOption = DEFAULT.name,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    chosen = _preset(home_at(home), preset)
    files = image_files(directory)
    # Evenly spaced, so that a folder sorted by species shows all of them.
    picked = [files[i * len(files) // samples] for i in range(min(samples, len(files)))]
    write_png(comparison(picked, chosen), out)
    text = ngettext(
        "{n} photograph drawn in {file}.",
        "{n} photographs drawn in {file}.",
        len(picked),
        file=out,
    )
    answer({"images": len(picked), "file": str(out)}, text, as_json)


@app.command(
    "fill",
    help=gettext("Compute the crops of the whole catalogue before training. It can be resumed."),
)
def fill_catalogue(
    preset: PresetOption = DEFAULT.name,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1, max=256, help=gettext("The number of processes. Default: one per core.")
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    studio_home = home_at(home)
    chosen = _preset(studio_home, preset)
    with catalogue_of(studio_home) as catalogue, progress() as report:
        cached = catalogue.all(Filter(state="cached"))
        sources = [Source(item.sha256, item.path) for item in cached]
        filled = fill(studio_home, sources, chosen, processes or cores(), report)
    values = {
        "images": filled.found,
        "known": filled.known,
        "fallbacks": filled.fallbacks,
        "failed": len(filled.unreadable),
        "seconds": round(filled.seconds, 2),
    }
    text = ngettext(
        "{n} crop computed; {centred} kept the centre. {known} were known.",
        "{n} crops computed; {centred} kept the centre. {known} were known.",
        filled.found,
        centred=filled.fallbacks,
        known=filled.known,
    )
    problems = [f"  {reason}" for reason in filled.unreadable.values()]
    answer(values, "\n".join([text, *problems]), as_json)


@app.command(
    help=gettext("Measure on the catalogue's photographs whether a crop helps a classifier.")
)
def probe(
    presets: Annotated[
        list[str],
        typer.Option("--preset", help=gettext("A crop preset to measure; may be repeated.")),
    ],
    network: Annotated[str, typer.Option(help=_help("network"))] = PROBE.network,
    weights: Annotated[Path | None, typer.Option(help=_help("weights"))] = None,
    image_size: Annotated[int, typer.Option(help=_help("image_size"))] = PROBE.image_size,
    photographs: Annotated[int, typer.Option(help=_help("photographs"))] = PROBE.photographs,
    folds: Annotated[int, typer.Option(help=_help("folds"))] = PROBE.folds,
    repeats: Annotated[int, typer.Option(help=_help("repeats"))] = PROBE.repeats,
    seed: Annotated[int, typer.Option(help=_help("seed"))] = PROBE.seed,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    studio_home = home_at(home)
    chosen = [_preset(studio_home, name) for name in dict.fromkeys(presets)]
    values = {
        "network": network,
        "weights": str(weights) if weights else None,
        "image_size": image_size,
        "photographs": photographs,
        "folds": folds,
        "repeats": repeats,
        "seed": seed,
    }
    settings = validate(ProbeSettings, values, "crop")
    # Importing torch takes seconds.
    from engine.evaluation.probe import probe_crops as probe_presets

    with catalogue_of(studio_home) as catalogue, progress() as report:
        verdicts = probe_presets(studio_home, catalogue, chosen, settings, report)
    lines = [verdict.sentence for verdict in verdicts]
    answer([dataclasses.asdict(verdict) for verdict in verdicts], "\n".join(lines), as_json)
