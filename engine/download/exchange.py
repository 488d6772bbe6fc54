"""One request and its answer, with limits on address, time and size; failures are outcomes."""

import contextlib
import math
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests
import urllib3.exceptions

from engine.download.addresses import RefusedAddress, checked_url, redirected
from engine.download.answers import response_failure
from engine.download.connections import Connections
from engine.download.outcome import Deferred, Failed, NeverFits, Outcome, Redirected
from engine.download.watchdog import Watchdog
from engine.errors import WorkFailed
from engine.language.message import Message, message
from engine.settings.download import DownloadSettings

Admit = Callable[[int], Message | None]
"""Called with the number of bytes about to be read; returns why they do not fit now, or None.
Raises NeverFits if they can never fit."""

Receive = Callable[[requests.Response, Iterator[bytes]], Outcome]
"""Makes the outcome from an answer and the pieces of its body."""

# Bytes over which the rate of an answer is measured.
_PIECE = 16_384
_MOST_AT_ONCE = 131_072
_MOVED = frozenset({301, 302, 303, 307, 308})


class Unusable(Exception):
    """The answer is not read further; holds the failure."""

    def __init__(self, failure: Failed) -> None:
        super().__init__(failure.reason.text)
        self.failure = failure


class _NotAdmitted(Exception):
    """The bytes do not fit now."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


class Exchange:
    """Requests addresses. Safe for any number of threads."""

    def __init__(self, settings: DownloadSettings) -> None:
        self._settings = settings
        self._watchdog = Watchdog()
        self._connections = Connections(settings, self._watchdog)

    def abort(self) -> None:
        """Abort the requests in flight."""
        self._watchdog.abort()

    def close(self) -> None:
        self._connections.close()
        self._watchdog.close()

    def ask(
        self,
        url: str,
        admit: Admit,
        receive: Receive,
        headers: Mapping[str, str] | None = None,
        patience: float | None = None,
    ) -> Outcome:
        """Request `url` once. Redirects are returned, not followed.

        `patience` is the maximum time in seconds until the answer begins, and then for each 16 kB,
        if that is less than in the settings.

        Raises:
            WorkFailed: `receive` raised it.
        """
        meter = _Meter()
        try:
            outcome = self._attempt(url, admit, receive, headers, meter, patience or math.inf)
            return _with_wire(outcome, meter.wire)
        except Unusable as error:
            outcome = error.failure
        except _NotAdmitted as error:
            outcome = Deferred(error.reason)
        except NeverFits as error:
            outcome = Failed("policy", error.reason, status=200)
        except Exception as error:  # urllib3 and http.client raise many error types.
            outcome = _failure(error)
        return _with_wire(outcome, meter.wire)

    def _attempt(
        self,
        url: str,
        admit: Admit,
        receive: Receive,
        headers: Mapping[str, str] | None,
        meter: "_Meter",
        patience: float,
    ) -> Outcome:
        checked_url(url)
        settings, started = self._settings, time.monotonic()
        begin = min(patience, settings.first_byte_seconds)
        response = self._connections.get(url, headers, begin)
        with contextlib.closing(response):
            if response.status_code in _MOVED:
                target = redirected(url, response.headers.get("Location", ""))
                self._drain(response, meter)
                return Redirected(target)
            if response.status_code != 200:
                longest = settings.longest_pause_hours * 3_600
                self._drain(response, meter)
                return response_failure(response.status_code, response.headers, longest)
            return receive(response, self._pieces(response, admit, meter, started, patience))

    def _pieces(
        self,
        response: requests.Response,
        admit: Admit,
        meter: "_Meter",
        started: float,
        patience: float,
    ) -> Iterator[bytes]:
        settings, raw = self._settings, response.raw
        most = round(settings.largest_megabytes * 1e6)
        encoded = "Content-Encoding" in response.headers
        declared = None if encoded else raw.length_remaining
        if declared is not None:
            _require_size(declared, most)
            _admit(admit, declared)
        patience, size = min(patience, _PIECE / settings.least_bytes_per_second), 0
        at_once = _PIECE if declared is None else _MOST_AT_ONCE
        came, since = 0, time.monotonic()
        while declared is None or raw.length_remaining:
            if declared is None:
                _admit(admit, at_once)
            deadline = min(since + patience, started + settings.total_seconds)
            try:
                with self._watchdog.limit(_socket_of(raw), deadline - time.monotonic()):
                    piece = raw.read1(at_once, decode_content=True)
            finally:
                meter.wire = raw.tell()
            if not piece:
                return
            size += len(piece)
            _require_size(size, most)
            yield piece
            came += len(piece)
            if came >= _PIECE:
                came, since = 0, time.monotonic()

    def _drain(self, response: requests.Response, meter: "_Meter") -> None:
        """Read a short answer to its end, so that its connection can be reused."""
        length = response.raw.length_remaining
        if length is not None and length <= _PIECE:
            with contextlib.suppress(Exception):
                limit = self._settings.first_byte_seconds
                with self._watchdog.limit(_socket_of(response.raw), limit):
                    response.raw.read(_PIECE, decode_content=False)
        meter.wire = response.raw.tell()


class _Meter:
    wire = 0


def _require_size(size: int, most: int) -> None:
    if size > most:
        reason = message("The file is larger than {most:size}.", most=most)
        raise Unusable(Failed("policy", reason, status=200))


def _admit(admit: Admit, size: int) -> None:
    refusal = admit(size)
    if refusal:
        raise _NotAdmitted(refusal)


def _socket_of(raw: Any) -> socket.socket | None:
    return getattr(raw, "watched_socket", None)


def _with_wire(outcome: Outcome, wire: int) -> Outcome:
    return type(outcome)(**{**outcome.__dict__, "wire": wire})


def _failure(error: BaseException) -> Failed:
    """The failure for an exception of the HTTP library or of the libraries below it."""
    chain = list(_causes(error))
    for cause in chain:
        if isinstance(cause, WorkFailed):
            raise cause
        if isinstance(cause, RefusedAddress):
            return Failed("policy", cause.message)
        if isinstance(cause, socket.gaierror):
            return Failed("transient", message("The host name is unknown."), "unwell")
    if any(_is_timeout(cause) for cause in chain):
        return Failed("transient", message("The host took too long to answer."), "slow down")
    if any(isinstance(cause, urllib3.exceptions.SSLError) for cause in chain):
        return Failed("policy", message("The host offers no trusted encrypted connection."))
    if any(isinstance(cause, urllib3.exceptions.DecodeError) for cause in chain):
        return Failed("bad content", message("The answer is damaged."), status=200)
    if any(isinstance(cause, urllib3.exceptions.IncompleteRead) for cause in chain):
        return Failed("transient", message("The answer ended early."), "unwell", 200)
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return Failed("transient", message("The host refused the connection."), "unwell")
    return Failed("transient", message("The connection was lost."), "unwell")


def _is_timeout(cause: BaseException) -> bool:
    # In urllib3, a refused connection is a subclass of the time-out error.
    if isinstance(cause, urllib3.exceptions.NewConnectionError):
        return False
    return isinstance(cause, (TimeoutError, urllib3.exceptions.TimeoutError, requests.Timeout))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all its causes, once each."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
