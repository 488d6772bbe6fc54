"""The command import inaturalist."""

import dataclasses
from typing import Annotated

import typer

from engine.cache_folders.filling import fill_from_folders
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    answer,
    answer_import,
    catalogue_of,
    home_at,
    progress,
)
from engine.download.preferences import download_settings, save_download_settings
from engine.home import Home
from engine.images.store import ImageStore
from engine.inaturalist.api import opened_api
from engine.inaturalist.importing import SOURCE, import_inaturalist
from engine.inaturalist.search import (
    LICENCES,
    OPEN_LICENCES,
    Quality,
    SearchEstimate,
    estimate_search,
    make_search,
)
from engine.language.message import gettext, ngettext
from engine.settings.download import DownloadSettings


def take(
    taxon: Annotated[
        str, typer.Option(help=gettext("A scientific name, a common name or a taxon number."))
    ],
    place: Annotated[
        str, typer.Option(help=gettext("A name or number of a place. Default: everywhere."))
    ] = "",
    quality: Annotated[
        Quality, typer.Option(help=gettext("The quality grade of the observations."))
    ] = "research",
    license: Annotated[
        str,
        typer.Option(
            help=gettext(
                "Licences of the photographs, separated by commas: {licences}. Default: all of "
                "Creative Commons.",
                licences=", ".join(LICENCES),
            )
        ),
    ] = ",".join(OPEN_LICENCES),
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=gettext("The most photographs to import. Default: all.")),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help=gettext("Only show how many there are; import nothing."))
    ] = False,
    contact: Annotated[
        str | None,
        typer.Option(
            help=gettext("Your e-mail or web address. It is saved and sent with each request.")
        ),
    ] = None,
    source: Annotated[
        str, typer.Option(help=gettext("The name of the source in the catalogue."))
    ] = SOURCE,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import the addresses of iNaturalist's photographs, by taxon, place, quality and licence."""
    place_of_work = home_at(home)
    settings = _settings(place_of_work, contact)
    with progress() as report:
        with opened_api(place_of_work, settings, waiting=lambda note: report(0, 0, note)) as api:
            search = make_search(api, taxon, place, quality, license.split(","))
            if plan:
                _print_plan(estimate_search(api, search), limit, as_json)
                return
        with catalogue_of(place_of_work) as catalogue:
            keep = ImageStore(place_of_work).keep
            result = import_inaturalist(
                place_of_work, catalogue, settings, search, keep, limit, source, report
            )
            result.filled = fill_from_folders(place_of_work, catalogue, report)
    answer_import(result, as_json)


def _print_plan(found: SearchEstimate, limit: int | None, as_json: bool) -> None:
    requests = found.requests(limit)
    seconds = requests * found.pace
    text = gettext(
        "{taxon}, {place}: {observations} and {species}. Importing them takes {requests}, at "
        "least {seconds:duration}.",
        taxon=found.taxon,
        place=found.place or gettext("everywhere"),
        observations=ngettext("{n} observation", "{n} observations", found.observations),
        species=ngettext("{n} species", "{n} species", found.species),
        requests=ngettext("{n} request", "{n} requests", requests),
        seconds=seconds,
    )
    values = {**dataclasses.asdict(found), "requests": requests, "seconds": seconds}
    answer(values, text, as_json)


def _settings(home: Home, contact: str | None) -> DownloadSettings:
    return (
        download_settings(home)
        if contact is None
        else save_download_settings(home, {"contact": contact})
    )
