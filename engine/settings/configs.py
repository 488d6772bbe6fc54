"""The configuration files supplied with the studio."""

from functools import cache, lru_cache
from pathlib import Path

from engine.settings.files import load
from engine.settings.foreign import Configuration, load_configuration
from engine.settings.images import ImageSettings
from engine.settings.run import RunSettings
from engine.settings.studio import StudioSettings

PROJECT = Path(__file__).resolve().parents[2]
CONFIGS = PROJECT / "configs"


def studio_settings() -> StudioSettings:
    """Return the studio's own settings.

    A relative home is resolved against the project folder, or against the current folder if the
    packages are installed without it.
    """
    file = CONFIGS / "studio.yaml"
    settings = _read(file, _state(file))
    start = PROJECT if (PROJECT / "pyproject.toml").is_file() else Path.cwd()
    return settings.model_copy(update={"home": str(start / Path(settings.home).expanduser())})


@lru_cache(maxsize=1)
def _read(file: Path, state: tuple[int, ...]) -> StudioSettings:
    """Read the file, which takes a millisecond; cached until the file's state changes."""
    return load(StudioSettings, file)


def _state(file: Path) -> tuple[int, ...]:
    try:
        found = file.stat()
    except OSError:
        # Reading the file raises the error to show.
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@cache
def image_settings() -> ImageSettings:
    """Return the limits for photographs, read once per process."""
    return studio_settings().images


def configurations() -> dict[str, Configuration]:
    """Return the training configurations, of either format, by file name without extension."""
    files = sorted(path for path in CONFIGS.glob("*.yaml") if path.name != "studio.yaml")
    return {path.stem: load_configuration(path) for path in files}


def run_configs() -> dict[str, RunSettings]:
    """Return the settings of the training configurations by file name without extension."""
    return {name: configuration.settings for name, configuration in configurations().items()}
