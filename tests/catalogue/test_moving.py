"""Moving the catalogue to the other store and back, without any loss."""

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from contextlib import closing

import pytest

from engine.catalogue import moving
from engine.catalogue.changes import Label
from engine.catalogue.mongo import MongoCatalogue
from engine.catalogue.moving import move_catalogue
from engine.catalogue.opening import catalogue_settings, open_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Catalogue, Filter
from engine.errors import BadInput, WorkFailed
from engine.home import Home
from engine.home_id import home_id
from engine.settings.catalogue import CatalogueSettings
from tests.conftest import PROJECT
from tests.mongod import Mongod

pytestmark = pytest.mark.mongo
ALL = Filter(excluded=None)
DYING = """
import os, sys
from pathlib import Path
from engine.catalogue import moving
from engine.catalogue.{store} import {kind} as Target
from engine.home import open_home
from engine.settings.catalogue import CatalogueSettings
moving._BATCH = 40
before, calls = Target.{method}, []
def method(self, *arguments):
    calls.append(1)
    if len(calls) > int(sys.argv[3]):
        os.kill(os.getpid(), 9)
    return before(self, *arguments)
Target.{method} = method
target = CatalogueSettings.model_validate_json(sys.argv[2])
moving.move_catalogue(open_home(Path(sys.argv[1])), target)
"""


@pytest.fixture
def to_mongodb(mongod: Mongod) -> CatalogueSettings:
    """An empty database of its own as the target of a move."""
    database = f"moved-{uuid.uuid4().hex}"
    return CatalogueSettings(store="mongodb", address=mongod.address, database=database)


