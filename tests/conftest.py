"""Fixtures for all tests: a home, real image files, a small catalogue, photographs."""

import shutil
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import Home, open_home
from engine.images.store import ImageStore
from studio.access import serving

PROJECT = Path(__file__).resolve().parents[1]
PHOTOS = PROJECT.parent / "shared" / "photos"

# The machine is shared: an example may be slow without being wrong.
settings.register_profile(
    "studio", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("studio")

# This precedes its first import: its assertions serve the tests and a benchmark.
pytest.register_assert_rewrite("tests.download.situations")

MakeImage = Callable[..., Path]
Mount = Callable[..., None]


@pytest.fixture(autouse=True)
def _no_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A started process runs the main module again, and a page test would leave its page as the
    main module.
    """
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))


@pytest.fixture(autouse=True)
def _pages_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages run in the process of the test, where no request needs a check."""
    monkeypatch.setattr(serving, "_guarded", True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return open_home(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> ImageStore:
    """The image store of the empty home."""
    return ImageStore(home)


@pytest.fixture
def catalogue(home: Home) -> Iterator[SqliteCatalogue]:
    """The empty catalogue of the home."""
    opened = SqliteCatalogue(home.catalogue)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[Photograph]]:
    """A home with the image files of `small_catalogue`, and their records. Do not change it."""
    folder = tmp_path_factory.mktemp("planted")
    home = open_home(folder / "home")
    store = ImageStore(home)
    photographs = []
    species = ("Acer campestre", "Bellis perennis", "Cornus mas", "Dahlia pinnata")
    for name, images in zip(species, (1, 2, 4, 5), strict=True):
        for number in range(images):
            image_id = f"{name.split()[0].lower()}-{number}"
            picture = Image.fromarray(flower(64, 48, seed=len(photographs)))
            picture.save(folder / f"{image_id}.jpg")
            stored = store.keep(folder / f"{image_id}.jpg")
            photographs.append(
                Photograph(
                    image_id,
                    name,
                    genus=name.split()[0],
                    source="test",
                    observation_id="one" if name.startswith("Bellis") else "",
                    path=stored.path,
                    sha256=stored.sha256,
                    width=stored.width,
                    height=stored.height,
                    state="cached",
                )
            )
    return home, photographs


@pytest.fixture
def small_catalogue(
    home: Home, catalogue: SqliteCatalogue, planted: tuple[Home, list[Photograph]]
) -> SqliteCatalogue:
    """Twelve photographs with real files: 1 of Acer, 2 of Bellis, 4 of Cornus, 5 of Dahlia.

    The two of Bellis are one observation.
    """
    shutil.copytree(planted[0].data, home.data, dirs_exist_ok=True)
    catalogue.add(planted[1])
    return catalogue


@pytest.fixture
def make_image(tmp_path: Path) -> MakeImage:
    """Make real image files: `make_image("a.jpg", width=64, height=48, seed=0, **save)`.

    The image is a bright round flower on green ground, different for every seed. The file ending
    sets the format, and further arguments go to Pillow's `save`. A relative name is below
    tmp_path/pictures.
    """

    def make(
        name: str | Path, width: int = 64, height: int = 48, seed: int = 0, **save: object
    ) -> Path:
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(flower(width, height, seed)).save(path, **save)
        return path

    return make


def flower(width: int, height: int, seed: int = 0) -> np.ndarray:
    """A (height, width, 3) RGB image of a bright disc on green, noisy ground."""
    random = np.random.default_rng(seed)
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = (40, 110, 50)
    picture += random.integers(0, 12, picture.shape, dtype=np.uint8)
    rows, columns = np.mgrid[:height, :width]
    x, y = random.uniform(0.3, 0.7, 2) * (width, height)
    disc = (columns - x) ** 2 + (rows - y) ** 2 <= (min(width, height) / 4) ** 2
    picture[disc] = random.integers(150, 256, 3)
    return picture


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder of real photographs beside the project; skips the test with a reason if it is
    missing.
    """
    if not PHOTOS.is_dir():
        pytest.skip("the real photographs of ../shared/photos are not on this machine")
    return PHOTOS


@pytest.fixture
def mounted() -> Iterator[Mount]:
    """mounted(folder, *options) mounts on a folder until the test ends."""
    folders: list[Path] = []

    def mount(folder: Path, *options: str) -> None:
        command = ["mount", *options, str(folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("only root may mount")
        folders.append(folder)

    yield mount
    for folder in reversed(folders):
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def freeze(mounted: Mount, folder: Path) -> None:
    """Make the folder read-only until the test ends."""
    mounted(folder, "--bind", str(folder))
    mounted(folder, "-o", "remount,ro,bind")
