"""crop boxes, crop compare."""

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.shared import HomeOption, JsonOption, answer, home_at, progress
from engine.crop.presets import DEFAULT, load_preset
from engine.crop.survey import comparison, photographs_in, survey, write_png
from engine.files import write_json

app = typer.Typer(help="Crop photographs to their subject.", no_args_is_help=True)
PresetOption = Annotated[str, typer.Option(help="The crop preset, by name.")]
DirectoryArgument = Annotated[Path, typer.Argument(help="A folder of photographs.")]


@app.command()
def boxes(
    directory: DirectoryArgument,
    out: Annotated[Path, typer.Option(help="The JSON file to write.")],
    preset: PresetOption = DEFAULT.name,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write {file name: [x, y, width, height]} of the square kept, in original pixels."""
    chosen = load_preset(home_at(home), preset)
    with progress() as report:
        results = list(survey(photographs_in(directory), chosen, report))
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
    text = f"{len(crops):,} crops in {out}, {values['fallbacks']:,} of them the centre"
    answer(values, "\n".join([text, *problems]), as_json)


@app.command()
def compare(
    directory: DirectoryArgument,
    out: Annotated[Path, typer.Option(help="The PNG file to write.")],
    samples: Annotated[int, typer.Option(min=1, max=200, help="How many photographs.")] = 8,
    preset: PresetOption = DEFAULT.name,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw original with boxes, centre crop and smart crop side by side."""
    chosen = load_preset(home_at(home), preset)
    files = photographs_in(directory)
    # Evenly spread, so that a folder sorted by species shows all of them.
    picked = [files[i * len(files) // samples] for i in range(min(samples, len(files)))]
    write_png(comparison(picked, chosen), out)
    answer({"images": len(picked), "file": str(out)}, f"{len(picked)} rows in {out}", as_json)
