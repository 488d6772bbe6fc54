"""The commands download and download trash."""

import dataclasses
from pathlib import Path
from typing import Annotated, Any

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
from engine.download.plan import DownloadPlan, plan_download
from engine.download.preferences import download_settings, save_download_settings
from engine.download.queue import Queue
from engine.download.reconcile import bytes_on_disk
from engine.download.run import Consent, Summary, download
from engine.download.store import open_download_store
from engine.errors import BadInput
from engine.home import Home
from engine.language.formats import number
from engine.language.message import gettext, ngettext
from engine.runs.protection import protection
from engine.runs.working_set import working_sets
from engine.settings.download import DownloadSettings, Order, Variant

group = typer.Typer()
group.add_typer(trash_commands, name="trash")
WaitOption = Annotated[
    bool,
    typer.Option(
        "--wait-for-room", help=gettext("Wait when the disk is full, instead of stopping.")
    ),
]
RemoveOption = Annotated[
    bool,
    typer.Option(
        "--remove-strays",
        help=gettext("Move all downloaded files without a record, and damaged ones, to the trash."),
    ),
]
AcceptOption = Annotated[
    bool,
    typer.Option(
        "--accept-missing",
        help=gettext("Continue although many photographs have no file. Download them again."),
    ),
]

VariantOption = Annotated[
    Variant | None,
    typer.Option(help=gettext("Size of iNaturalist photographs; remembered in the home.")),
]
OrderOption = Annotated[
    Order | None,
    typer.Option(help=gettext("What is downloaded first; remembered in the home.")),
]
ContactOption = Annotated[
    str | None,
    typer.Option(
        help=gettext("Your e-mail or web address, sent to hosts; remembered in the home.")
    ),
]
PrivateOption = Annotated[
    bool,
    typer.Option(
        "--allow-private-hosts", help=gettext("Download from private networks, this time only.")
    ),
]
RetryOption = Annotated[
    str | None,
    typer.Option(
        help=gettext("First retry failed addresses: {kinds} or all.", kinds=", ".join(KINDS))
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    about = gettext("Download the photographs of which only the address is known.")
    app.add_typer(group, name="download", help=about)


@group.callback(
    invoke_without_command=True,
    help=gettext("Download the photographs of which only the address is known."),
)
def fetch(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option(min=0, help=gettext("Download at most this many."))
    ] = None,
    variant: VariantOption = None,
    order: OrderOption = None,
    contact: ContactOption = None,
    allow_private_hosts: PrivateOption = False,
    plan: Annotated[
        bool, typer.Option("--plan", help=gettext("Forecast size and time; download nothing."))
    ] = False,
    wait_for_room: WaitOption = False,
    retry: RetryOption = None,
    failures: Annotated[
        Path | None,
        typer.Option(help=gettext("At the end, write failed addresses to this CSV file.")),
    ] = None,
    remove_strays: RemoveOption = False,
    accept_missing: AcceptOption = False,
    spreadsheet_safe: SpreadsheetOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Download the photographs that are not cached."""
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
    values = dataclasses.asdict(result)
    values["waiting"] = [reason.in_english() for reason in result.waiting]
    answer(values, summary_text(result), as_json)


def summary_text(result: Summary) -> str:
    """Return the summary of a session as text."""
    lines = [
        gettext("Downloaded: {n}", n=result.successful),
        gettext("Failed: {n}", n=result.failed),
        *(f"  {kind}: {number(many)}" for kind, many in result.failures.items()),
        gettext("Rate limited: {n}", n=result.rate_limited),
        gettext("Time: {time:duration}", time=result.seconds),
        gettext(
            "In the cache: {after} photographs; {before} before.",
            before=result.cache_before,
            after=result.cache_after,
        ),
    ]
    if result.left:
        lines.append(gettext("Left: {n}", n=result.left))
        lines += [f"  {reason}" for reason in result.waiting]
    if result.removed:
        lines.append(
            ngettext(
                "Removed: {n} file, {total:size}, now in {folder}",
                "Removed: {n} files, {total:size}, now in {folder}",
                result.removed,
                total=result.removed_bytes,
                folder=result.trash,
            )
        )
    if result.strays:
        lines.append(
            ngettext(
                "{n} file ({total:size}) has no record or is damaged. "
                "Remove it with --remove-strays.",
                "{n} files ({total:size}) have no record or are damaged. "
                "Remove them with --remove-strays.",
                result.strays,
                total=result.stray_bytes,
            )
        )
    return "\n".join(lines)


def _print_plan(home: Home, settings: DownloadSettings, limit: int | None, as_json: bool) -> None:
    with catalogue_of(home) as catalogue, open_download_store(home) as downloads:
        found = plan_download(catalogue, downloads, settings, bytes_on_disk(home), limit)
    sets = working_sets(home, found.mean_bytes, found.cache_most)
    values = plan_values(found) | {"splits": [dataclasses.asdict(item) for item in sets]}
    lines = [ngettext("{n} address to download", "{n} addresses to download", found.images)]
    for item in found.variants:
        lines.append(
            "  "
            + gettext(
                "{variant}: {total:size}, {time:duration}, {fits:.0%} fits the cache",
                variant=item.variant,
                total=item.bytes,
                time=item.seconds,
                fits=item.fits,
            )
        )
    lines += [
        "    "
        + gettext(
            "{provider}: {photographs}, {total:size}, limited by {limit}",
            provider=part.provider,
            photographs=part.images,
            total=part.bytes,
            limit=part.limit,
        )
        for part in next(v for v in found.variants if v.variant == found.variant).providers
    ]
    for one in sets:
        if one.fits:
            line = gettext(
                "split {split}: {total:size}, fits the cache", split=one.split, total=one.bytes
            )
        else:
            line = gettext(
                "split {split}: {total:size}, does not fit the cache",
                split=one.split,
                total=one.bytes,
            )
        lines.append(f"  {line}")
    answer(values, "\n".join(lines), as_json)


def plan_values(found: DownloadPlan) -> dict[str, Any]:
    """Return a plan as JSON values, with its limits in English."""
    values = dataclasses.asdict(found)
    for item, variant in zip(values["variants"], found.variants, strict=True):
        for part, provider in zip(item["providers"], variant.providers, strict=True):
            part["limit"] = provider.limit.in_english()
    return values


def _retry(home: Home, word: str) -> None:
    if word != "all" and word not in KINDS:
        raise BadInput(
            "{given} is no kind of failure. Choose one of {kinds} or all.",
            given=repr(word),
            kinds=", ".join(KINDS),
        )
    kind: Kind | None = next((known for known in KINDS if known == word), None)
    with open_download_store(home) as downloads:
        Queue(downloads).retry(kind)


def _write_failures(home: Home, file: Path, spreadsheet_safe: bool) -> None:
    with open_download_store(home) as downloads:
        write_failures(Queue(downloads), file, spreadsheet_safe)
