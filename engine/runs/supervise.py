"""The process of a home's supervisor: `python -m engine.runs.supervise HOME`."""

import logging
import sys
from pathlib import Path

from engine.home import Home, open_home
from engine.jobs.supervision import home_launcher, supervisor_lock
from engine.jobs.supervisor import Supervisor
from engine.locks import claim, inherited
from engine.runs.alert_rules import AlertRules
from engine.runs.upkeep import examine_daily


def supervisor_of(home: Home, lock: int | None = None) -> Supervisor:
    """Create a supervisor that sends the alerts of the home's runs."""
    return Supervisor(home, AlertRules(home), home_launcher(home), lock)


def main() -> None:
    """Supervise until there is nothing to do; `keep_supervised` starts this with the lock."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    home = open_home(Path(sys.argv[1]))
    lock = inherited(supervisor_lock(home)) or claim(supervisor_lock(home))
    if lock is None:
        return
    examine_daily(home)
    supervisor_of(home, lock).run()


if __name__ == "__main__":
    main()
