"""The Health page, its line on Overview, and all pages while the catalogue is missing."""

import time
from contextlib import closing

import pytest

from engine.backups.making import back_up
from engine.catalogue.sqlite import SqliteCatalogue
from engine.doctor.condition import Check, Health
from engine.doctor.examine import examine
from engine.home import Home
from engine.jobs.job import read_job
from engine.language.message import message
from studio import text
from studio.health.line import health_summary
from tests.studio.conftest import OpenPage, words
from tests.studio.spanish import english_in


@pytest.fixture
def garden(home: Home, small_catalogue: SqliteCatalogue) -> Home:
    """Twelve photographs with a backup; the catalogue is closed."""
    small_catalogue.close()
    back_up(home)
    return home


def lose_catalogue(home: Home) -> None:
    for file in home.data.glob("catalogue.sqlite*"):
        file.unlink()


def wait_for(home: Home, job: str) -> None:
    until = time.monotonic() + 120
    while read_job(home, job).state == "running" and time.monotonic() < until:
        time.sleep(0.2)


def test_a_home_without_a_check_has_an_unknown_state(garden: Home, open_page: OpenPage) -> None:
    app = open_page("overview")
    assert "Not checked" in words(app)
    assert "Not checked yet." in words(app)


def test_a_page_that_shows_the_result_reads_no_photograph(
    garden: Home, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    examine(garden, 0)
    # Without the files, only the stored result can be shown.
    garden.images.rename(garden.data / "elsewhere")
    assert "No damage found." in words(open_page("overview"))


def test_the_worst_finding_comes_first() -> None:
    checks = (
        Check("a", message("Temporary files"), "doubtful", (message("1 file."),)),
        Check("b", message("Empty files"), "fault", (message("2 of 9 empty."),)),
        Check("c", message("Files not read"), "unknown", (message("3 of 9 not read yet."),)),
    )
    said = health_summary(Health(checks, t=100.0), now=700.0)
    assert said == "Empty files: 2 of 9 empty. And 1 more finding. Last check: 10 minutes ago."


def test_a_finding_is_repaired_by_its_button(garden: Home, open_page: OpenPage) -> None:
    with closing(SqliteCatalogue(garden.catalogue)) as catalogue:
        one = next(iter(catalogue.all()))
    garden.resolve(one.path).write_bytes(b"")
    examine(garden, 0)
    app = open_page("health")
    assert "Repair: Move the files aside." in words(app)
    app.button("health_empty").click().run()
    assert not app.exception
    assert not garden.resolve(one.path).exists()
    assert list(garden.set_aside.glob("*/data/images/*/*.jpg"))
    wait_for(garden, "doctor")


def test_the_page_and_its_findings_are_in_the_language_of_the_reader(
    garden: Home, open_page: OpenPage
) -> None:
    for one in sorted(garden.images.glob("*/*.jpg"))[:2]:
        one.write_bytes(b"")
    examine(garden, 0)
    app = open_page("health")
    app.session_state["language"] = "es"
    app.run()
    assert not app.exception
    assert "2 de 12 archivos están vacíos." in words(app)
    assert english_in(app) == set()


def test_the_choices_without_a_catalogue_are_in_the_language_of_the_reader(
    garden: Home, open_page: OpenPage
) -> None:
    lose_catalogue(garden)
    app = open_page("overview")
    app.session_state["language"] = "es"
    app.run()
    assert [title.value for title in app.title] == ["El catálogo ha desaparecido"]
    assert english_in(app) == set()


def test_a_backup_is_restored_from_the_page(garden: Home, open_page: OpenPage) -> None:
    with closing(SqliteCatalogue(garden.catalogue)) as catalogue:
        catalogue.curate([one.image_id for one in catalogue.all()], "exclude", "by mistake")
    app = open_page("health")
    app.button("health_restore").click().run()
    assert not app.exception
    with closing(SqliteCatalogue(garden.catalogue)) as catalogue:
        assert catalogue.counts().images == 12


PAGES = ["overview", "catalogue", "importing", "download", "crop_lab", "split", "train", "runs"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_offers_three_choices_while_the_catalogue_is_missing(
    garden: Home, open_page: OpenPage, page: str
) -> None:
    lose_catalogue(garden)
    app = open_page(page)
    assert [title.value for title in app.title] == ["The catalogue is gone"]
    assert [button.label for button in app.button] == ["Restore", "Rebuild", "Start empty"]
    assert not garden.catalogue.exists()


def test_the_first_button_restores_the_catalogue(garden: Home, open_page: OpenPage) -> None:
    lose_catalogue(garden)
    app = open_page("catalogue")
    app.button("health_restore").click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Catalogue"]


def test_a_rebuild_runs_in_the_background(garden: Home, open_page: OpenPage) -> None:
    lose_catalogue(garden)
    open_page("catalogue").button("gone_rebuild").click().run()
    wait_for(garden, "rebuild")
    assert read_job(garden, "rebuild").result["unknown"] == 12
    assert garden.catalogue.exists()


def test_an_empty_catalogue_is_started_only_after_confirmation(
    garden: Home, open_page: OpenPage
) -> None:
    lose_catalogue(garden)
    app = open_page("catalogue")
    assert app.button("gone_new").disabled
    app.checkbox("gone_sure").check().run()
    app.button("gone_new").click().run()
    assert [title.value for title in app.title] == ["Catalogue"]


def test_for_a_damaged_catalogue_the_page_names_the_remedy(
    garden: Home, open_page: OpenPage
) -> None:
    garden.catalogue.write_bytes(b"no database at all " * 999)
    app = open_page("catalogue")
    assert text.plain("`doctor`") in app.error[0].value
    assert text.plain("`catalogue restore`") in app.error[0].value
