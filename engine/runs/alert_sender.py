"""Sends alerts to a web address or to a program of the user."""

import json
import logging
import shlex
import subprocess
import threading
import urllib.request
from collections.abc import Callable
from typing import Any

from engine.language.current import ENGLISH, language_set
from engine.language.message import gettext
from engine.runs.alerts import Alert, kind_name
from engine.settings.alerts import AlertSettings

log = logging.getLogger(__name__)

_SECONDS = 20.0


def send_alert(alert: Alert, settings: AlertSettings, language: str = "") -> None:
    """Send an alert to all configured targets, in threads; errors are logged."""
    ways: list[Callable[[], None]] = []
    if settings.webhook:
        ways.append(lambda: post_webhook(alert, settings.webhook, language))
    if settings.command:
        ways.append(lambda: run_alert_command(alert, settings.command, language))
    for way in ways:
        threading.Thread(target=_tried, args=(way,)).start()


def post_webhook(alert: Alert, address: str, language: str = "") -> None:
    """POST an alert as JSON; `text` holds the alert as one sentence, the format of chat programs.

    Raises:
        OSError: the address does not respond, or refuses the request.
    """
    body = _body(alert, language)
    headers = {"Content-Type": "application/json", "User-Agent": "plant-studio"}
    request = urllib.request.Request(address, body, headers)
    urllib.request.urlopen(request, timeout=_SECONDS).close()


def run_alert_command(alert: Alert, command: str, language: str = "") -> None:
    """Run a program with the alert as JSON on its standard input.

    Raises:
        OSError: it cannot be run.
        subprocess.SubprocessError: it fails, or takes longer than 20 seconds.
        ValueError: the command has unbalanced quotes.
    """
    given = _body(alert, language)
    subprocess.run(shlex.split(command), input=given, timeout=_SECONDS, check=True)


def alert_text(alert: Alert) -> str:
    """Return an alert as text, with the name of its run."""
    return gettext(
        "{run} · {kind}: {alert}", run=alert.run_id, kind=kind_name(alert.kind), alert=alert.text
    )


def _body(alert: Alert, language: str) -> bytes:
    with language_set(language or ENGLISH):
        values: dict[str, Any] = {
            "run_id": alert.run_id,
            "attempt": alert.attempt,
            "kind": alert.kind,
            "sentence": alert.text,
            "at": alert.at,
            "text": alert_text(alert),
        }
    return json.dumps(values).encode()


def _tried(way: Callable[[], None]) -> None:
    try:
        way()
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.warning("An alert could not be sent: %s", error)
