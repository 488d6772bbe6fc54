"""Interpreting HTTP answers that are no photograph."""

import email.utils
import time
from collections.abc import Mapping

from engine.download.outcome import Failed
from engine.language.message import deferred, message

_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524})
_REFUSING = frozenset({401, 402, 403, 407, 451})
_MEANINGS = {
    401: deferred("The host asks for a login (401)."),
    403: deferred("The host refuses access (403)."),
    404: deferred("The host does not have it (404)."),
    410: deferred("The host no longer has it (410)."),
    429: deferred("The host received too many requests (429)."),
    451: deferred("The host may not provide it, for legal reasons (451)."),
    503: deferred("The host is overloaded (503)."),
}


def response_failure(status: int, headers: Mapping[str, str], longest_pause: float) -> Failed:
    """The failure for a status other than 200."""
    reason = message("The host answered with status {status}.", status=str(status))
    if status in _MEANINGS:
        reason = message(_MEANINGS[status])
    if status in (429, 503):
        pause = retry_after(headers, longest_pause)
        return Failed("transient", reason, "slow down", status, pause)
    if status in _TEMPORARY:
        return Failed("transient", reason, "unwell", status, retry_after(headers, longest_pause))
    if status in _REFUSING:
        return Failed("policy", reason, "forbidden", status)
    return Failed("permanent", reason, "neutral", status)


def retry_after(headers: Mapping[str, str], longest: float) -> float | None:
    """The pause that a host asks for, in seconds, at most `longest`; None if it asks for none.

    A date is compared with the answer's own Date header, so that the clocks need not agree.
    """
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    seconds = float(text) if text.isascii() and text.isdigit() else _until(text, headers)
    return None if seconds is None else min(max(seconds, 0.0), longest)


def _until(text: str, headers: Mapping[str, str]) -> float | None:
    then = _moment(text)
    if then is None:
        return None
    return then - (_moment(headers.get("Date", "")) or time.time())


def _moment(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
