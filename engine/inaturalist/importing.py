"""Importing the photographs' addresses of iNaturalist's observations, page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from engine.catalogue.checking import source_of
from engine.catalogue.importing import Candidate, ImportReport, Keep, Refusal, refused, take_in
from engine.catalogue.position import Position
from engine.catalogue.store import Catalogue
from engine.errors import WorkFailed
from engine.home import Home
from engine.inaturalist.api import Api, opened_api
from engine.inaturalist.observations import Families, observation_photographs
from engine.inaturalist.search import PER_PAGE, Search
from engine.language.message import Message, message
from engine.progress import Report, silent
from engine.settings.download import DownloadSettings

SOURCE = "iNaturalist"
# A page takes a second to load, so each page is committed before the next request.
_ROWS_AT_ONCE = 50


@dataclass(frozen=True)
class _Mark:
    """The position in the observations: the last one's number, and how many observations and
    photographs were read."""

    number: int = 0
    observations: int = 0
    photographs: int = 0


def import_inaturalist(
    home: Home,
    catalogue: Catalogue,
    settings: DownloadSettings,
    search: Search,
    keep: Keep,
    limit: int | None = None,
    source: str = SOURCE,
    report: Report = silent,
) -> ImportReport:
    """Import at most `limit` photographs of a search, oldest observations first.

    Resumes an interrupted import. Imports addresses only; a download fetches the photographs.
    Repeating an import changes nothing.

    Raises:
        BadInput: the settings name no contact address.
        WorkFailed: the API does not answer; a new start resumes after the imported photographs.
    """
    position = Position(home, _identity(search), _written, _read)
    reporting = _ProgressReporter(position, report, limit)
    with opened_api(home, settings, waiting=reporting.waiting) as api:
        pages = _Pages(api, search, position.after or _Mark())
        candidates = _candidates(
            pages, search, position, limit, source_of(source, SOURCE), reporting
        )
        result = take_in(catalogue, candidates, keep, 0, reporting.noted, _ROWS_AT_ONCE)
    position.clear()
    return result


class _Pages:
    """All observations of a search after the start, ordered by id.

    The API's page numbers end at 10,000 observations; `id_above` has no such limit.
    """

    def __init__(self, api: Api, search: Search, start: _Mark) -> None:
        self._api, self._search, self.start = api, search, start
        self.total = 0

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        last, seen = self.start.number, self.start.observations
        while True:
            answer = self._api.ask(
                "observations",
                **self._search.parameters,
                order_by="id",
                order="asc",
                per_page=PER_PAGE,
                id_above=last,
            )
            found = answer["results"]
            self.total = seen + answer["total_results"]
            yield from (one for one in found if isinstance(one, Mapping))
            numbers = [one["id"] for one in found if _is_numbered(one)]
            if not found or len(found) >= answer["total_results"]:
                return
            if not numbers or max(numbers) <= last:
                raise WorkFailed(
                    "{host} sent the same observations again. Start again later.",
                    host=self._api.host,
                )
            last, seen = max(numbers), seen + len(found)


def _candidates(
    pages: _Pages,
    search: Search,
    position: Position,
    limit: int | None,
    source: str,
    reporting: "_ProgressReporter",
) -> Iterator[Candidate | Refusal]:
    families, mark, handed_on = Families(), pages.start, 0
    for observation in pages:
        reporting.total = pages.total
        photographs = mark.photographs
        if not _is_numbered(observation):
            handed_on += 1
            yield refused("–", message("It has no number."))
            continue
        for item in observation_photographs(observation, search.licences, families, source):
            if limit is not None and photographs >= limit:
                return
            photographs += isinstance(item, Candidate)
            handed_on += 1
            yield item
        mark = _Mark(observation["id"], mark.observations + 1, photographs)
        position.passed(mark, handed_on)
        if limit is not None and photographs >= limit:
            return


class _ProgressReporter:
    """Reports the progress of the import.

    It counts photographs if the limit will be reached, else observations. `total` is the number
    of observations.
    """

    def __init__(self, position: Position, report: Report, limit: int | None) -> None:
        self._position, self._report, self._limit = position, report, limit
        self._mark = position.after or _Mark()
        self.total = 0

    def noted(self, done: int, total: int, note: Message) -> None:
        self._mark = self._position.reached(done) or self._mark
        self._tell(None)

    def waiting(self, note: Message) -> None:
        self._tell(note)

    def _tell(self, note: Message | None) -> None:
        mark = self._mark
        if self._limit is not None and self._limit <= self.total:
            self._report(mark.photographs, self._limit, note or message("Importing photographs"))
        else:
            self._report(mark.observations, self.total, note or message("Reading observations"))


def _is_numbered(observation: Any) -> bool:
    return isinstance(observation, Mapping) and isinstance(observation.get("id"), int)


def _identity(search: Search) -> str:
    return f"inaturalist {orjson.dumps(search.parameters).decode()}"


def _written(mark: _Mark) -> list[int]:
    return [mark.number, mark.observations, mark.photographs]


def _read(kept: list[int]) -> _Mark:
    return _Mark(*kept)
