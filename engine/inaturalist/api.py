"""Requests to iNaturalist's API, one at a time, within the budgets shared by a home's processes."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn
from urllib.parse import urlencode

import orjson
import requests

from engine.download.addresses import RefusedAddress, host_of
from engine.download.contact import require_contact
from engine.download.exchange import Exchange, Unusable
from engine.download.gate import Gate
from engine.download.outcome import Answered, Failed, Outcome, Redirected
from engine.download.providers import provider_of
from engine.download.store import DownloadStore, open_download_store
from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.language.message import Message, deferred, message
from engine.settings.download import DownloadSettings

Waiting = Callable[[Message], None]
"""Called repeatedly during a wait, with its reason."""

_TICK = 1.0
_LONGEST_BACKOFF = 60.0
_TRIES_AT_A_BUSY_HOST = 20
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip"}
_NO_ANSWER = message("The response is not valid.")
# The reasons for which a request waits.
_TOO_SOON = {
    "pace": deferred("{host} was asked a moment ago. Try again in {wait:duration}."),
    "budget": deferred("The request limit of {host} is used up. Try again in {wait:duration}."),
    "paused": deferred("{host} asked for a pause. Try again in {wait:duration}."),
    "parked": deferred("{host} refused too many requests. Try again in {wait:duration}."),
}
_WAITING = {
    "budget": deferred("The request limit of {host} is used up; continuing in {wait:duration}"),
    "paused": deferred("{host} asked for a pause; continuing in {wait:duration}"),
}


def _in_silence(note: Message) -> None:
    pass


class NotKnown(WorkFailed):
    """The API does not know the requested item."""


class Api:
    """iNaturalist's API, version 1, for one thread.

    `patience` is the maximum time in seconds that a request waits to be sent.
    """

    def __init__(
        self,
        settings: DownloadSettings,
        downloads: DownloadStore,
        patience: float = float("inf"),
        waiting: Waiting = _in_silence,
    ) -> None:
        self._settings, self._gate = settings, Gate(downloads, settings)
        self._exchange = Exchange(settings)
        self._patience, self._waiting = patience, waiting
        self._address = settings.inaturalist_api.rstrip("/")
        try:
            self.host = host_of(self._address)
        except RefusedAddress as error:
            raise BadInput(
                "download.inaturalist_api is {address}: {reason}",
                address=self._address,
                reason=getattr(error, "message", str(error)),
            ) from error
        require_contact([self.host], settings)

    def close(self) -> None:
        self._exchange.close()

    def ask(self, path: str, **parameters: Any) -> dict[str, Any]:
        """Send one request; returns the answer with `total_results` and `results`.

        Waits until the budgets allow the request, and as long as the API demands. Retries
        temporary failures.

        Raises:
            NotKnown: the API does not know the requested item.
            WorkFailed: there is no usable answer; the message says why, and what to do.
        """
        url = f"{self._address}/{path}?{urlencode(parameters, safe=',')}"
        attempts = 0
        while True:
            self._wait_for_turn()
            sent = self._gate.now()
            outcome = self._exchange.ask(url, self._admit, _complete_answer, _HEADERS)
            self._gate.tell(self.host, outcome, sent)
            if isinstance(outcome, Answered):
                answer: dict[str, Any] = orjson.loads(outcome.content)
                return answer
            attempts += 1
            pause = self._pause_after(outcome, attempts)
            if pause:
                self._waiting(message("No answer from {host}; trying again", host=self.host))
                time.sleep(pause)

    @property
    def pace(self) -> float:
        """The minimum mean time per request in seconds under the budgets."""
        limits = provider_of(self.host, self._settings).requests
        return max((limit.span / limit.most for limit in limits), default=0.0)

    def _wait_for_turn(self) -> None:
        waited = 0.0
        while (turn := self._gate.ask(self.host)).wait > 0:
            if turn.why == "parked" or waited + turn.wait > self._patience:
                raise WorkFailed(_TOO_SOON[turn.why], host=self.host, wait=max(1, turn.wait))
            if turn.why in _WAITING:
                wait = max(1, turn.wait)
                self._waiting(Message(_WAITING[turn.why], {"host": self.host, "wait": wait}))
            step = min(turn.wait, _TICK)
            time.sleep(step)
            waited += step

    def _admit(self, size: int) -> Message | None:
        return self._gate.admit(self.host, size)

    def _pause_after(self, outcome: Outcome, attempts: int) -> float:
        """Seconds until the next attempt.

        Raises:
            WorkFailed: there is no next attempt.
        """
        if isinstance(outcome, Redirected):
            raise WorkFailed(
                "{host} has moved to {target}. Set download.inaturalist_api in "
                "configs/studio.yaml to the new address.",
                host=self.host,
                target=outcome.target,
            )
        if not isinstance(outcome, Failed):
            return random.uniform(0, _LONGEST_BACKOFF)
        if outcome.status == 429:
            # The gate enforces the pause that the host asks for.
            return 0.0 if attempts < _TRIES_AT_A_BUSY_HOST else self._give_up(outcome)
        if outcome.kind in ("transient", "bad content") and attempts < self._settings.attempts:
            return random.uniform(0, min(_LONGEST_BACKOFF, 2.0 ** (attempts - 1)))
        return self._give_up(outcome)

    def _give_up(self, failure: Failed) -> NoReturn:
        if failure.status in (404, 422):
            raise NotKnown(
                "{host} found nothing for this request (status {status}).",
                host=self.host,
                status=str(failure.status),
            )
        raise WorkFailed(
            "No answer from iNaturalist ({host}). {reason} Start again later.",
            host=self.host,
            reason=failure.reason,
        )


@contextlib.contextmanager
def opened_api(
    home: Home,
    settings: DownloadSettings,
    patience: float = float("inf"),
    waiting: Waiting = _in_silence,
) -> Iterator[Api]:
    """Open the API in a `with` block.

    Raises:
        BadInput: its address is invalid, or the settings name no contact address.
    """
    with open_download_store(home) as downloads:
        api = Api(settings, downloads, patience, waiting)
        try:
            yield api
        finally:
            api.close()


def _complete_answer(response: requests.Response, pieces: Iterator[bytes]) -> Outcome:
    content = b"".join(pieces)
    if not _is_answer(content):
        raise Unusable(Failed("bad content", _NO_ANSWER, "unwell", 200))
    return Answered(content)


def _is_answer(content: bytes) -> bool:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(value, Mapping):
        return False
    return isinstance(value.get("results"), list) and isinstance(value.get("total_results"), int)
