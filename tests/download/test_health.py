"""Which responses indicate a problem of the host, and which of a single address."""

import pytest

from engine.download.gate import Gate
from engine.download.health import HostHealth
from engine.download.host_queue import HostQueue
from engine.download.outcome import Failed
from engine.download.queue import Item, Queue
from engine.download.store import open_download_store
from engine.home import Home
from engine.language.message import message
from engine.settings.download import DownloadSettings, ProviderSettings

TOO_OFTEN = Failed("transient", message("The host was asked too often (429)."), "slow down", 429)
IN_TROUBLE = Failed("transient", message("The host is in trouble (500)."), "unwell", 500)
MISSING = Failed("permanent", message("The host does not have it (404)."), "neutral", 404)


def untried(number: int) -> Item:
    return Item(f"http://a/{number}.jpg", "a", probe="untried")


def test_probes_that_object_do_not_slow_the_host() -> None:
    health = HostHealth(in_doubt=True)
    heard, advice = health.hear(untried(1), TOO_OFTEN, 1.0, 1.1)
    assert isinstance(heard, Failed)
    assert (heard.signal, advice) == ("address", "")


def test_a_pause_requested_in_a_probe_is_kept() -> None:
    health = HostHealth(in_doubt=True)
    asked = Failed("transient", message("Later."), "slow down", 429, retry_after=30.0)
    heard, _ = health.hear(untried(1), asked, 1.0, 1.1)
    assert heard == asked


def test_a_host_without_any_response_is_parked_after_three_failed_probes() -> None:
    health = HostHealth(in_doubt=True)
    advised = [health.hear(untried(n), IN_TROUBLE, float(n), n + 0.1)[1] for n in range(1, 4)]
    assert advised == ["", "", "park"]


def test_a_host_that_responded_before_is_parked_after_six_failed_probes() -> None:
    health = HostHealth()
    health.hear(Item("http://a/0.jpg", "a"), MISSING, 0.0, 0.1)
    advised = [health.hear(untried(n), IN_TROUBLE, float(n), n + 0.1)[1] for n in range(1, 7)]
    assert advised == ["", "", "", "", "", "park"]


def test_a_probe_sent_before_another_was_answered_does_not_park() -> None:
    health = HostHealth(in_doubt=True)
    health.hear(untried(0), MISSING, 9.0, 9.1)
    advised = [health.hear(untried(n), TOO_OFTEN, float(n), 10.0)[1] for n in range(1, 9)]
    assert advised == [""] * 8
    assert not health.probe_failed


def test_a_slow_probe_does_not_delay_the_next(home: Home) -> None:
    with open_download_store(home) as downloads:
        host_queue = HostQueue("a", health=HostHealth(in_doubt=True), probes=[100.0])
        host_queue.put_back(untried(1))
        assert host_queue.next(Queue(downloads), 100.5) is None
        assert host_queue.next(Queue(downloads), 102.0) == untried(1)


def test_a_parked_host_recovers_its_rate_after_an_individual_objection(home: Home) -> None:
    settings = DownloadSettings(other_hosts=ProviderSettings(start_rate=None))
    with open_download_store(home) as downloads:
        gate = Gate(downloads, settings)
        gate.note_answers("a", [(TOO_OFTEN, gate.now())])
        assert gate.views()[0].rate is not None
        gate.park("a", message("Its probes failed."))
        gate.restore_pace("a")
        assert gate.views()[0].rate is None


def test_faults_of_addresses_do_not_lengthen_the_pause_after_an_objection(home: Home) -> None:
    with open_download_store(home) as downloads:
        gate = Gate(downloads, DownloadSettings())
        gate.note_answers("a", [(IN_TROUBLE, gate.now())] * 20)
        for _ in range(5):
            gate.note_answers("a", [(MISSING, gate.now())])
            gate.note_answers("a", [(IN_TROUBLE, gate.now())] * 20)
            gate.note_answers("a", [(TOO_OFTEN, gate.now())])
            assert gate.views()[0].seconds_left <= 1


def test_consecutive_objections_lengthen_the_pause(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.download.gate.random.uniform", lambda least, most: most)
    pauses = []
    with open_download_store(home) as downloads:
        gate = Gate(downloads, DownloadSettings())
        for _ in range(4):
            gate.note_answers("a", [(TOO_OFTEN, gate.now())])
            pauses.append(round(gate.views()[0].seconds_left))
            gate.release("a")
    assert pauses == [1, 2, 4, 8]