@pytest.fixture
def full(home: Home) -> Home:
    """A home whose catalogue holds 300 photographs of every kind and some curation."""
    with open_catalogue(home) as catalogue:
        catalogue.add(
            Photograph(
                f"p{n:03}",
                f"Rosa species{n % 7}",
                genus="Rosa",
                family="Rosaceae" if n % 2 else "",
                source=f"source {n % 3}",
                url=f"https://example.org/{n}.jpg" if n % 4 else "",
                path=f"data/images/ab/{n}.jpg" if n % 5 else "",
                observation_id=str(n // 2),
                observer="Zoë",
                license="CC-BY-4.0",
                attribution="(c) Zoë, 𝒳",
                width=n,
                height=2 * n,
                sha256=f"{n:064x}" if n % 5 else "",
                phash=f"{n:016x}",
                state="cached" if n % 5 else "remote",
                flags=("blurry", "tiny") if n % 6 == 0 else (),
            )
            for n in range(300)
        )
        catalogue.curate(["p001", "p002", "p003"], "exclude", "a drawing")
        catalogue.curate(Filter(source="source 1"), "relabel", "", Label("Acer", "Acer", "Sap"))
        catalogue.curate(["p002"], "include", "not a drawing")
        catalogue.undo(2)
    return home


def everything(catalogue: Catalogue) -> tuple[list[Photograph], list[object], dict[str, int]]:
    changes: list[object] = [
        (change, sorted(catalogue.before_change(change.number))) for change in catalogue.changes()
    ]
    return list(catalogue.all(ALL)), changes, catalogue.count_by("flag", ALL)


def held(home: Home) -> tuple[list[Photograph], list[object], dict[str, int]]:
    with open_catalogue(home) as catalogue:
        return everything(catalogue)


def test_all_content_is_moved_to_mongodb_and_back(
    full: Home, to_mongodb: CatalogueSettings
) -> None:
    before = held(full)
    moved = move_catalogue(full, to_mongodb)
    assert (moved.photographs, moved.changes, moved.kept) == (300, 3, "data/catalogue.sqlite")
    assert catalogue_settings(full) == to_mongodb
    assert held(full) == before
    with open_catalogue(full) as catalogue:
        assert catalogue.home_id() == home_id(full)
        assert catalogue.undo(1).undone == 2
        catalogue.curate(["p010"], "exclude", "in MongoDB")
        assert catalogue.changes()[0].number == 4
    after = held(full)
    back = move_catalogue(full, CatalogueSettings(store="sqlite"))
    assert back.kept == f"{to_mongodb.database} ({to_mongodb.address})"
    assert held(full) == after
    (former,) = full.data.glob("catalogue.until-*.sqlite")
    with closing(SqliteCatalogue(former)) as old:
        assert everything(old) == before
    with open_catalogue(full) as catalogue:
        assert isinstance(catalogue, SqliteCatalogue)
        assert catalogue.undo(4).undone == 1


def test_a_second_move_to_the_same_database_updates_it(
    full: Home, to_mongodb: CatalogueSettings
) -> None:
    move_catalogue(full, to_mongodb)
    move_catalogue(full, CatalogueSettings(store="sqlite"))
    with open_catalogue(full) as catalogue:
        catalogue.curate(["p020"], "relabel", "", Label("Acer"))
        catalogue.add([Photograph("new", "Viola")])
    before = held(full)
    assert move_catalogue(full, to_mongodb).photographs == 301
    assert held(full) == before


@pytest.mark.parametrize(
    ("method", "calls"), [("add", 0), ("add", 3), ("take_change", 1), ("mark_home", 1)]
)
def test_a_killed_move_resumes(
    full: Home, to_mongodb: CatalogueSettings, method: str, calls: int
) -> None:
    before = held(full)
    script = DYING.format(store="mongo", kind="MongoCatalogue", method=method)
    command = [sys.executable, "-c", script, str(full.root), to_mongodb.model_dump_json()]
    ended = subprocess.run([*command, str(calls)], cwd=PROJECT, check=False)
    assert ended.returncode == -9
    # The home still uses its previous store.
    assert catalogue_settings(full).store == "sqlite" and held(full) == before
    assert move_catalogue(full, to_mongodb).photographs == 300
    assert held(full) == before


@pytest.mark.parametrize(("method", "calls"), [("add", 3), ("take_change", 1), ("mark_home", 1)])
def test_a_killed_move_back_resumes(
    full: Home, to_mongodb: CatalogueSettings, method: str, calls: int
) -> None:
    move_catalogue(full, to_mongodb)
    before = held(full)
    script = DYING.format(store="sqlite", kind="SqliteCatalogue", method=method)
    target = CatalogueSettings(store="sqlite")
    command = [sys.executable, "-c", script, str(full.root), target.model_dump_json()]
    ended = subprocess.run([*command, str(calls)], cwd=PROJECT, check=False)
    assert ended.returncode == -9
    assert catalogue_settings(full).store == "mongodb" and held(full) == before
    assert move_catalogue(full, target).photographs == 300
    assert held(full) == before and not list(full.data.glob("catalogue.moving*"))


def test_a_half_moved_catalogue_is_not_opened(
    full: Home, to_mongodb: CatalogueSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise WorkFailed("The disk is full.")

    monkeypatch.setattr(MongoCatalogue, "take_change", fail)
    with pytest.raises(WorkFailed, match="disk is full"):
        move_catalogue(full, to_mongodb)
    settings = f"store: mongodb\naddress: {to_mongodb.address}\ndatabase: {to_mongodb.database}\n"
    (full.data / "catalogue.yaml").write_text(settings)
    with pytest.raises(WorkFailed, match="was moved only in part"), open_catalogue(full):
        pass


def test_a_database_with_other_photographs_is_not_modified(
    full: Home, to_mongodb: CatalogueSettings
) -> None:
    with closing(MongoCatalogue(to_mongodb.address, to_mongodb.database)) as other:
        other.add([Photograph("other", "Viola")])
        with pytest.raises(BadInput, match=r"has other photographs \(1\)"):
            move_catalogue(full, to_mongodb)
        other.mark_home(home_id(full))
        with pytest.raises(BadInput, match="other photographs"):
            move_catalogue(full, to_mongodb)
        assert other.counts(ALL).images == 1
    assert catalogue_settings(full).store == "sqlite"


def test_a_catalogue_that_changes_during_the_move_is_not_switched(
    full: Home, to_mongodb: CatalogueSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare: Callable[[Catalogue], str] = moving._checksum

    def while_another_writes(catalogue: Catalogue) -> str:
        found = compare(catalogue)
        if isinstance(catalogue, MongoCatalogue):
            with open_catalogue(full) as mine:
                mine.add([Photograph("late", "Viola")])
        return found

    monkeypatch.setattr(moving, "_checksum", while_another_writes)
    with pytest.raises(WorkFailed, match="changed during the move"):
        move_catalogue(full, to_mongodb)
    monkeypatch.undo()
    assert catalogue_settings(full).store == "sqlite"
    assert move_catalogue(full, to_mongodb).photographs == 301


def test_a_move_is_rejected_without_a_catalogue_or_to_the_current_store(
    home: Home, to_mongodb: CatalogueSettings
) -> None:
    with pytest.raises(BadInput, match="There is no catalogue to move"):
        move_catalogue(home, to_mongodb)
    assert not home.catalogue.exists()
    with open_catalogue(home), pytest.raises(BadInput, match=r"already in data/catalogue\.sqlite"):
        move_catalogue(home, CatalogueSettings(store="sqlite"))


def test_the_command_moves_the_catalogue_and_names_the_old_location(
    full: Home, to_mongodb: CatalogueSettings
) -> None:
    before = held(full)
    options = [f"--address={to_mongodb.address}", f"--database={to_mongodb.database}"]
    for words in (["--to=mongodb", *options], ["--to=sqlite"]):
        command = [sys.executable, "-m", "engine", "catalogue", "move", *words]
        ended = subprocess.run(
            [*command, "--home", str(full.root), "--json"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        told = json.loads(ended.stdout.splitlines()[-1])
        assert (told["photographs"], told["changes"]) == (300, 3)
        assert held(full) == before
    assert told["kept"] == f"{to_mongodb.database} ({to_mongodb.address})"
