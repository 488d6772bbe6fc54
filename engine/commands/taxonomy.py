"""The commands taxonomy add, fetch, propose and accept."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from engine.catalogue.changes import Change
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    answer,
    catalogue_of,
    home_at,
    progress,
)
from engine.download.preferences import download_settings, save_download_settings
from engine.errors import BadInput
from engine.files import typed_path
from engine.language.formats import number
from engine.language.message import gettext, ngettext
from engine.taxonomy.fetching import fetch_table
from engine.taxonomy.proposals import (
    STATE_NAMES,
    Proposal,
    accept_names,
    choose_proposals,
    corrected_text,
    propose_names,
    reasons_of,
)
from engine.taxonomy.shapes import SHAPES
from engine.taxonomy.store import TaxonomyAbout, add_table, required_taxonomy

app = typer.Typer(
    help=gettext("Compare species names with a taxonomy table, and correct them."),
    no_args_is_help=True,
)

RanksOption = Annotated[
    bool,
    typer.Option(
        "--keep-ranks",
        help=gettext("Keep subspecies, varieties and forms as species of their own."),
    ),
]


def add_to(parent: typer.Typer) -> None:
    """Add these commands to the command line."""
    parent.add_typer(app, name="taxonomy")


@app.command(help=gettext("Read a taxonomy table into the home, in place of the one before."))
def add(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=gettext("A table of WFO, WCVP, GBIF or iNaturalist, also as .zip or .gz."),
        ),
    ],
    version: Annotated[
        str, typer.Option(help=gettext("Its version. Default: the date that the file gives."))
    ] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a taxonomy table into the home, in place of the one before."""
    with progress() as report:
        about = add_table(home_at(home), typed_path(path), version, report)
    _print_about(about, as_json)


@app.command(
    name="fetch", help=gettext("Download the newest taxonomy table and read it into the home.")
)
def fetch_named_table(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help=gettext("One of {names}.", names=", ".join(SHAPES))),
    ],
    contact: Annotated[
        str | None, typer.Option(help=gettext("Your e-mail or web address, sent to the host."))
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Download the newest taxonomy table and read it into the home."""
    studio_home = home_at(home)
    settings = (
        download_settings(studio_home)
        if contact is None
        else save_download_settings(studio_home, {"contact": contact})
    )
    with progress() as report:
        about = fetch_table(studio_home, name, settings, report)
    _print_about(about, as_json)


@app.command(help=gettext("List the species whose accepted name is another one."))
def propose(
    keep_ranks: RanksOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the species whose accepted name is another one."""
    studio_home = home_at(home)
    with required_taxonomy(studio_home) as store, catalogue_of(studio_home) as catalogue:
        found = propose_names(catalogue, store, keep_ranks)
    counts = gettext(
        "{species} compared with {title} {version}: {proposals}, {unknown} unknown.",
        species=ngettext("{n} species", "{n} species", found.compared),
        title=found.about.title,
        version=found.about.version,
        proposals=ngettext("{n} proposal", "{n} proposals", len(found.proposals)),
        unknown=number(len(found.unknown)),
    )
    lines = [counts, *map(_line, found.proposals)]
    answer(dataclasses.asdict(found), "\n".join(lines), as_json)


@app.command(
    name="accept",
    help=gettext("Relabel species by their proposals; `curate undo` takes it back."),
)
def accept_proposals(
    names: Annotated[
        list[str] | None, typer.Argument(help=gettext("Species as the catalogue names them."))
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help=gettext("Accept every certain proposal."))
    ] = False,
    to: Annotated[str, typer.Option(help=gettext("Which candidate an ambiguous name means."))] = "",
    keep_ranks: RanksOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Relabel species by their proposals; `curate undo` takes it back."""
    if all_ == bool(names) or (all_ and to):
        raise BadInput("Give names of species, or --all for every certain proposal.")
    studio_home = home_at(home)
    with (
        required_taxonomy(studio_home) as store,
        catalogue_of(studio_home) as catalogue,
        progress() as report,
    ):
        found = propose_names(catalogue, store, keep_ranks)
        chosen = choose_proposals(found, names, to) if names else found.certain
        changes = accept_names(catalogue, store, chosen, report)
    _print_changes(changes, as_json)


def _print_about(about: TaxonomyAbout, as_json: bool) -> None:
    text = gettext(
        "{title} {version}: {names}, {species} accepted.",
        title=about.title,
        version=about.version,
        names=ngettext("{n} name", "{n} names", about.names),
        species=number(about.species),
    )
    answer(dataclasses.asdict(about), text, as_json)


def _print_changes(changes: list[Change], as_json: bool) -> None:
    images = sum(change.images for change in changes)
    text = corrected_text(len(changes), images)
    numbers = [change.number for change in changes]
    if numbers:
        undo = " ".join(map(str, numbers)) if len(numbers) <= 5 else f"{numbers[0]}-{numbers[-1]}"
        text += "\n" + gettext("Changes of the history: {numbers}", numbers=undo)
    answer({"changes": numbers, "images": images}, text, as_json)


def _line(one: Proposal) -> str:
    new = one.new or " / ".join(one.candidates)
    parts = [
        f"{one.old} → {new}",
        ngettext("{n} photograph", "{n} photographs", one.images),
        ", ".join(reasons_of(one)),
        gettext(STATE_NAMES[one.state]),
    ]
    return "  ".join(part for part in parts if part)
