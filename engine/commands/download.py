"""download, download trash."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.download_trash import trash_commands
from engine.commands.shared import (
    HomeOption,
    JsonOption,
    SpreadsheetOption,
    answer,
    catalogue_of,
    home_at,
    progress,
)
from engine.download.failures import write_failures
from engine.download.outcome import KINDS, Kind
from engine.download.plan import plan_download
from engine.download.preferences import download_settings, save_download_settings
from engine.download.queue import Queue
from engine.download.reconcile import bytes_on_disk
from engine.download.run import Consent, Summary, download
from engine.download.store import open_download_store
from engine.errors import BadInput
from engine.home import Home
from engine.runs.protection import protection
from engine.runs.working_set import working_sets
from engine.settings.download import DownloadSettings, Order, Variant

group = typer.Typer()
group.add_typer(trash_commands, name="trash")
WaitOption = Annotated[
    bool, typer.Option("--wait-for-room", help="Where the disk is full, wait; do not end.")
]
RemoveOption = Annotated[
    bool,
    typer.Option(
        "--remove-strays",
        help="Move fetched files that no photograph names, or that are damaged, to the trash, "
        "however many.",
    ),
]
AcceptOption = Annotated[
    bool,
    typer.Option(
        "--accept-missing",
        help="Go on although many photographs have no file; they are fetched again.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(group, name="download")


@group.callback(invoke_without_command=True)
def fetch(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(min=0, help="Fetch at most so many.")] = None,
    variant: Annotated[
        Variant | None, typer.Option(help="Size of iNaturalist's photographs; kept for the home.")
    ] = None,
    order: Annotated[
        Order | None, typer.Option(help="What comes first; kept for the home.")
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option(help="Your e-mail or web address, told to servers; kept for the home."),
    ] = None,
    allow_private_hosts: Annotated[
        bool, typer.Option("--allow-private-hosts", help="Fetch from private networks, this once.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Forecast bytes and days; fetch nothing.")
    ] = False,
    wait_for_room: WaitOption = False,
    retry: Annotated[
        str | None,
        typer.Option(help=f"First take up what failed again: {', '.join(KINDS)} or all."),
    ] = None,
    failures: Annotated[
        Path | None, typer.Option(help="Write what failed and why to this CSV file, at the end.")
    ] = None,
    remove_strays: RemoveOption = False,
    accept_missing: AcceptOption = False,
    spreadsheet_safe: SpreadsheetOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch the photographs of which only the address is known."""
    if context.invoked_subcommand is not None:
        if home is not None:
            raise BadInput("Write --home at the end: download trash list --home DIR.")
        return
    studio_home = home_at(home)
    given = {"variant": variant, "order": order, "contact": contact}
    chosen = {key: value for key, value in given.items() if value is not None}
    settings = (
        save_download_settings(studio_home, chosen) if chosen else download_settings(studio_home)
    )
    only_now = {"allow_private_hosts": allow_private_hosts, "wait_for_room": wait_for_room}
    settings = settings.model_copy(update={key: True for key, on in only_now.items() if on})
    if retry is not None:
        _retry(studio_home, retry)
    if plan:
        _print_plan(studio_home, settings, limit, as_json)
        return
    with catalogue_of(studio_home) as catalogue, progress() as report:
        try:
            protect = protection(studio_home, catalogue)
            consent = Consent(remove_strays, accept_missing)
            result = download(studio_home, catalogue, settings, limit, protect, report, consent)
        finally:
            if failures is not None:
                _write_failures(studio_home, failures, spreadsheet_safe)
    answer(dataclasses.asdict(result), summary_text(result), as_json)


def summary_text(result: Summary) -> str:
    """The summary of a session, in words."""
    lines = [
        f"successful    {result.successful:,}",
        f"failed        {result.failed:,}",
        f"rate limited  {result.rate_limited:,}",
        f"time          {result.seconds:,.1f} s",
        f"cache         {result.cache_before:,} -> {result.cache_after:,} photographs",
    ]
    lines += [f"  {kind}: {many:,}" for kind, many in result.failures.items()]
    if result.left:
        on = f" on parked hosts: {', '.join(result.parked)}" if result.parked else ""
        lines.append(f"left          {result.left:,}{on}")
        lines += [f"  {sentence}" for sentence in result.waiting]
    if result.removed:
        size = f"{result.removed_bytes / 1e6:,.1f} MB"
        lines.append(f"removed       {result.removed:,} files, {size}, now in {result.trash}")
    if result.strays:
        size = f"{result.stray_bytes / 1e6:,.1f} MB"
        lines.append(
            f"strays        {result.strays:,} files, {size}, named by no photograph or damaged; "
            "remove them with --remove-strays"
        )
    return "\n".join(lines)


def _print_plan(home: Home, settings: DownloadSettings, limit: int | None, as_json: bool) -> None:
    with catalogue_of(home) as catalogue, open_download_store(home) as downloads:
        found = plan_download(catalogue, downloads, settings, bytes_on_disk(home), limit)
    sets = working_sets(home, found.mean_bytes, found.cache_most)
    values = dataclasses.asdict(found) | {"splits": [dataclasses.asdict(item) for item in sets]}
    lines = [f"{found.images:,} addresses to fetch"]
    for item in found.variants:
        lines.append(
            f"  {item.variant:9} {item.bytes / 1e9:9,.2f} GB  {item.seconds / 86_400:7,.2f} days"
            f"  {item.fits:4.0%} fits the cache"
        )
    lines += [
        f"    {part.provider}: {part.images:,}, {part.bytes / 1e9:,.2f} GB, limited by {part.limit}"
        for part in next(v for v in found.variants if v.variant == found.variant).providers
    ]
    lines += [
        f"  split {item.split}: {item.bytes / 1e9:,.2f} GB, "
        f"{'fits' if item.fits else 'does not fit'} the cache"
        for item in sets
    ]
    answer(values, "\n".join(lines), as_json)


def _retry(home: Home, word: str) -> None:
    if word != "all" and word not in KINDS:
        raise BadInput(f"{word!r} is no class of failures; there are {', '.join(KINDS)} and all.")
    kind: Kind | None = next((known for known in KINDS if known == word), None)
    with open_download_store(home) as downloads:
        Queue(downloads).retry(kind)


def _write_failures(home: Home, file: Path, spreadsheet_safe: bool) -> None:
    with open_download_store(home) as downloads:
        write_failures(Queue(downloads), file, spreadsheet_safe)
