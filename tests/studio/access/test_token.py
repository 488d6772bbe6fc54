"""The start token and the cookie that represents it."""

import os

import pytest

from engine.errors import BadInput
from studio.access.token import TOKEN_VARIABLE, cookie, same, start_token


def test_every_start_has_another_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    tokens = {start_token() for _ in range(10)}
    assert len(tokens) == 10
    assert all(len(token) >= 32 for token in tokens)


def test_a_chosen_token_is_not_passed_to_other_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "x" * 32)
    assert start_token() == "x" * 32
    assert TOKEN_VARIABLE not in os.environ


@pytest.mark.parametrize("chosen", ["", "short", "x" * 31, "x" * 40 + "&", "x" * 40 + "\n"])
def test_a_weak_token_is_refused(monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, chosen)
    with pytest.raises(BadInput, match="needs at least 32"):
        start_token()


def test_the_cookie_differs_by_port_and_token_and_does_not_contain_the_token() -> None:
    name, value = cookie("x" * 32, 8501)
    assert cookie("x" * 32, 8502)[0] != name
    assert cookie("y" * 32, 8501)[1] != value
    assert "x" * 8 not in value


@pytest.mark.parametrize(("left", "right"), [("é", "e"), ("", "a"), ("a", "ab"), ("\ud800", "?b")])
def test_different_secrets_are_not_equal(left: str, right: str) -> None:
    assert same(left, left)
    assert not same(left, right)
