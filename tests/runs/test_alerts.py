"""Alerts of runs: detected, sent once, and delivered as configured."""

import json
import platform
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine.files import write_json
from engine.home import Home
from engine.jobs.supervision import supervisor_lock
from engine.language.current import language_set
from engine.locks import is_held
from engine.preferences import language_of_home
from engine.runs.alert_rules import AlertRules
from engine.runs.alert_sender import post_webhook, run_alert_command, send_alert
from engine.runs.alerts import Alert, alert_file, alerts_of, append_alerts, read_alerts
from engine.runs.run import find_run
from engine.runs.upkeep import report_lost_runs
from engine.settings.alerts import AlertSettings
from engine.training.report.diagnosis import Diagnosis, Remark, write_diagnosis

from .written_run import written_run

SETTINGS = AlertSettings(free_gigabytes=0)
ALERT = Alert("one", 1, "finished", "It finished.", 0.0)


def told(home: Home, settings: AlertSettings = SETTINGS, **status: Any) -> dict[str, str]:
    written_run(home, "one", **{"updated": time.time(), **status})
    return {a.kind: a.sentence for a in alerts_of(find_run(home, "one"), settings)}


def test_the_end_of_a_run_is_described(home: Home) -> None:
    best = {"metric": "macro_top1", "value": 0.61, "epoch": 3}
    assert told(home, best=best) == {"finished": "Finished with a macro top-1 of 61.0%."}
    assert told(home, state="failed", reason="The disk is full.") == {"failed": "The disk is full."}
    assert told(home, state="stopped") == {}


def test_a_lost_run_is_reported_with_a_remedy_unless_it_is_old(
    home: Home,
) -> None:
    now = time.time()
    lost = told(home, state="running", updated=now - 60, host=platform.node())
    assert lost == {
        "lost": "It stopped unexpectedly (a power cut, for example). "
        "Resume continues from the last checkpoint."
    }
    assert told(home, state="running", updated=now - 9 * 86_400, host=platform.node()) == {}


def test_after_a_power_cut_the_supervisor_reports_lost_runs(home: Home) -> None:
    report_lost_runs(home)
    assert not home.queue.exists(), "nothing was lost"
    written_run(home, "one", state="running", updated=time.time() - 60, host=platform.node())
    report_lost_runs(home)
    deadline = time.monotonic() + 60
    while not read_alerts(home).alerts and time.monotonic() < deadline:
        time.sleep(0.1)
    while is_held(supervisor_lock(home)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [alert.kind for alert in read_alerts(home).alerts] == ["lost"]
    assert not is_held(supervisor_lock(home)), "it goes when there is nothing to do"


def test_a_run_without_improvement_stagnates(home: Home) -> None:
    best = {"metric": "macro_top1", "value": 0.61, "epoch": 3}
    assert told(home, state="running", best=best, epoch=10.9) == {}
    assert "best: epoch 3" in told(home, state="running", best=best, epoch=11.0)["plateau"]
    assert told(home, state="running", best=None, epoch=50.0) == {}


def test_low_disk_space_is_reported_while_a_run_is_live(home: Home) -> None:
    greedy = AlertSettings(free_gigabytes=1e6)
    assert "Make room" in told(home, greedy, state="running")["disk_low"]
    assert "disk_low" not in told(home, greedy)


def test_findings_from_the_curves_are_reported_in_the_words_of_the_trainer(home: Home) -> None:
    folder = written_run(home, "one")
    kinds = ("rate_high", "gap", "starved", "unseen", "misaligned", "no_learning")
    remarks = tuple(Remark(kind, "warning", f"About {kind}.") for kind in kinds)
    write_diagnosis(folder.diagnosis, Diagnosis(2.0, 20, remarks))
    assert told(home, state="running") == {
        "diverged": "About rate_high.",
        "overfitting": "About gap.",
        "starved_loader": "About starved.",
        "misaligned": "About misaligned.",
        "no_learning": "About no_learning.",
    }


def test_each_alert_is_sent_once_even_by_another_supervisor(home: Home) -> None:
    home.queue.mkdir(parents=True)
    written_run(home, "one", state="failed", reason="No.", attempt=1)
    AlertRules(home).check_one("run:one")
    again = AlertRules(home)
    again.check_one("run:one")
    again.check_one("run:none")
    again.check_one("job:one")
    assert [a.identity for a in read_alerts(home).alerts] == [("one", 1, "failed")]
    written_run(home, "one", state="failed", reason="No.", attempt=2)
    again.check_one("run:one")
    assert len(read_alerts(home).alerts) == 2


def test_a_reader_continues_where_it_was_and_tolerates_a_truncated_line(home: Home) -> None:
    home.queue.mkdir(parents=True)
    append_alerts(home, [ALERT])
    first = read_alerts(home)
    with alert_file(home).open("a") as stream:
        stream.write('{"run_id": "torn')
    append_alerts(home, [ALERT])
    assert read_alerts(home, first.offset).alerts == (ALERT,)
    assert len(read_alerts(home).alerts) == 2


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web address, and the requests it received."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path == "/broken" else 204)
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            """Suppress the log."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


def test_an_alert_is_sent_to_a_web_address(webhook: tuple[str, list[dict[str, Any]]]) -> None:
    address, got = webhook
    post_webhook(ALERT, f"{address}/hook")
    assert got[0]["kind"] == "finished"
    assert got[0]["text"] == "one · finished: It finished."
    with pytest.raises(OSError):
        post_webhook(ALERT, f"{address}/broken")


def test_an_alert_is_sent_in_the_language_stored_in_the_home(
    webhook: tuple[str, list[dict[str, Any]]], home: Home
) -> None:
    address, got = webhook
    write_json(home.preferences, {"language": "es"})
    written_run(home, "one", updated=time.time())
    (alert,) = alerts_of(find_run(home, "one"), SETTINGS)
    post_webhook(alert, f"{address}/hook", language_of_home(home))
    assert got[0]["sentence"] == "Terminado."
    assert got[0]["text"] == "one · terminado: Terminado."
    assert (got[0]["kind"], alert.sentence) == ("finished", "Finished.")


def test_an_alert_is_stored_in_english_and_one_of_an_earlier_version_is_read(home: Home) -> None:
    home.queue.mkdir(parents=True)
    written_run(home, "one", updated=time.time())
    append_alerts(home, alerts_of(find_run(home, "one"), SETTINGS))
    with alert_file(home).open("a") as stream:
        stream.write(
            '{"run_id": "two", "attempt": 1, "kind": "disk low", "sentence": "Old.", "at": 1}\n'
        )
    with language_set("es"):
        texts = [(alert.kind, alert.sentence, alert.text) for alert in read_alerts(home).alerts]
    assert texts == [("finished", "Finished.", "Terminado."), ("disk_low", "Old.", "Old.")]


def test_an_alert_is_sent_to_a_program(tmp_path: Path) -> None:
    script = tmp_path / "a script.py"
    script.write_text(f"import sys; open({str(tmp_path / 'got')!r}, 'w').write(sys.stdin.read())")
    run_alert_command(ALERT, f"{sys.executable} '{script}'")
    assert json.loads((tmp_path / "got").read_text())["sentence"] == "It finished."


def test_after_a_failed_delivery_work_continues_and_the_log_reports_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = AlertSettings(webhook="http://127.0.0.1:9/none", command="/no/such/program")
    before = threading.active_count()
    send_alert(ALERT, settings)
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(caplog.messages) == 2
    assert all("could not be sent" in message for message in caplog.messages)
