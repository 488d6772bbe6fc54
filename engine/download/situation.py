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
    """A photograph that was fetched lately; `image_id` and `species` are empty where the download
    that fetched it is no longer the last."""

    sha256: str
    path: str
    host: str
    image_id: str
    species: str


@dataclass(frozen=True)
class Situation:
    """`budgets` are those of a minute and longer, by provider; `failures` the addresses that were
    given up, by class."""

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
    """Of these hosts and of those that are paused or parked, and of the last photographs."""
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
