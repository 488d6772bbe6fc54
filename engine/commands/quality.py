"""The command quality scan."""

import dataclasses
from typing import Annotated, Any

import typer

from engine.catalogue.flags import FLAG_NAMES
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    answer,
    catalogue_of,
    home_at,
    progress,
)
from engine.language.formats import number
from engine.language.message import gettext, ngettext
from engine.settings.files import validate
from engine.settings.quality import QualitySettings

app = typer.Typer(help=gettext("Look for faults in photographs and records."), no_args_is_help=True)

_FIELDS = QualitySettings.model_fields
_USUAL = QualitySettings()


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="quality")


def _option(field: str) -> Any:
    return typer.Option(help=gettext(str(_FIELDS[field].description)))


@app.callback()
def _quality() -> None:
    """Find faults in photographs and records."""


@app.command(
    help=gettext("Flag photographs that are unreadable, blurry, duplicated or mislabelled.")
)
def scan(
    near_distance: Annotated[int, _option("near_distance")] = _USUAL.near_distance,
    tiny_side: Annotated[int, _option("tiny_side")] = _USUAL.tiny_side,
    extreme_aspect: Annotated[float, _option("extreme_aspect")] = _USUAL.extreme_aspect,
    blurry_sharpness: Annotated[float, _option("blurry_sharpness")] = _USUAL.blurry_sharpness,
    dark_level: Annotated[float, _option("dark_level")] = _USUAL.dark_level,
    bright_level: Annotated[float, _option("bright_level")] = _USUAL.bright_level,
    least_information: Annotated[float, _option("least_information")] = _USUAL.least_information,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Flag unreadable, blurry, duplicate or mislabelled photographs; resumes if interrupted."""
    values = {
        "near_distance": near_distance,
        "tiny_side": tiny_side,
        "extreme_aspect": extreme_aspect,
        "blurry_sharpness": blurry_sharpness,
        "dark_level": dark_level,
        "bright_level": bright_level,
        "least_information": least_information,
    }
    settings = validate(QualitySettings, values, "quality scan")
    studio_home = home_at(home)
    # Importing the table library takes half a second.
    from engine.quality.scan import scan_quality as scan_catalogue

    with catalogue_of(studio_home) as catalogue, progress() as report:
        found = scan_catalogue(studio_home, catalogue, settings, report)
    lines = [
        gettext(
            "{photographs} checked, {files} newly measured",
            photographs=ngettext("{n} photograph", "{n} photographs", found.images),
            files=ngettext("{n} file", "{n} files", found.measured),
        )
    ]
    lines += [
        f"  {gettext(FLAG_NAMES[flag])}: {number(images)}" for flag, images in found.by_flag.items()
    ]
    result = dataclasses.asdict(found) | {"settings": settings.model_dump()}
    answer(result, "\n".join(lines), as_json)
