"""How the responses of a host change its request rate."""

import pytest

from engine.download.gate import Gate
from engine.download.host import PARKED_AT, Host
from engine.download.outcome import Failed
from engine.download.store import DownloadStore, open_download_store
from engine.home import Home
from engine.language.message import message
from engine.settings.download import DownloadSettings, ProviderSettings

REFUSED = Failed("policy", message("The host refuses it (403)."), "forbidden", 403)
TOO_OFTEN = Failed("transient", message("The host was asked too often (429)."), "slow down", 429)
MISSING = Failed("permanent", message("The host does not have it (404)."), "neutral", 404)


def answers(host: Host, start: float, seconds: float) -> float:
    """Make the host respond successfully at its rate for this long; return the time after that."""
    now = start
    while now < start + seconds:
        host.took_turn(now)
        host.did_well(now, paced=True)
        now = max(now, host.next_at)
    return now


def test_the_rate_of_a_healthy_host_increases_step_by_step() -> None:
    host = Host("a", rate=1.0)
    answers(host, 1_000, 20)
    assert host.rate == pytest.approx(11, abs=1.5)


def test_an_objection_halves_the_rate_which_then_stays_below_the_failed_one() -> None:
    host = Host("a", rate=20.0)
    assert host.objected(1_000, sent=999.9, observed=0)
    assert (host.rate, host.worst) == (10.0, 20.0)
    now = answers(host, 1_000, 30)
    assert host.rate == pytest.approx(19.6)
    answers(host, now, 60)
    assert host.rate == pytest.approx(19.6)


def test_after_some_quiet_minutes_a_higher_rate_is_tried_again() -> None:
    host = Host("a", rate=20.0)
    host.objected(1_000, sent=999.9, observed=0)
    answers(host, 1_000, 600)
    assert host.rate is not None and host.rate > 25


def test_one_objection_to_many_pending_requests_halves_the_rate_once() -> None:
    host = Host("a", rate=16.0)
    assert host.objected(1_000, sent=999.9, observed=0)
    assert not host.objected(1_000.1, sent=999.95, observed=0)
    assert host.rate == 8.0


def test_an_unlimited_host_that_objects_is_limited_from_its_current_rate() -> None:
    host = Host("a", rate=None)
    host.objected(1_000, sent=999, observed=200.0)
    assert host.rate == 100.0


def test_a_burst_to_an_unlimited_host_counts_at_its_actual_rate(home: Home) -> None:
    settings = DownloadSettings(other_hosts=ProviderSettings(start_rate=None))
    with open_download_store(home) as downloads:
        gate = Gate(downloads, settings)
        assert all(gate.ask("a").wait == 0 for _ in range(30))
        gate.tell("a", TOO_OFTEN, gate.now())
        assert gate.views()[0].rate == 15


def test_responses_to_unpaced_requests_do_not_raise_the_rate() -> None:
    host = Host("a", rate=1.0)
    for _ in range(100):
        host.did_well(1_000, paced=False)
    assert host.rate == 1.0


@pytest.fixture
def gate(home: Home):
    with open_download_store(home) as downloads:
        yield Gate(downloads, DownloadSettings())


def test_fast_errors_never_raise_the_rate(gate: Gate) -> None:
    for _ in range(50):
        gate.tell("a", MISSING, gate.now())
    assert gate.views()[0].rate == 1.0
    assert gate.views()[0].state == "ok"


@pytest.mark.parametrize("failure", [REFUSED, TOO_OFTEN])
def test_repeated_refusals_park_a_host_and_the_user_can_release_it(
    gate: Gate, failure: Failed
) -> None:
    for _ in range(PARKED_AT // 2):
        gate.tell("a", failure, gate.now())
    view = gate.views()[0]
    assert (view.state, view.reason) == ("parked", failure.reason)
    assert gate.ask("a").why == "parked"
    gate.release("a")
    assert gate.ask("a").why in ("", "pace")
    gate.tell("a", failure, gate.now())
    assert gate.views()[0].state == "parked"
    assert gate.views()[0].seconds_left > 3_700


def test_a_response_in_between_prevents_parking(gate: Gate) -> None:
    for _ in range(20):
        gate.tell("a", REFUSED, gate.now())
        gate.tell("a", MISSING, gate.now())
    assert gate.views()[0].state == "ok"


def test_a_requested_pause_holds_in_other_processes_too(home: Home) -> None:
    settings = DownloadSettings()
    with open_download_store(home) as downloads:
        pausing = Failed(
            "transient", message("The host is overloaded (503)."), "slow down", 503, 90.0
        )
        Gate(downloads, settings).tell("a", pausing, 10**12)
    with open_download_store(home) as downloads:
        turn = Gate(downloads, settings).ask("a")
        assert turn.why == "paused"
        assert 85 < turn.wait <= 90


def test_every_attempt_counts_against_the_budget_of_the_provider(home: Home) -> None:
    provider = ProviderSettings(hosts=(".example.org",), requests_per_day=3, start_rate=None)
    settings = DownloadSettings(providers={"example": provider})
    with open_download_store(home) as downloads:
        gate = Gate(downloads, settings)
        assert [gate.ask(f"{name}.example.org").why for name in "abcd"] == ["", "", "", "budget"]
        assert [budget.spent for budget in gate.budgets("z.example.org")] == [3]


def test_known_providers_have_their_published_limits(downloads: DownloadStore) -> None:
    gate = Gate(downloads, DownloadSettings())

    def limits(host: str) -> list[tuple[float, int]]:
        return [(budget.limit.span, budget.limit.most) for budget in gate.budgets(host)]

    assert limits("api.inaturalist.org") == [(60, 55), (86_400, 9_500)]
    assert limits("static.inaturalist.org") == [(3_600, 4_500_000_000), (86_400, 22_000_000_000)]
    assert limits("inaturalist-open-data.s3.amazonaws.com") == [(1, 1)]
    assert gate.connections("any.example") == 1


@pytest.fixture
def downloads(home: Home):
    with open_download_store(home) as opened:
        yield opened
