"""The plan of the next download, and the button that starts it."""

import streamlit as st

from engine.download.plan import DownloadPlan, VariantForecast, plan_download
from engine.download.preferences import download_settings, save_download_settings
from engine.download.reconcile import bytes_on_disk
from engine.download.store import open_download_store
from engine.errors import BadInput
from engine.home import Home
from engine.jobs.job import start_job
from engine.language.message import gettext, ngettext
from engine.settings.download import DownloadSettings
from studio import current, text
from studio.download.choices import choices
from studio.download.forecast import providers_table, sizes_table, species_view
from studio.download.pinning import splits
from studio.download.session import JOB
from studio.split.planning import stamp
from studio.views.action import Action
from studio.views.empty import empty_state
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problems_shown


def plan_view(home: Home) -> None:
    """Choose options, show their effect, start."""
    st.subheader(gettext("Next download"), anchor=False)
    settings = download_settings(home)
    everything = _planned(home, settings, None)
    if not everything.images:
        _nothing_to_fetch()
        splits(home, everything.mean_bytes, everything.cache_most)
        return
    chosen = choices(settings, everything)
    found = _planned(home, chosen.settings, chosen.limit)
    forecast = next(item for item in found.variants if item.variant == found.variant)
    _figures(found, forecast)
    with problems_shown():
        _start(home, found, chosen.settings, chosen.limit)
    providers_table(forecast)
    sizes_table(found)
    species_view(found)
    splits(home, found.mean_bytes, found.cache_most)


def _nothing_to_fetch() -> None:
    with current.catalogue() as opened:
        counts = opened.counts()
    if not counts.images and not counts.excluded:
        empty_state(
            gettext("No photographs yet"),
            gettext(
                "Import a table, a database or iNaturalist, then download the photographs here."
            ),
            [_to_import()],
            icon=":material/cloud_download:",
            key="download.none",
        )
        return
    empty_state(
        gettext("Nothing to download"),
        gettext("Every photograph with an address is on this computer, or its download failed."),
        [
            _to_import(),
            Action(gettext("Make a split"), "../pages/split.py", ":material/call_split:"),
        ],
        icon=":material/cloud_done:",
        key="download.empty",
    )


def _to_import() -> Action:
    icon = ":material/add_photo_alternate:"
    return Action(gettext("Import photographs"), "../pages/importing.py", icon)


def _figures(found: DownloadPlan, forecast: VariantForecast) -> None:
    slowest = forecast.providers[0] if forecast.providers else None
    room = found.cache_most - found.cache_used
    metric_row(
        [
            Metric(gettext("Addresses"), text.number(found.images)),
            Metric(
                gettext("Data"),
                text.size(forecast.bytes),
                note=gettext("from past downloads") if found.measured else gettext("estimated"),
            ),
            Metric(
                gettext("Time"),
                text.duration(forecast.seconds),
                help=gettext(
                    "Estimated from the limits of each host. The host named here takes longest. "
                    "It may get faster, for hosts that answer well get more requests."
                ),
                note=slowest.provider if slowest else None,
            ),
            Metric(
                gettext("Fits the cache"),
                gettext("Yes") if forecast.fits >= 1 else text.percentage(forecast.fits, 0),
                note=gettext(
                    "{free:size} of {most:size} free", free=max(0, room), most=found.cache_most
                ),
            ),
        ]
    )
    if forecast.fits < 1:
        st.warning(
            gettext(
                "Not all of it fits the cache: new photographs replace those not used for longest. "
                "Download fewer, choose a smaller size, or raise the cache size under Disk."
            ),
            icon=":material/database:",
        )


def _start(home: Home, found: DownloadPlan, settings: DownloadSettings, limit: int | None) -> None:
    pressed = st.button(
        ngettext("Download {n} photograph", "Download {n} photographs", found.images),
        key="download.start",
        type="primary",
        icon=":material/cloud_download:",
        disabled=not found.images,
    )
    if not pressed:
        return
    if found.stranger and not settings.contact.strip():
        raise BadInput(
            "{host} requires a contact address with each request. Enter your e-mail or web "
            "address under Contact.",
            host=found.stranger,
        )
    names = ("variant", "order", "contact", "cache_gigabytes", "free_gigabytes")
    save_download_settings(home, {name: getattr(settings, name) for name in names})
    limited = [] if limit is None else [f"--limit={limit}"]
    start_job(home, JOB, ["download", "--wait-for-room", *limited])
    st.rerun()


def _planned(home: Home, settings: DownloadSettings, limit: int | None) -> DownloadPlan:
    with st.spinner(gettext("Reading the catalogue")):
        return _cached_plan(
            str(home.root), stamp(home), _downloads_stamp(home), settings, limit, home
        )


@st.cache_resource(max_entries=8, show_spinner=False)
def _cached_plan(
    root: str,
    catalogue: object,
    downloads: object,
    settings: DownloadSettings,
    limit: int | None,
    _home: Home,
) -> DownloadPlan:
    with current.catalogue() as opened, open_download_store(_home) as memory:
        return plan_download(opened, memory, settings, bytes_on_disk(_home), limit)


def _downloads_stamp(home: Home) -> tuple[int, int]:
    """A value that changes when an address is given up or retried."""
    with open_download_store(home) as downloads:
        row = downloads.row("SELECT COUNT(*), COALESCE(MAX(t), 0) FROM failure WHERE final")
    return (int(row[0]), int(row[1] * 1_000)) if row else (0, 0)
