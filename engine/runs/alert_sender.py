"""Telling alerts to a web address or a program of the user's own."""

import json
import logging
import shlex
import subprocess
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import asdict

from engine.runs.alerts import Alert
from engine.settings.alerts import AlertSettings

log = logging.getLogger(__name__)

_SECONDS = 20.0


def send_alert(alert: Alert, settings: AlertSettings) -> None:
    """Tell an alert wherever the settings say, aside; what goes wrong goes to the log."""
    ways: list[Callable[[], None]] = []
    if settings.webhook:
        ways.append(lambda: post_webhook(alert, settings.webhook))
    if settings.command:
        ways.append(lambda: run_alert_command(alert, settings.command))
    for way in ways:
        threading.Thread(target=_tried, args=(way,)).start()


def post_webhook(alert: Alert, address: str) -> None:
    """POST an alert as JSON; `text` holds all of it in a sentence, as chat programs expect.

    Raises:
        OSError: the address does not answer, or refuses.
    """
    body = json.dumps({**asdict(alert), "text": alert_text(alert)}).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "plant-studio"}
    request = urllib.request.Request(address, body, headers)
    urllib.request.urlopen(request, timeout=_SECONDS).close()


def run_alert_command(alert: Alert, command: str) -> None:
    """Run a program with the alert as JSON on its standard input.

    Raises:
        OSError: it cannot be run.
        subprocess.SubprocessError: it fails, or takes longer than 20 seconds.
        ValueError: the command's quotes do not match.
    """
    given = json.dumps({**asdict(alert), "text": alert_text(alert)}).encode()
    subprocess.run(shlex.split(command), input=given, timeout=_SECONDS, check=True)


def alert_text(alert: Alert) -> str:
    """An alert by itself, with the name of its run."""
    return f"{alert.run_id} · {alert.kind}: {alert.sentence}"


def _tried(way: Callable[[], None]) -> None:
    try:
        way()
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.warning("An alert could not be told: %s", error)
