"""Downloading a taxonomy table, from a real server on loopback."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.registry import Registry
from engine.settings.download import DownloadSettings
from engine.taxonomy import fetching
from engine.taxonomy.fetching import fetch_table
from engine.taxonomy.shapes import WfoShape
from tests.download.conftest import QUICK
from tests.download.server import Server, body, redirect, status
from tests.taxonomy.tables import write_wfo


@dataclass
class _Here(WfoShape):
    """World Flora Online at an address of the test."""

    address: str = ""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    started = Server()
    here = _Here(started.url("/files/WFO_2025-06.zip"))
    monkeypatch.setattr(fetching, "SHAPES", Registry("taxonomy", {"wfo": here}))
    yield started
    started.close()


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    with zipfile.ZipFile(tmp_path / "wfo.zip", "w") as opened:
        opened.write(write_wfo(tmp_path / "classification.csv"), "classification.csv")
    return (tmp_path / "wfo.zip").read_bytes()


def test_the_newest_table_is_downloaded_and_not_kept(
    home: Home, server: Server, archive: bytes
) -> None:
    server.put("/files/WFO_2025-06.zip", redirect("/moved/WFO_2025-06.zip"))
    server.put("/moved/WFO_2025-06.zip", body(archive, kind="application/zip"))
    about = fetch_table(home, "wfo", QUICK)
    assert (about.version, about.names) == ("2025-06", 21)
    assert list(home.downloads.iterdir()) == []


def test_a_host_that_has_it_not_is_named(home: Home, server: Server) -> None:
    server.put("/files/WFO_2025-06.zip", status(404))
    with pytest.raises(WorkFailed, match=r"World Flora Online was not downloaded from 127\.0\.0"):
        fetch_table(home, "wfo", QUICK)
    assert not home.taxonomy.exists()


def test_an_unknown_taxonomy_is_refused(home: Home) -> None:
    with pytest.raises(BadInput, match="flora is not wfo, wcvp, gbif, or inaturalist"):
        fetch_table(home, "flora", QUICK)


def test_a_host_of_others_wants_a_contact(home: Home) -> None:
    with pytest.raises(BadInput, match="requires a contact address"):
        fetch_table(home, "wfo", DownloadSettings())
