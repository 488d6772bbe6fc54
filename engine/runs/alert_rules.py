"""Checks runs periodically for alerts; each alert is sent once."""

import logging
import time

from engine.errors import BadInput
from engine.home import Home
from engine.preferences import language_of_home
from engine.runs.alert_sender import send_alert
from engine.runs.alerts import alerts_of, append_alerts, read_alerts
from engine.runs.run import Run, find_run, list_runs
from engine.settings.alerts import AlertSettings
from engine.settings.configs import studio_settings

log = logging.getLogger(__name__)

_EVERY = 5.0


class AlertRules:
    """Checks runs for the supervisor; alerts already in the alert file are not sent again."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._sent = {alert.identity for alert in read_alerts(home).alerts}
        self._next = 0.0

    def check(self, names: list[str]) -> None:
        """Check the runs among `names` (run:ID or job:NAME) and all lost runs, at most every 5
        seconds.
        """
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY
            for name in names:
                self.check_one(name)
            for run in list_runs(self._home):
                if run.state == "lost":
                    self._tell_alone(run)

    def check_one(self, name: str) -> None:
        """Check one of them now."""
        kind, _, run_id = name.partition(":")
        if kind != "run":
            return
        try:
            run = find_run(self._home, run_id)
        except BadInput:
            return
        self._tell_alone(run)

    def _tell_alone(self, run: Run) -> None:
        try:
            self._send_new(run)
        except Exception:
            # An error with one run must not prevent the alerts of others.
            log.exception("The alerts of %s could not be sent.", run.run_id)

    def _send_new(self, run: Run) -> None:
        settings = _settings()
        new = [alert for alert in alerts_of(run, settings) if alert.identity not in self._sent]
        if new:
            self._sent.update(alert.identity for alert in new)
            append_alerts(self._home, new)
        for alert in new:
            send_alert(alert, settings, language_of_home(self._home))


def _settings() -> AlertSettings:
    try:
        return studio_settings().alerts
    except BadInput:
        return AlertSettings()
