"""A small split of real files: coloured squares that a tiny network can distinguish."""

from typing import Any

import numpy as np
from PIL import Image

from engine.files import sha256_of, write_json
from engine.home import Home
from engine.split.classes import ClassMap
from engine.split.folder import SplitFolder, SplitLine, write_part

COLOURS = {
    "Rosa canina": (200, 40, 60),
    "Malva sylvestris": (150, 60, 190),
    "Urtica dioica": (40, 150, 50),
}
COUNTS = {"train": 8, "val": 2, "test": 2}
HEIGHT_AND_WIDTH = (48, 60)


def small_settings(split: str, **changes: object) -> dict[str, Any]:
    """Values for a network so small that an epoch takes an instant."""
    values: dict[str, dict[str, Any]] = {
        "model": {
            "name": "vit_tiny_patch16_224",
            "pretrained": False,
            "drop_rate": 0.1,
            "options": {"embed_dim": 24, "depth": 2, "num_heads": 3, "patch_size": 8},
        },
        "data": {"split": split, "image_size": 32, "workers": 0, "smart_crop": False},
        "augmentation": {
            "train": {"resize": 40, "crop": 32},
            "val": {"resize": 40, "center_crop": 32},
        },
        "training": {
            "epochs": 3,
            "batch_size": 4,
            "learning_rate": 3e-3,
            "log_every": 2,
            "device": "cpu",
            "threads": 1,
        },
    }
    for key, value in changes.items():
        group, _, name = key.partition("__")
        values[group][name] = value
    return values


def draw_split(
    home: Home,
    name: str,
    counts: dict[str, int] = COUNTS,
    size: tuple[int, int] = HEIGHT_AND_WIDTH,
) -> SplitFolder:
    """Draw photographs of three species and write them as a split."""
    chance = np.random.default_rng(0)
    folder = SplitFolder(home.splits / name)
    classes = ClassMap(tuple(sorted(COLOURS)))
    for part, count in counts.items():
        lines = [
            draw_line(home, classes, species, f"{part}-{label}-{number}", chance, size)
            for label, species in enumerate(classes.species)
            for number in range(count)
        ]
        write_part(folder.part(part), lines)
    classes.write(folder.classes)
    write_manifest(folder, classes, counts)
    return folder


def write_manifest(folder: SplitFolder, classes: ClassMap, counts: dict[str, int]) -> None:
    """Write the manifest for the current files of a split."""
    files = [*(folder.part(part) for part in counts), folder.classes]
    species = len(classes)
    manifest = {
        "class_map": classes.fingerprint,
        "files": {file.name: sha256_of(file) for file in files},
        "parts": {p: {"images": n * species, "species": species} for p, n in counts.items()},
    }
    write_json(folder.manifest, manifest)


def draw_line(
    home: Home,
    classes: ClassMap,
    species: str,
    name: str,
    chance: np.random.Generator,
    size: tuple[int, int],
) -> SplitLine:
    noise = chance.normal(0, 25, (*size, 3))
    pixels = np.clip(np.array(COLOURS[species]) + noise, 0, 255).astype(np.uint8)
    path = home.images / f"{name}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=90)
    return SplitLine(
        image_id=name,
        path=home.relative(path),
        url="",
        species=species,
        label=classes.labels[species],
        source="drawn",
        observation_id="",
        sha256=sha256_of(path),
    )
