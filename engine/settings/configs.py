"""The configuration files that come with the studio."""

from functools import cache, lru_cache
from pathlib import Path

from engine.settings.files import load
from engine.settings.images import ImageSettings
from engine.settings.run import RunSettings
from engine.settings.studio import StudioSettings

PROJECT = Path(__file__).resolve().parents[2]
CONFIGS = PROJECT / "configs"


def studio_settings() -> StudioSettings:
    """The studio's own settings.

    A relative home is taken from the project's folder; where the packages are installed without
    it, from the current folder.
    """
    file = CONFIGS / "studio.yaml"
    settings = _read(file, _state(file))
    start = PROJECT if (PROJECT / "pyproject.toml").is_file() else Path.cwd()
    return settings.model_copy(update={"home": str(start / Path(settings.home).expanduser())})


@lru_cache(maxsize=1)
def _read(file: Path, state: tuple[int, ...]) -> StudioSettings:
    """Reading and checking takes a millisecond: it is done again once the file's state changes."""
    return load(StudioSettings, file)


def _state(file: Path) -> tuple[int, ...]:
    try:
        found = file.stat()
    except OSError:
        # Reading it says what is wrong.
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@cache
def image_settings() -> ImageSettings:
    """The limits of photographs, read once in a process."""
    return studio_settings().images


def run_configs() -> dict[str, RunSettings]:
    """The training configurations, by file name without its ending."""
    files = sorted(path for path in CONFIGS.glob("*.yaml") if path.name != "studio.yaml")
    return {path.stem: load(RunSettings, path) for path in files}
