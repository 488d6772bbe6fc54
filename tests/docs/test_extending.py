"""The examples of docs/extending.md, run against the real registries."""

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import typer
from PIL import Image
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from engine.augment.augmentations import AUGMENTATIONS
from engine.catalogue.importers import IMPORTERS
from engine.commands.catalogue import add_to
from engine.crop.finder import find_crop
from engine.crop.policies import POLICIES
from engine.crop.saliency import DETECTORS
from engine.home import Home
from engine.registry import Registry
from engine.settings.crop import CropPreset
from engine.settings.files import overlaid, validate
from engine.settings.run import RunSettings
from engine.taxonomy.shapes import SHAPES, recognise_table
from engine.taxonomy.table import TaxonRow
from engine.training.data.samplers import SAMPLERS
from engine.training.loop import train
from engine.training.optim.losses import LOSSES
from engine.training.optim.optimisers import OPTIMISERS
from engine.training.optim.schedule import SCHEDULES
from engine.training.state.run_folder import prepare
from studio.importing.ways import ways
from tests.conftest import PROJECT
from tests.training.small import draw_split, small_settings

TEXT = (PROJECT / "docs" / "extending.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```python (\w+)\n(.*?)```", TEXT, re.DOTALL))
REGISTRIES: dict[str, Registry[Any]] = {
    "detector": DETECTORS,
    "policy": POLICIES,
    "augmentation": AUGMENTATIONS,
    "loss": LOSSES,
    "sampler": SAMPLERS,
    "optimiser": OPTIMISERS,
    "schedule": SCHEDULES,
    "taxonomy": SHAPES,
    "importer": IMPORTERS,
}
# What a training example adds, the setting that selects it, and the field that computes it.
TRAINED = {
    "augmentation": ("augmentation.train.extra.upside_down=0.5", "apply"),
    "loss": ("training.loss=poly", "compute"),
    "sampler": ("training.sampling=gentle", "weight"),
    "optimiser": ("training.optimiser=rmsprop", "make"),
    "schedule": ("training.schedule=steps", "height"),
}


@pytest.fixture(autouse=True)
def _registries_as_before() -> Iterator[None]:
    before = {kind: dict(registry) for kind, registry in REGISTRIES.items()}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    for kind, registry in REGISTRIES.items():
        registry.clear()
        registry.update(before[kind])


def added(kind: str) -> str:
    """Run an example; return the name of the entry that it adds."""
    before = set(REGISTRIES[kind])
    exec(compile(EXAMPLES[kind], f"docs/extending.md: {kind}", "exec"), {})
    (name,) = set(REGISTRIES[kind]) - before
    return name


def counted(kind: str, name: str, field: str) -> list[int]:
    """Make an entry count its calls."""
    calls = [0]
    entry = REGISTRIES[kind][name]
    compute: Callable[..., Any] = getattr(entry, field)

    def counting(*arguments: Any) -> Any:
        calls[0] += 1
        return compute(*arguments)

    REGISTRIES[kind][name] = dataclasses.replace(entry, **{field: counting})
    return calls


def test_every_kind_has_an_example_of_under_20_lines() -> None:
    # A box policy is close to a detector and has the same signature.
    assert EXAMPLES.keys() == REGISTRIES.keys() - {"policy"}
    assert all(len(code.strip().splitlines()) < 20 for code in EXAMPLES.values())


def test_the_table_names_the_location_of_each_registry() -> None:
    rows = re.findall(r"\| `(engine/\S+\.py)` \| `(\w+)` \|", TEXT)
    assert len(rows) == len(REGISTRIES)
    for file, name in rows:
        assert re.search(rf"^{name}\b.*= Registry\(", (PROJECT / file).read_text(), re.MULTILINE)


@pytest.mark.parametrize("kind", TRAINED)
def test_two_steps_are_trained_with_the_example(home: Home, kind: str) -> None:
    change, field = TRAINED[kind]
    values = small_settings(
        draw_split(home, "small").name, training__stop_after_steps=2, training__warmup_epochs=0
    )
    plain = validate(RunSettings, values, "the test")
    name = added(kind)
    calls = counted(kind, name, field)
    folder = prepare(home, overlaid(plain, [change], "the test"), "run")
    status = train(home, folder)
    assert (status.state, status.step, status.reason) == ("finished", 2, "")
    assert calls[0] > 0
    assert name in folder.config.read_text()


def test_a_crop_is_found_with_the_example() -> None:
    name = added("detector")
    picture = np.full((120, 200, 3), 90, np.uint8)
    picture[40:80, 120:170] = (30, 200, 40)
    crop = find_crop(picture, CropPreset(detector=name, padding=0))
    assert crop.subject is not None
    assert abs(crop.subject.x - 120) <= 2
    assert abs(crop.subject.width - 50) <= 4


def test_a_taxonomy_table_is_read_with_the_example(tmp_path: Path) -> None:
    file = tmp_path / "checklist.csv"
    file.write_text("number,name,author,family\n7,Rosa canina,L.,Rosaceae\n", "utf-8")
    name = added("taxonomy")
    shape, table = recognise_table(file)
    assert shape == name
    assert list(SHAPES[name].rows(table)) == [
        TaxonRow("7", "Rosa canina", "L.", "accepted", "", "Rosaceae")
    ]


def test_photographs_are_imported_with_the_example(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "flat"
    folder.mkdir()
    for number, species in enumerate(["Rosa canina", "Rosa canina", "Bellis perennis"]):
        pixels = np.full((40, 50, 3), 60 * number, np.uint8)
        Image.fromarray(pixels).save(folder / f"{species}_{number}.jpg")
    name = added("importer")
    app = typer.Typer()
    add_to(app)
    ended = CliRunner().invoke(
        app, ["import", name, str(folder), "--home", str(home.root), "--json"]
    )
    assert ended.exit_code == 0, ended.output
    outcome = json.loads(ended.output.splitlines()[-1])
    assert (outcome["added"], outcome["refused"]) == (3, 0)
    assert ways()[name][0] == "Flat folder"


def test_the_form_offers_the_entries_of_the_examples() -> None:
    names = {kind: added(kind) for kind in TRAINED}

    def page() -> None:
        from engine.settings.run import RunSettings
        from studio.forms.form import settings_form

        fields = ["loss", "sampling", "optimiser", "schedule"]
        settings_form(
            RunSettings(),
            "run",
            fields=[*(f"training.{field}" for field in fields), "augmentation.train.extra"],
        )

    app = AppTest.from_function(page).run()
    assert not app.exception
    for kind, field in {"loss": "loss", "sampler": "sampling", "schedule": "schedule"}.items():
        widget = app.selectbox(key=f"run.training.{field}")
        entry = REGISTRIES[kind][names[kind]]
        assert widget.options[-1] == entry.title
        assert f"**{entry.title}**: {entry.description}" in widget.help
    number = app.number_input(key="run.augmentation.train.extra.upside_down")
    assert (number.label, number.value) == ("Upside down", 0)
