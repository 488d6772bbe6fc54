"""Rebuild a catalogue from files, splits and the download store; start a new one."""

import json
from contextlib import closing

import pytest

from engine.catalogue.export import export_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.doctor.rebuild import begin_new, rebuild_catalogue
from engine.download.store import open_download_store
from engine.errors import BadInput
from engine.home import Home
from engine.settings.split import SplitSettings
from engine.split.make import make_split
from tests.doctor.conftest import alter


def lose_catalogue(home: Home) -> None:
    for file in home.data.glob("catalogue.sqlite*"):
        file.unlink()


def records(home: Home) -> dict[str, Photograph]:
    with closing(SqliteCatalogue(home.catalogue)) as catalogue:
        return {one.image_id: one for one in catalogue.all(Filter(excluded=None))}


@pytest.fixture
def split_up(garden: Home, opened: SqliteCatalogue) -> Home:
    """A home with a split of 80 photographs; Acer campestre was excluded before."""
    opened.curate(Filter(species="Acer campestre"), "exclude", "")
    make_split(garden, opened, SplitSettings())
    opened.close()
    return garden


def test_photographs_named_by_a_split_are_recovered_and_the_rest_is_listed(
    split_up: Home, photographs: list[Photograph]
) -> None:
    lose_catalogue(split_up)
    rebuilt = rebuild_catalogue(split_up, 0)
    assert (rebuilt.photographs, rebuilt.unknown, rebuilt.damaged) == (80, 20, 0)
    one = photographs[1]
    expected = one._replace(attribution="", license="", observer="Ann")
    assert records(split_up)[one.image_id] == expected._replace(
        phash=records(split_up)[one.image_id].phash
    )
    listed = [json.loads(line) for line in split_up.resolve(rebuilt.list_file).open()]
    acer = {one.path for one in photographs if one.species == "Acer campestre"}
    assert {line["path"] for line in listed} == acer
    assert all(split_up.resolve(path).is_file() for path in acer)


def test_an_export_restores_every_field(
    garden: Home, opened: SqliteCatalogue, photographs: list[Photograph]
) -> None:
    export_catalogue(opened, garden.exports / "today", 1)
    opened.close()
    lose_catalogue(garden)
    assert rebuild_catalogue(garden, 0).photographs == 100
    assert records(garden)["photo-042"] == photographs[42]


def test_the_download_store_restores_address_licence_and_pending_downloads(
    garden: Home, photographs: list[Photograph]
) -> None:
    one = photographs[3]
    with open_download_store(garden) as journal:
        values = [one.url, one.url, one.sha256, one.path, 1, 1, 1, "", "CC-BY", "h", "large", 0.0]
        journal.write(f"INSERT INTO fetched VALUES ({','.join('?' * 12)})", values)
        for url, image_id in ((one.url, one.image_id), ("https://example.org/new.jpg", "new")):
            row = [url, image_id, one.species, 0, "CC-BY", "example.org", 0]
            journal.write(f"INSERT INTO wanted VALUES ({','.join('?' * 7)})", row)
    lose_catalogue(garden)
    rebuilt = rebuild_catalogue(garden, 0)
    assert (rebuilt.photographs, rebuilt.by_address, rebuilt.unknown) == (1, 1, 99)
    found = records(garden)
    assert (found[one.image_id].url, found[one.image_id].license) == (one.url, "CC-BY")
    assert (found["new"].state, found["new"].path) == ("remote", "")


def test_a_file_whose_bytes_do_not_match_its_name_gets_no_record(
    split_up: Home, photographs: list[Photograph]
) -> None:
    alter(split_up.resolve(photographs[1].path), 40, 1)
    lose_catalogue(split_up)
    rebuilt = rebuild_catalogue(split_up, 0)
    assert (rebuilt.photographs, rebuilt.damaged) == (79, 1)


def test_a_damaged_catalogue_is_moved_aside(split_up: Home) -> None:
    split_up.catalogue.write_bytes(b"no database " * 999)
    rebuilt = rebuild_catalogue(split_up, 0)
    assert split_up.resolve(rebuilt.set_aside).read_bytes() == b"no database " * 999
    assert len(records(split_up)) == 80


def test_a_new_catalogue_is_started_only_on_request_and_if_none_exists(garden: Home) -> None:
    with pytest.raises(BadInput, match="holds photographs"):
        begin_new(garden)
    lose_catalogue(garden)
    garden.catalogue.write_bytes(b"")
    assert begin_new(garden).startswith("data/set_aside/")
    assert records(garden) == {}
