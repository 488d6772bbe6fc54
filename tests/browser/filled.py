"""A home with 55 photographs of three species, a split, and a run, drawn without training."""

from pathlib import Path

import cv2

from engine.catalogue.folder_import import import_folder
from engine.catalogue.opening import open_catalogue
from engine.home import Home, open_home
from engine.images.store import ImageStore
from engine.settings.split import SplitSettings
from engine.split.make import make_split
from tests.conftest import flower
from tests.studio.runs.drawn_run import ended_run

SPECIES = {"Acer campestre": 3, "Bellis perennis": 40, "Cornus mas": 12}
PAGES = (
    "",
    "catalogue",
    "import",
    "download",
    "health",
    "crop_lab",
    "split",
    "train",
    "runs?run=ended",
    # The run has no test part to pick from.
    "try_it?photo=none",
)
"""The address of each page of the studio, on that home."""


def filled_home(folder: Path) -> Home:
    """Make the home in a folder that is empty or missing."""
    photographs = folder / "photographs"
    for group, (species, images) in enumerate(SPECIES.items()):
        (photographs / species).mkdir(parents=True)
        for number in range(images):
            picture = cv2.cvtColor(flower(160, 120, 100 * group + number), cv2.COLOR_RGB2BGR)
            cv2.imwrite(str(photographs / species / f"{number:03}.jpg"), picture)
    home = open_home(folder / "home")
    with open_catalogue(home) as catalogue:
        import_folder(catalogue, photographs, ImageStore(home).keep, "garden")
        make_split(home, catalogue, SplitSettings())
    ended_run(home, "ended")
    return home
