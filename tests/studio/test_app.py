"""One-time work of the server for all pages."""

import os

import pytest

from engine.openmp import WAIT_POLICY
from tests.studio.conftest import OpenPage


def test_openmp_is_set_to_wait_passively_before_a_page_loads_torch(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(WAIT_POLICY, raising=False)
    open_page("overview")
    assert os.environ[WAIT_POLICY] == "PASSIVE"
