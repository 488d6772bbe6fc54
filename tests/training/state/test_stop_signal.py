"""Stop requests."""

import os
import signal
from pathlib import Path

import pytest

from engine.training.state.stop_signal import StopSignal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_requests_a_stop_instead_of_killing(
    tmp_path: Path, number: signal.Signals
) -> None:
    with StopSignal(tmp_path / "stop") as stop:
        assert not stop.wanted
        os.kill(os.getpid(), number)
        assert stop.wanted


def test_the_file_requests_a_stop_until_it_is_answered(tmp_path: Path) -> None:
    with StopSignal(tmp_path / "stop") as stop:
        (tmp_path / "stop").touch()
        assert stop.wanted
        stop.answered()
        assert not stop.wanted


def test_a_second_ctrl_c_stops_at_once(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), StopSignal(tmp_path / "stop"):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)


def test_signal_handlers_are_restored_afterwards(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with StopSignal(tmp_path / "stop"):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
