"""The current state of hosts, budgets and latest photographs, for pages and commands."""

from collections.abc import Collection
from dataclasses import dataclass

from engine.download.gate import Gate, HostBudget, HostView
from engine.download.queue import Queue
from engine.download.store import DownloadStore
from engine.settings.download import DownloadSettings

_SHORTEST_SPAN = 60.0


@dataclass(frozen=True)
class Recent:
    """A recently downloaded photograph; `image_id` and `species` are empty if it does not belong
    to the last download."""

    sha256: str
    path: str
    host: str
    image_id: str
    species: str


@dataclass(frozen=True)
class Situation:
    """The current state. `budgets` are those of a minute and longer, by provider; `failures` are
    the addresses that failed finally, by kind."""

    hosts: tuple[HostView, ...]
    budgets: dict[str, list[HostBudget]]
    recent: tuple[Recent, ...]
    failures: dict[str, int]


def situation(
    downloads: DownloadStore,
    settings: DownloadSettings,
    hosts: Collection[str] = (),
    recent: int = 24,
) -> Situation:
    """The state of these hosts, of paused and parked hosts, and the latest photographs."""
    gate = Gate(downloads, settings)
    views = [view for view in gate.views(hosts) if view.host]
    budgets: dict[str, list[HostBudget]] = {}
    for view in views:
        if view.provider not in budgets:
            budgets[view.provider] = [
                budget for budget in gate.budgets(view.host) if budget.limit.span >= _SHORTEST_SPAN
            ]
    return Situation(
        tuple(views),
        {provider: found for provider, found in budgets.items() if found},
        _recent(downloads, recent),
        Queue(downloads).failure_counts(),
    )


def _recent(downloads: DownloadStore, many: int) -> tuple[Recent, ...]:
    rows = downloads.rows(
        "SELECT sha256, path, last.host, COALESCE(image_id, ''), COALESCE(species, '') "
        "FROM (SELECT * FROM fetched ORDER BY t DESC LIMIT ?) AS last "
        "LEFT JOIN wanted USING (url) GROUP BY sha256 ORDER BY MAX(t) DESC",
        [many],
    )
    return tuple(Recent(*row) for row in rows)
