"""Sign-in that is required but not set up admits nobody. tests/browser has the real sign-in."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.home import Home
from studio import text
from studio.access import serving
from tests.conftest import PROJECT

COMPLETE = """
[auth]
redirect_uri = "http://plants.example.org/oauth2callback"
cookie_secret = "secret"
client_id = "studio"
client_secret = "secret"
server_metadata_url = "https://example.org/.well-known/openid-configuration"
"""


def opened(home: Home, monkeypatch: pytest.MonkeyPatch, **auth: str) -> AppTest:
    monkeypatch.setenv("STUDIO_HOME", str(home.root))
    app = AppTest.from_file(str(PROJECT / "studio" / "app.py"), default_timeout=60)
    if auth:
        app.secrets["auth"] = auth
    return app.run()


def assert_closed(app: AppTest, reason: str) -> None:
    (error,) = app.error
    assert error.value.startswith(text.plain(f"Nobody can sign in. {reason}"))
    assert [title.value for title in app.title] == ["Plant Studio"]
    assert not app.button


def test_incomplete_settings_admit_nobody(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(home, monkeypatch, client_id="studio", client_secret="secret")
    assert_closed(app, "[auth] in .streamlit/secrets.toml lacks redirect_uri, cookie_secret,")


def test_settings_removed_while_it_runs_admit_nobody(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_needs_sign_in", True)
    assert_closed(opened(home, monkeypatch), ".streamlit/secrets.toml has no [auth] table")


@pytest.mark.parametrize(
    ("secrets", "reason"),
    [
        ("", "has no [auth] table"),
        ("[auth]\nclient_id = 'studio'\n", "lacks redirect_uri, cookie_secret, client_secret"),
        ("[auth\n", "lacks redirect_uri"),
        (COMPLETE, "is not an https address" if find_spec("authlib") else "Authlib is missing"),
    ],
)
def test_a_network_address_is_refused_unless_people_can_sign_in_safely(
    tmp_path: Path, secrets: str, reason: str
) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets)
    ended = subprocess.run(
        [sys.executable, "-m", "studio.server", "--port", "1", "--listen", "0.0.0.0"],
        cwd=tmp_path,
        env={**os.environ, "STUDIO_HOME": str(tmp_path), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2, ended.stderr
    assert reason in ended.stderr
    assert "ssh -L" in ended.stderr


def test_the_sign_in_problem_is_shown_in_spanish(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(home.root))
    app = AppTest.from_file(str(PROJECT / "studio" / "app.py"), default_timeout=60)
    app.secrets["auth"] = {"client_id": "studio"}
    app.session_state["language"] = "es"
    app.run()
    assert app.error[0].value.startswith("Nadie puede iniciar sesión.")
    assert app.caption[0].value == "Corrígelo y reinicia el estudio."
