"""Find a port to listen on."""

import socket

import pytest

from engine.errors import BadInput, WorkFailed
from studio.free_port import free_port


def test_a_port_in_use_is_skipped_and_a_free_one_is_used() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = int(listener.getsockname()[1])
        assert free_port("127.0.0.1", taken) > taken
    assert free_port("127.0.0.1", taken) == taken


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(BadInput, match=r"192\.0\.2\.1 is not an address of this computer"):
        free_port("192.0.2.1", 8501)


def test_without_a_free_port_an_error_is_raised() -> None:
    with pytest.raises(WorkFailed, match="No port from 65536 up"):
        free_port("127.0.0.1", 65_536)
