"""Twins of a photograph, in every way that they come: one photograph, or never in two parts."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from engine.catalogue.opening import open_catalogue
from engine.cli import command_line
from engine.home import Home
from engine.images.decode import Pixels
from engine.split.folder import PARTS, read_part, split_folder
from tests.quality.test_measures import meadow
from tests.split.test_check import rewrite

SPECIES = ("Rosa canina", "Bellis perennis")
ORIGINALS = 24
INATURALIST = "https://inaturalist-open-data.s3.amazonaws.com/photos/{number}/{size}.jpg"


def watermarked(pixels: Pixels) -> Pixels:
    marked = pixels.copy()
    place = (10, pixels.shape[0] - 12)
    cv2.putText(marked, "(c) Ada", place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 255, 255), 2)
    return marked


def framed(pixels: Pixels) -> Pixels:
    white = (255, 255, 255)
    return np.asarray(cv2.copyMakeBorder(pixels, 9, 9, 9, 9, cv2.BORDER_CONSTANT, value=white))


LOOKS: dict[str, Callable[[Pixels], Pixels]] = {
    "re-encoded": lambda pixels: pixels,
    "smaller": lambda pixels: np.asarray(cv2.resize(pixels, None, fx=0.7, fy=0.7)),
    "mirrored": lambda pixels: pixels[:, ::-1],
    "cropped": lambda pixels: pixels[8:-6, 7:-9],
    "framed": framed,
    "watermarked": watermarked,
}
"""Changes of the picture, by name; each twin has a file and an address of its own."""


def save(file: Path, pixels: Pixels, quality: int = 92) -> Path:
    bgr = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(file), bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return file


def run(home: Home, *arguments: str) -> tuple[int, dict[str, Any]]:
    asked = [*arguments, "--home", str(home.root), "--json"]
    ended = CliRunner().invoke(command_line(asked), asked)
    return ended.exit_code, json.loads(ended.output.splitlines()[-1])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """24 photographs, and the twins of ten of them, in two rows each."""
    rows = []
    for number in range(ORIGINALS):
        species, file = SPECIES[number % 2], tmp_path / f"{number}.jpg"
        save(file, meadow(number))
        address = INATURALIST.format(number=number, size="original")
        rows.append([species, file, address])
        if number == 0:
            rows.append([species, "", address])
        elif number == 1:
            rows.append([species, "", INATURALIST.format(number=number, size="medium")])
        elif number == 2:
            rows.append([species, "", address.replace("https", "http")])
        elif number == 3:
            copy = tmp_path / "copy.jpg"
            copy.write_bytes(file.read_bytes())
            rows.append([species, copy, "https://flora.example/3.jpg"])
    for number, (name, change) in enumerate(LOOKS.items(), 4):
        twin = save(tmp_path / f"{name}.jpg", change(meadow(number)), quality=80)
        rows.append([SPECIES[number % 2], twin, f"https://flora.example/{name}.jpg"])
    written = tmp_path / "table.csv"
    with written.open("w", newline="") as stream:
        csv.writer(stream).writerows([["species", "path", "url"], *rows])
    return written


def test_every_twin_is_joined_or_kept_in_one_part_and_a_torn_pair_is_found(
    home: Home, table: Path
) -> None:
    ended, imported = run(home, "import", "table", str(table))
    assert (ended, imported["photographs"]) == (0, ORIGINALS + len(LOOKS))
    assert imported["listed_twice"] == 4
    assert run(home, "quality", "scan")[0] == 0
    made = ("split", "make", "--name", "s", "--val-percent", "20", "--test-percent", "20")
    assert run(home, *made)[0] == 0
    ended, checked = run(home, "split", "check", "s")
    assert (ended, {finding["ok"] for finding in checked["findings"]}) == (0, {True})

    split = split_folder(home, "s")
    with open_catalogue(home) as catalogue:
        address_of = {one.image_id: one.url for one in catalogue.all()}
    for name in LOOKS:
        place = {
            address_of[line.image_id]: (part, line)
            for part in PARTS
            for line in read_part(split.part(part))
        }
        part, line = place[f"https://flora.example/{name}.jpg"]
        other = "test" if part == "train" else "train"
        rewrite(split, part, lambda lines, line=line: lines.remove(line))
        rewrite(split, other, lambda lines, line=line: lines.append(line))
        ended, checked = run(home, "split", "check", "s")
        assert ended == 1, name
        torn = [one["check"] for one in checked["findings"] if one["ok"] is False]
        assert any("near-duplicates" in check for check in torn), (name, torn)
        rewrite(split, other, lambda lines, line=line: lines.remove(line))
        rewrite(split, part, lambda lines, line=line: lines.append(line))
