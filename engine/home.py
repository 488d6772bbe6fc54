"""The home: the folder that holds everything the studio writes."""

import os
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.errors import BadInput, WorkFailed
from engine.files import typed_path
from engine.reasons import reason_of


@dataclass(frozen=True)
class Home:
    """The paths in a home. Files in the home store paths relative to `root`."""

    root: Path

    @cached_property
    def data(self) -> Path:
        return self.root / "data"

    @cached_property
    def catalogue(self) -> Path:
        return self.data / "catalogue.sqlite"

    @cached_property
    def exports(self) -> Path:
        return self.data / "exports"

    @cached_property
    def images(self) -> Path:
        return self.data / "images"

    @cached_property
    def linked(self) -> Path:
        """Links to folders of photographs outside the home that splits refer to."""
        return self.data / "linked"

    @cached_property
    def thumbnails(self) -> Path:
        return self.data / "thumbnails"

    @cached_property
    def shrunk(self) -> Path:
        return self.data / "shrunk"

    @cached_property
    def downloads(self) -> Path:
        return self.data / "downloads"

    @cached_property
    def cache_folders(self) -> Path:
        return self.data / "cache_folders"

    @cached_property
    def garden(self) -> Path:
        return self.data / "garden"

    @cached_property
    def presets(self) -> Path:
        return self.data / "presets"

    @cached_property
    def crops(self) -> Path:
        return self.data / "crops.sqlite"

    @cached_property
    def manual_squares(self) -> Path:
        return self.data / "manual_squares.sqlite"

    @cached_property
    def preferences(self) -> Path:
        return self.data / "preferences.json"

    @cached_property
    def quality(self) -> Path:
        return self.data / "quality.sqlite"

    @cached_property
    def features(self) -> Path:
        return self.data / "features.sqlite"

    @cached_property
    def taxonomy(self) -> Path:
        """The names of a taxonomy table; missing until one is added."""
        return self.data / "taxonomy.sqlite"

    @cached_property
    def verdicts(self) -> Path:
        return self.data / "verdicts"

    @cached_property
    def splits(self) -> Path:
        return self.data / "splits"

    @cached_property
    def jobs(self) -> Path:
        return self.data / "jobs"

    @cached_property
    def queue(self) -> Path:
        return self.data / "queue"

    @cached_property
    def backups(self) -> Path:
        return self.data / "backups"

    @cached_property
    def set_aside(self) -> Path:
        """Files that a repair has moved here, by date; the studio does not use them."""
        return self.data / "set_aside"

    @cached_property
    def download_store(self) -> Path:
        return self.downloads / "downloads.sqlite"

    @cached_property
    def runs(self) -> Path:
        return self.root / "runs"

    def relative(self, path: Path) -> str:
        """`path` as stored in the home's files: relative, with forward slashes.

        Raises:
            BadInput: the path is outside the home.
        """
        # Links are not resolved: a folder of the home may link to a larger disk.
        absolute = Path(os.path.normpath(path.absolute()))
        if not absolute.is_relative_to(self.root):
            absolute = path.resolve()
        if not absolute.is_relative_to(self.root):
            raise BadInput("{path} is outside the home {home}.", path=path, home=self.root)
        return absolute.relative_to(self.root).as_posix()

    def resolve(self, path: str) -> Path:
        """The absolute path for a path stored in the home's files.

        Raises:
            BadInput: the path leads out of the home.
        """
        absolute = Path(os.path.normpath(self.root / path))
        if not absolute.is_relative_to(self.root):
            raise BadInput(
                "The path {path} leads out of the home {home}.", path=repr(path), home=self.root
            )
        return absolute


def keep_private() -> None:
    """Make new files of this process and its children private to their user.

    Call it when a program starts. In a home that a group shares, `open_home` admits the group.
    """
    os.umask(0o077)


def open_home(root: Path) -> Home:
    """Open the home at `root`, creating it if needed.

    Closes data/ and runs/ to other users of the machine. Leaves links unchanged, and folders
    with the setgid bit, which their group shares.

    Raises:
        BadInput: `root` is not a valid folder path.
        WorkFailed: the folder cannot be created.
    """
    resolved = typed_path(root).resolve()
    try:
        for folder in (resolved / "data", resolved / "runs"):
            folder.mkdir(parents=True, exist_ok=True)
            _close_to_others(folder)
    except OSError as error:
        if not (resolved / "data").is_dir():
            raise WorkFailed(
                "The home {home} cannot be made ({reason}). "
                "Choose another with --home or STUDIO_HOME.",
                home=resolved,
                reason=reason_of(error),
            ) from error
    return Home(resolved)


def _close_to_others(folder: Path) -> None:
    state = folder.lstat()
    if state.st_mode & stat.S_ISGID:
        os.umask(0o007)
    elif stat.S_ISDIR(state.st_mode) and state.st_uid == os.geteuid() and state.st_mode & 0o077:
        folder.chmod(0o700)


def chosen_root(given: Path | None, configured: str) -> Path:
    """The home's folder: `given`, else STUDIO_HOME, else the configured one."""
    if given is not None:
        return given
    return Path(os.environ.get("STUDIO_HOME") or configured)
