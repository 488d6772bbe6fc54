"""How a home downloads: what the studio's configuration says, and what was chosen for this home."""

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
    """The settings of configs/studio.yaml with this home's own choices laid over them.

    Raises:
        BadInput: a value is wrong; the sentence names its key.
    """
    base = studio_settings().download
    return validate(DownloadSettings, base.model_dump() | _chosen(home), str(_file(home)))


def save_download_settings(home: Home, changes: Mapping[str, Any]) -> DownloadSettings:
    """Keep choices for this home; returns the settings as they are then.

    Raises:
        BadInput: a value is wrong; nothing was changed.
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
