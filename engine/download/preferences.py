"""The download settings of a home: the studio's configuration and the home's own choices."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from engine.files import write_atomic
from engine.home import Home
from engine.language.message import gettext
from engine.settings.configs import studio_settings
from engine.settings.download import DownloadSettings
from engine.settings.files import read_yaml, validate


def download_settings(home: Home) -> DownloadSettings:
    """The settings of configs/studio.yaml, overridden by this home's own choices.

    Raises:
        BadInput: a value is invalid; the message names its key.
    """
    base = studio_settings().download
    return validate(DownloadSettings, base.model_dump() | _chosen(home), str(_file(home)))


def save_download_settings(home: Home, changes: Mapping[str, Any]) -> DownloadSettings:
    """Save choices for this home; returns the resulting settings.

    Raises:
        BadInput: a value is invalid; nothing was changed.
    """
    chosen = _chosen(home) | dict(changes)
    settings = validate(
        DownloadSettings,
        studio_settings().download.model_dump() | chosen,
        gettext("The download settings"),
    )
    write_atomic(_file(home), yaml.safe_dump(chosen, sort_keys=True, allow_unicode=True))
    return settings


def _chosen(home: Home) -> dict[str, Any]:
    return read_yaml(_file(home)) if _file(home).is_file() else {}


def _file(home: Home) -> Path:
    return home.downloads / "settings.yaml"
