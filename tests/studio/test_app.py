"""What the server does once for all pages."""

import os

import pytest

from engine.openmp import WAIT_POLICY
from tests.studio.conftest import OpenPage


def test_torch_which_a_page_may_load_later_is_to_wait_passively(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(WAIT_POLICY, raising=False)
    open_page("overview")
    assert os.environ[WAIT_POLICY] == "PASSIVE"
