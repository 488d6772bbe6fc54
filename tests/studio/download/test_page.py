import os
import time
from pathlib import Path

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.answers import response_failure
from engine.download.control import DownloadControl, DownloadStatus
from engine.download.gate import HostBudget, HostView
from engine.download.ledger import Limit
from engine.download.preferences import download_settings, save_download_settings
from engine.download.queue import Queue
from engine.download.reconcile import PhotographsMissing
from engine.download.run import download
from engine.download.store import open_download_store
from engine.download.trash import Discard, days, discard
from engine.home import Home
from engine.jobs.job import read_job
from engine.language.current import language_set
from engine.language.message import message
from engine.records import written_message
from engine.settings.download import DownloadSettings
from studio.download.hosts import describe_budget, describe_state
from studio.text import plain
from tests.studio.conftest import OpenPage, words
from tests.studio.spanish import english_in

MEDIA = "https://static.inaturalist.org/photos"


def remote(catalogue: SqliteCatalogue, **species: int) -> None:
    catalogue.add(
        Photograph(f"{name}{n}", name, url=f"{MEDIA}/{len(name)}{n}/medium.jpg")
        for name, many in species.items()
        for n in range(many)
    )


def test_without_photographs_the_page_links_to_the_import(open_page: OpenPage) -> None:
    app = open_page("download")
    assert app.subheader[-1].value == "No photographs yet"
    assert app.button(key="download.none_0").label == "Import photographs"
    assert "already" not in words(app)


@pytest.mark.usefixtures("small_catalogue")
def test_without_addresses_there_is_nothing_to_download(open_page: OpenPage) -> None:
    app = open_page("download")
    assert app.subheader[-1].value == "Nothing to download"
    assert app.button(key="download.empty_1").label == "Make a split"


def test_the_plan_is_shown_before_anything_is_downloaded(
    open_page: OpenPage, home: Home, catalogue: SqliteCatalogue
) -> None:
    remote(catalogue, acer=3, quercus=90)
    app = open_page("download")
    figures = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert figures["Addresses"] == ("93", "")
    assert figures["Data"] == ("136 MB", "estimated")
    assert figures["Time"][1] == "inaturalist-media"
    assert figures["Fits the cache"][0] == "Yes"
    asked = app.table[0].value
    assert asked.loc[plain("inaturalist-media"), "Limited by"] == "pace so far: 1.00 per second"
    assert app.table[1].value.index.tolist() == ["**Original**", "Large", "Medium"]
    app.number_input(key="download.limit.93").set_value(5).run()
    species = app.dataframe[0].value
    assert dict(zip(species["Species"], species["Afterwards"], strict=True)) == {
        "quercus": 2,
        "acer": 3,
    }
    assert not DownloadControl(home).status()


def test_only_photographs_that_fit_the_disk_are_offered(
    open_page: OpenPage, home: Home, catalogue: SqliteCatalogue
) -> None:
    remote(catalogue, rosa=10)
    save_download_settings(home, {"cache_gigabytes": 0.0073})
    app = open_page("download")
    assert app.number_input(key="download.limit.10").value == 5
    assert not app.warning
    app.number_input(key="download.limit.10").set_value(10).run()
    assert "Not all of it fits the cache" in app.warning[0].value


def test_a_contact_address_is_required_before_a_download_starts(
    open_page: OpenPage, home: Home, catalogue: SqliteCatalogue
) -> None:
    remote(catalogue, rosa=2)
    app = open_page("download")
    app.button(key="download.start").click().run()
    assert "static.inaturalist.org requires a contact address" in app.error[0].value
    assert read_job(home, "download").state == "none"
    app.text_input(key="download.contact").set_value("mé@example.org").run()
    assert "contact" in app.error[0].value
    assert download_settings(home).contact == ""


