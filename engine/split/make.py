"""Making a split: plan, write, check."""

import dataclasses
import os
import shutil
import time
from pathlib import Path

from engine.catalogue.store import Catalogue, Filter
from engine.errors import BadInput, WorkFailed
from engine.files import sha256_of, write_json
from engine.home import Home
from engine.settings.split import SplitSettings
from engine.split.check import check_split
from engine.split.folder import PARTS, SplitFolder, write_part
from engine.split.plan import SplitPlan, plan_split

CACHED = Filter(state="cached")
RULE = "1 image: train; 2: 1 train + 1 val; 3 and more: val and test max(1, round(n/10)) each"


def plan_from_catalogue(catalogue: Catalogue, settings: SplitSettings) -> SplitPlan:
    """Deal the photographs whose bytes are here.

    Raises:
        BadInput: fewer than two species are left to tell apart.
    """
    return plan_split(catalogue.all(CACHED), settings)


def make_split(home: Home, catalogue: Catalogue, settings: SplitSettings) -> SplitPlan:
    """Deal the catalogue's photographs and write data/splits/NAME/.

    The folder appears whole or not at all.

    Raises:
        BadInput: a split of that name exists, or there is too little to split.
        WorkFailed: the disk refuses, or the split does not pass its own check.
    """
    target = home.splits / settings.name
    if target.exists():
        raise BadInput(f"There is a split {settings.name!r} already; choose another name.")
    plan = plan_from_catalogue(catalogue, settings)
    draft = home.splits / f".{settings.name}.{os.getpid()}"
    try:
        _write(SplitFolder(draft), plan)
        _require_sound(SplitFolder(draft))
        draft.rename(target)
    except OSError as error:
        raise WorkFailed(f"The split could not be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return plan


def _write(folder: SplitFolder, plan: SplitPlan) -> None:
    for part in PARTS:
        write_part(folder.part(part), plan.parts[part])
    plan.classes.write(folder.classes)
    files: list[Path] = [*(folder.part(part) for part in PARTS), folder.classes]
    manifest = {
        "name": plan.settings.name,
        "rule": RULE,
        "seed": plan.settings.seed,
        "min_images": plan.settings.min_images,
        "made": time.time(),
        "parts": {part: dataclasses.asdict(count) for part, count in plan.counts.items()},
        "left_out_species": plan.left_out_species,
        "straddling_groups": plan.straddling_groups,
        "class_map": plan.classes.fingerprint,
        "files": {file.name: sha256_of(file) for file in files},
    }
    write_json(folder.manifest, manifest)


def _require_sound(folder: SplitFolder) -> None:
    for finding in check_split(folder):
        if not finding.ok:
            raise WorkFailed(f"The split failed its check: {finding.check}: {finding.detail}.")
