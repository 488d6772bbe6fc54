"""The command import cache."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from engine.cache_folders.filling import cache_text, import_cache
from engine.commands.shared import HomeOption, JsonOption, answer, catalogue_of, home_at, progress
from engine.files import typed_path
from engine.images.leftovers import sweep_leftovers
from engine.images.store import Placing
from engine.language.message import gettext


def cache(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help=gettext("A folder of files named by the MD5, SHA-1 or SHA-256 of their address."),
        ),
    ],
    mode: Annotated[
        Placing,
        typer.Option(
            help=gettext(
                "copy: copy the files. link: hard links, on the same disk. leave: symbolic links; "
                "the folder must stay."
            )
        ),
    ] = "copy",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give photographs their files from a folder whose files are named by their address."""
    studio_home, folder = home_at(home), typed_path(path)
    sweep_leftovers(studio_home)
    with catalogue_of(studio_home) as catalogue, progress() as report:
        result = import_cache(studio_home, catalogue, folder, mode, report)
    lines = [cache_text(result), *(f"  {one.origin}: {one}" for one in result.refusals)]
    if result.listing:
        lines.append(gettext("Written: {file}", file=result.listing))
    values = {one.name: getattr(result, one.name) for one in dataclasses.fields(result)}
    answer(values, "\n".join(lines), as_json)
