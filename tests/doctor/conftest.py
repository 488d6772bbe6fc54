"""A home with 100 photographs of five species, 60 of which have an address."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import Home, open_home
from engine.images.store import ImageStore
from tests.conftest import flower

SPECIES = ("Acer campestre", "Bellis perennis", "Cornus mas", "Dahlia pinnata", "Erica carnea")
Damage = Callable[[Path], None]


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[Photograph]]:
    """The photographs and their records, made once. They must not be changed."""
    folder = tmp_path_factory.mktemp("drawn")
    home = open_home(folder / "home")
    store, photographs = ImageStore(home), []
    for number in range(100):
        file = folder / f"{number}.jpg"
        Image.fromarray(flower(160, 120, seed=number)).save(file, quality=90)
        kept = store.keep(file)
        photographs.append(
            Photograph(
                f"photo-{number:03}",
                SPECIES[number % 5],
                genus=SPECIES[number % 5].split()[0],
                source="meadow",
                url=f"https://example.org/{number}.jpg" if number < 60 else "",
                observation_id=f"observation-{number // 2}",
                observer="Ann",
                attribution=f"Photograph {number} by Ann",
                license="CC0-1.0",
                path=kept.path,
                sha256=kept.sha256,
                width=kept.width,
                height=kept.height,
                state="cached",
            )
        )
    return home, photographs


@pytest.fixture
def photographs(drawn: tuple[Home, list[Photograph]]) -> list[Photograph]:
    return drawn[1]


@pytest.fixture
def garden(home: Home, drawn: tuple[Home, list[Photograph]]) -> Home:
    """A home with all of them; its catalogue is closed."""
    shutil.copytree(drawn[0].data, home.data, dirs_exist_ok=True)
    with closing(SqliteCatalogue(home.catalogue)) as opened:
        opened.add(drawn[1])
    return home


@pytest.fixture
def opened(garden: Home) -> SqliteCatalogue:
    return SqliteCatalogue(garden.catalogue)


def alter(file: Path, many: int, seed: int, start: int | None = None) -> None:
    """Change this many bytes of a file, contiguous or scattered."""
    random = np.random.default_rng(seed)
    content = bytearray(file.read_bytes())
    if start is None:
        places = random.choice(len(content), many, replace=False)
    else:
        places = np.arange(start, min(start + many, len(content)))
    for place in places:
        content[place] = (content[place] + int(random.integers(1, 256))) % 256
    file.write_bytes(bytes(content))
