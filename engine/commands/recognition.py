"""import PATH, without the name of a format."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from engine.cache_folders.filling import fill_from_folders
from engine.catalogue.importers import IMPORTERS
from engine.catalogue.recognition import importer_for
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    answer_import,
    catalogue_of,
    home_at,
    progress,
)
from engine.files import typed_path
from engine.images.leftovers import sweep_leftovers
from engine.images.store import ImageStore
from engine.language.message import gettext

_RECOGNISE = "auto"


class PathGroup(TyperGroup):
    """A group of commands that passes a path, given instead of a command, to `auto`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands and _is_path(args[0]):
            args = [_RECOGNISE, *args]
        return super().resolve_command(ctx, args)


def auto(
    path: Annotated[Path, typer.Argument(metavar="PATH", help=gettext("A file or folder."))],
    source: Annotated[
        str, typer.Option(help=gettext("The name of the source in the catalogue."))
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a file or folder whose format is recognised."""
    origin = typed_path(path)
    name = importer_for(origin)
    if not as_json:
        title = gettext(IMPORTERS[name].title)
        typer.echo(gettext("Recognised: {title} ({name})", title=title, name=name), err=True)
    studio_home = home_at(home)
    sweep_leftovers(studio_home)
    with catalogue_of(studio_home) as catalogue, progress() as report:
        keep = ImageStore(studio_home).keep
        result = IMPORTERS[name].take(catalogue, origin, keep, source, report)
        result.filled = fill_from_folders(studio_home, catalogue, report)
    answer_import(result, as_json)


def _is_path(word: str) -> bool:
    """Whether a word is a path instead of a misspelt command."""
    return not word.startswith("-") and ("/" in word or Path(word).exists())
