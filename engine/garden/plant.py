"""Drawing all photographs of the demo garden in several processes."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.files import read_json_or, write_atomic, write_json
from engine.garden.draw import draw
from engine.garden.plan import Planting, plan_garden
from engine.language.message import message
from engine.progress import Report

Box = tuple[int, int, int, int]

EDITION = 1  # Increase it whenever the same seed would draw different pictures.
SAVE_EVERY = 50
_NOTE = message("Drawing the demo garden")


def plant_garden(
    folder: Path, seed: int = 7, report: Report | None = None, workers: int | None = None
) -> list[Planting]:
    """Draw the whole garden into `folder`: Genus_species/0001.jpg and so on, boxes.json with
    {file: [x, y, width, height]} in pixels and garden.json with the seed.

    The same seed gives the same bytes with any number of workers. Existing photographs are
    kept; another seed replaces them. `report` is called with the number done, the total and a
    note.

    Raises:
        WorkFailed: a file could not be written.
    """
    marker = {"seed": seed, "edition": EDITION}
    if _read(folder / "garden.json") != marker:
        (folder / "boxes.json").unlink(missing_ok=True)
        write_json(folder / "garden.json", marker)
    plantings = plan_garden(seed)
    draw_all(plantings, folder, report, workers)
    return plantings


def draw_all(
    plantings: Sequence[Planting], folder: Path, report: Report | None = None,
    workers: int | None = None,
) -> None:  # fmt: skip
    """Draw the photographs that are missing in `folder` and update boxes.json.

    A photograph exists if its file exists and its box is known. Boxes are saved every few
    photographs, so an interruption loses only those.
    """
    known = _read(folder / "boxes.json")
    boxes: dict[str, Any] = {
        p.file: known[p.file] for p in plantings if p.file in known and (folder / p.file).is_file()
    }
    missing = [planting for planting in plantings if planting.file not in boxes]
    if report:
        report(len(boxes), len(plantings), _NOTE)
    count = max(1, min(workers or os.cpu_count() or 1, len(missing)))
    # Spawned, because forking a process with threads may leave a lock held forever.
    pool = ProcessPoolExecutor(
        count, multiprocessing.get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,)
    )
    try:
        jobs = {pool.submit(photograph, planting, folder): planting for planting in missing}
        for job in as_completed(jobs):
            planting = jobs[job]
            boxes[planting.file] = list(job.result())
            if report:
                report(len(boxes), len(plantings), _NOTE)
            if len(boxes) % SAVE_EVERY == 0:
                _save(folder, boxes)
    finally:
        pool.shutdown(cancel_futures=True)
        _save(folder, boxes)


def photograph(planting: Planting, folder: Path) -> Box:
    """Draw one photograph, write it as JPEG and return its subject's box."""
    drawing = draw(planting)
    quality = int(np.random.default_rng([planting.seed, 1]).integers(88, 96))
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(drawing.image, cv2.COLOR_RGB2BGR), options)
    write_atomic(folder / planting.file, coded.tobytes())
    return drawing.box


def _save(folder: Path, boxes: dict[str, Any]) -> None:
    write_json(folder / "boxes.json", dict(sorted(boxes.items())))


def _read(path: Path) -> dict[str, Any]:
    """A JSON object; empty if the file is missing or damaged, so that it is made again."""
    value = read_json_or(path, {})
    return value if isinstance(value, dict) else {}
