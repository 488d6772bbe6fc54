"""Streamlit must not reload the studio's packages: the access checks are module state."""

import tomllib

from tests.conftest import PROJECT

CONFIG = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_no_file_is_watched_by_default() -> None:
    assert CONFIG["server"]["fileWatcherType"] == "none"
    assert "runOnSave" not in CONFIG["server"]
