"""The examples do what their first sentence says, as whole programs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image

from engine.home import open_home
from engine.settings.files import validate
from engine.settings.run import RunSettings
from engine.training.loop import train
from engine.training.state.run_folder import prepare
from tests.catalogue.tables import write
from tests.conftest import PROJECT, MakeImage
from tests.training.small import COLOURS, draw_split, small_settings


def run_example(name: str, *arguments: str | Path, cwd: Path) -> str:
    """Run an example, which must succeed; return its output."""
    ended = subprocess.run(
        [sys.executable, str(PROJECT / "examples" / name), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_folder_is_cropped_to_squares_and_unreadable_files_are_named(
    tmp_path: Path, make_image: MakeImage
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(2):
        shutil.copy(make_image(f"{number}.jpg", width=320, height=240, seed=number), photos)
    (photos / "broken.jpg").write_bytes(b"no photograph")
    said = run_example("crop_folder.py", photos, "cropped", "--side", "96", cwd=tmp_path)
    assert "broken.jpg" in said
    written = sorted((tmp_path / "cropped").iterdir())
    assert [path.name for path in written] == ["0.png", "1.png"]
    assert {Image.open(path).size for path in written} == {(96, 96)}


def test_a_table_is_imported_and_split(tmp_path: Path, make_image: MakeImage) -> None:
    rows = [
        {"species": species, "path": str(make_image(f"{name}.jpg", seed=seed))}
        for seed, (name, species) in enumerate(
            (f"{first}{number}", species)
            for first, species in (("a", "Acer campestre"), ("b", "Bellis perennis"))
            for number in range(4)
        )
    ]
    table = write(tmp_path / "records.csv", rows)
    said = run_example("split_table.py", table, "--home", "home", "--name", "mine", cwd=tmp_path)
    assert said.splitlines()[0] == "8 added, 0 known, 0 refused"
    assert said.splitlines()[1] == "{'train': 4, 'val': 2, 'test': 2}"
    assert (tmp_path / "home" / "data" / "splits" / "mine" / "manifest.json").is_file()


def test_a_run_identifies_photographs(tmp_path: Path, make_image: MakeImage) -> None:
    home = open_home(tmp_path / "home")
    draw_split(home, "small")
    settings = validate(RunSettings, small_settings("small", training__epochs=1), "the test")
    train(home, prepare(home, settings, "run"))
    photo = make_image("plant.jpg")
    said = run_example("predict_with_run.py", "run", photo, "--home", home.root, cwd=tmp_path)
    assert said.startswith("plant.jpg: ")
    assert all(species in said for species in COLOURS)