def test_a_finished_session_is_summarised_until_it_is_closed(
    open_page: OpenPage, home: Home
) -> None:
    told = DownloadStatus(
        "ended", 1_000.0, 1_092.9, 50, 42, 8, 0, 3, {"permanent": 8}, cache_before=7, cache_after=49
    )
    DownloadControl(home).tell(told)
    app = open_page("download")
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures == {
        "Downloaded": "42",
        "Failed": "8",
        "Rate limited": "3",
        "Time": "1 min 33 s",
        "Cache": "7 → 49",
    }
    app.button(key="download.close").click().run()
    assert not app.metric


def test_a_download_without_results_is_not_a_success(open_page: OpenPage, home: Home) -> None:
    failed = {"failed": 3, "kinds": {"policy": 3}}
    DownloadControl(home).tell(DownloadStatus("ended", 1_000.0, 1_010.0, 3, **failed))
    app = open_page("download")
    assert not app.success
    assert "No photograph was downloaded" in app.warning[0].value
    DownloadControl(home).tell(DownloadStatus("ended", 1_000.0, 1_010.0, 4, 1, **failed))
    assert open_page("download").success[0].value == "Download finished."


def test_a_killed_download_is_reported(open_page: OpenPage, home: Home) -> None:
    DownloadControl(home).tell(DownloadStatus("running", 1_000.0, 1_010.0, 50, 20, left=30))
    assert "stopped unexpectedly" in open_page("download").error[0].value


def test_failed_addresses_are_listed_by_class_and_retried(
    open_page: OpenPage, home: Home, catalogue: SqliteCatalogue
) -> None:
    rows = (("a", "permanent", "Gone."), ("b", "policy", "Refused."), ("c", "policy", "Refused."))
    with open_download_store(home) as downloads:
        for url, kind, reason in rows:
            values = [url, kind, reason]
            downloads.write("INSERT INTO failure VALUES (?, 'h', ?, ?, 404, 1, 1, 0)", values)
    app = open_page("download")
    assert len(app.dataframe[0].value) == 3
    app.session_state["download.kind"] = "policy"
    app.run()
    assert "2 addresses. The host or a setting" in words(app)
    app.button(key="download.retry").click().run()
    with open_download_store(home) as downloads:
        assert Queue(downloads).failure_counts() == {"permanent": 1}


def host(**changes: object) -> HostView:
    view = HostView("a.org", "a.org", "ok", 0, None, 2.0, 2.0, 0.0, 10, 1_000, 9)
    return HostView(**{**view.__dict__, **changes})


def test_the_state_of_a_host_is_described() -> None:
    assert describe_state(host()) == "OK"
    assert describe_state(host(budget_wait=700.0)) == "Budget used up for 11 min 40 s."
    paused = host(
        state="paused", seconds_left=90.2, reason=message("The host is overloaded (503).")
    )
    assert describe_state(paused) == "Paused for 1 min 30 s. The host is overloaded (503)."
    parked = host(
        state="parked", seconds_left=120.0, reason=message("The host refuses access (403).")
    )
    assert describe_state(parked) == "Parked. The host refuses access (403). Next try in 2 min."
    assert str(parked.waiting) == (
        "a.org is parked. The host refuses access (403). Next try in 2 min."
    )


def test_the_plan_and_the_failures_are_in_the_language_of_the_reader(
    open_page: OpenPage, home: Home, catalogue: SqliteCatalogue
) -> None:
    remote(catalogue, rosa=5)
    reason = written_message(response_failure(404, {}, 60).reason)
    with open_download_store(home) as downloads:
        values = [reason]
        downloads.write(
            "INSERT INTO failure VALUES ('a', 'h', 'permanent', ?, 404, 1, 1, 0)", values
        )
    app = open_page("download")
    app.session_state["language"] = "es"
    app.run()
    assert not app.exception
    assert english_in(app) == set()
    assert app.button(key="download.start").label == "Descargar 5 fotografías"
    assert list(app.dataframe[-1].value["Motivo"]) == ["El servidor no la tiene (404)."]


def test_the_reason_why_a_download_ended_is_shown_in_any_language(home: Home) -> None:
    DownloadControl(home).tell(
        DownloadStatus("ended", message=message("{host} asked for a pause.", host="a.org"))
    )
    status = DownloadControl(home).status()
    assert status is not None
    assert status.note == "a.org asked for a pause."
    with language_set("es"):
        assert status.why == "a.org pidió una pausa."


