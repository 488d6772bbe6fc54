"""The daily share of the health check."""

import os
import time

import pytest

from engine.home import Home
from engine.jobs.job import delete_job, read_job
from engine.runs import upkeep
from engine.runs.upkeep import examine_daily

YESTERDAY = time.time() - 90_000


def wait_for_end(home: Home) -> None:
    until = time.monotonic() + 120
    while read_job(home, "doctor").state == "running" and time.monotonic() < until:
        time.sleep(0.2)


@pytest.fixture
def backup_of_yesterday(home: Home) -> Home:
    manifest = home.backups / "2026-01-01" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}")
    os.utime(manifest, (YESTERDAY, YESTERDAY))
    return home


def test_a_new_home_is_not_examined(home: Home) -> None:
    examine_daily(home)
    assert read_job(home, "doctor").state == "none"


def test_a_share_is_examined_once_a_day(backup_of_yesterday: Home) -> None:
    home = backup_of_yesterday
    examine_daily(home)
    wait_for_end(home)
    assert read_job(home, "doctor").result["checks"]
    assert not upkeep._due(home)
    delete_job(home, "doctor")
    os.utime(home.data / "doctor.json", (YESTERDAY, YESTERDAY))
    assert upkeep._due(home)