def test_the_reason_from_an_older_version_is_shown_unchanged(home: Home) -> None:
    DownloadControl(home).tell(DownloadStatus("ended", note="The disk is full."))
    status = DownloadControl(home).status()
    assert status is not None
    assert status.why == "The disk is full."


def test_a_budget_is_described() -> None:
    assert describe_budget(HostBudget(Limit("a bytes", 3_600, 4_500_000_000), 1_200_000_000)) == (
        "1.2 GB of 4.5 GB per hour"
    )
    assert (
        describe_budget(HostBudget(Limit("a requests", 60, 55), 12))
        == "12 of 55 requests per minute"
    )


def test_stray_files_are_listed_before_they_are_moved(
    open_page: OpenPage, home: Home, catalogue: SqliteCatalogue
) -> None:
    remote(catalogue, rosa=2)
    waiting = {"strays": 612, "stray_bytes": 5_200_000_000, "stray_names": ["data/images/ab/a.jpg"]}
    DownloadControl(home).tell(DownloadStatus("ended", 1_000.0, 1_010.0, **waiting))
    app = open_page("download")
    assert "612 files (5.2 GB) can be removed" in words(app)
    assert app.code[0].value == "data/images/ab/a.jpg"
    assert app.button(key="download.remove_strays").label == "Move 612 files to the trash"
    assert app.button(key="download.start").label == "Download 2 photographs"


def test_strays_are_moved_to_the_trash_and_restored_or_removed_on_the_page(
    open_page: OpenPage, home: Home
) -> None:
    SqliteCatalogue(home.catalogue).close()
    paths = [f"data/images/ab/{number:064x}.jpg" for number in range(3)]
    with open_download_store(home) as downloads:
        for number, path in enumerate(paths):
            home.resolve(path).parent.mkdir(parents=True, exist_ok=True)
            home.resolve(path).write_bytes(b"12345")
            os.utime(home.resolve(path), (0, 0))
            values = [str(number), Path(path).stem, path]
            downloads.write(
                "INSERT INTO fetched VALUES (?, '', ?, ?, 1, 1, 5, '', '', 'h', '', 0)", values
            )
    DownloadControl(home).tell(DownloadStatus("ended", 1_000.0, 1_010.0, strays=3, stray_bytes=15))
    app = open_page("download")
    app.button(key="download.remove_strays").click().run()
    until = time.monotonic() + 60
    while read_job(home, "download").state == "running" and time.monotonic() < until:
        time.sleep(0.2)
    assert read_job(home, "download").state == "finished"
    (day,) = days(home)
    app = open_page("download")
    figures = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert figures["Removed"] == ("3 files", "15 bytes")
    assert f"{day.date} · 3 files, 15 bytes" in words(app)
    app.button(key=f"download.trash.restore.{day.date}").click().run()
    assert all(home.resolve(path).is_file() for path in paths) and not days(home)
    with open_download_store(home) as downloads:
        items = [Discard(path, Path(path).stem, 5, "stray") for path in paths]
        discard(home, downloads, items)
    app = open_page("download")
    app.button(key=f"download.trash.empty.{day.date}").click().run()
    assert not days(home) and not any(home.resolve(path).exists() for path in paths)


def test_missing_photographs_are_reported_and_accepted_by_a_button(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    home.images.rename(home.root / "disk")
    with pytest.raises(PhotographsMissing):
        download(home, small_catalogue, DownloadSettings())
    app = open_page("download")
    assert "12 photographs are missing" in app.error[0].value
    app.button(key="download.accept_missing").click().run()
    until = time.monotonic() + 60
    while read_job(home, "download").state == "running" and time.monotonic() < until:
        time.sleep(0.2)
    assert read_job(home, "download").state == "finished"
    assert small_catalogue.counts().by_state == {"remote": 12}
    assert not open_page("download").error
