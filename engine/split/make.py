"""Making a split: plan it, write it, check it."""

import dataclasses
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from engine.catalogue.conditions import filter_of, require_known_fields
from engine.catalogue.store import Catalogue, Filter
from engine.embeddings.near_duplicates import NearDuplicates, near_duplicate_pairs
from engine.errors import BadInput, WorkFailed
from engine.files import sha256_of, write_json
from engine.home import Home
from engine.reasons import reason_of
from engine.settings.split import SplitSettings
from engine.split.check import check_split
from engine.split.earlier import Earlier, read_earlier
from engine.split.folder import (
    PARTS,
    SplitFolder,
    SplitLine,
    draft_of,
    remove_old_drafts,
    split_folder,
    write_rows,
)
from engine.split.groups import group
from engine.split.inputs import SplitInputs, split_inputs
from engine.split.notes import doubts, left_out_by_key, notes_of
from engine.split.plan import SplitPlan, plan_split
from engine.split.rule import rule_text
from engine.split.sources import of_sources

_FIELDS = tuple(field.name for field in dataclasses.fields(SplitLine))
_READ = tuple(name for name in _FIELDS if name != "label")
_AT_ONCE = 50_000


def split_filter(settings: SplitSettings) -> Filter:
    """The filter for the catalogue's photographs to split, without the sources.

    Raises:
        BadInput: one of `where` is no condition.
    """
    chosen = filter_of(settings.where)
    return replace(chosen, state="cached") if settings.photographs == "cached" else chosen


def earlier_of(home: Home, settings: SplitSettings) -> Earlier | None:
    """The earlier split to carry over, if any.

    Raises:
        BadInput: it is missing or damaged.
    """
    return read_earlier(split_folder(home, settings.earlier)) if settings.earlier else None


def make_split(home: Home, catalogue: Catalogue, settings: SplitSettings) -> list[SplitPlan]:
    """Split the catalogue's photographs and write data/splits/NAME/.

    With `folds`, makes several splits NAME-1, NAME-2, … and returns their plans in that order.
    Each folder is written atomically.

    Raises:
        BadInput: a split with this name exists, there are too few photographs, the split to
            carry over is missing, or a source has no photographs.
        WorkFailed: writing to the disk fails, or the split does not pass its own check.
    """
    targets = [home.splits / name for name in names_of(settings)]
    for target in targets:
        if target.exists():
            raise _taken(target)
    remove_old_drafts(home)
    earlier = earlier_of(home, settings)
    near = near_duplicate_pairs(home) if "near-duplicate" in settings.group else None
    table, inputs = _read(catalogue, settings, near)
    order = lines_order(table)
    groups = group(inputs, settings.group, settings.near_distance)
    plans = []
    for fold, target in enumerate(targets):
        plan = plan_split(inputs, settings, earlier, groups, fold)
        _make_folder(target, plan, table, order, near)
        plans.append(plan)
    return plans


def names_of(settings: SplitSettings) -> list[str]:
    """The names of the splits that the settings make."""
    if not settings.folds:
        return [settings.name]
    return [f"{settings.name}-{fold + 1}" for fold in range(settings.folds)]


def lines_order(table: pa.Table) -> NDArray[np.int64]:
    """Indices that sort photographs by species, then id: the order of a part's lines."""
    species = table["species"].unify_dictionaries().combine_chunks()
    if not isinstance(species, pa.DictionaryArray):
        species = species.dictionary_encode()
    # Compares names once per species instead of once per photograph.
    position = np.argsort(np.argsort(species.dictionary.to_numpy(zero_copy_only=False)))
    keys = {"species": position[np.asarray(species.indices)], "image_id": table["image_id"]}
    ascending = [(key, "ascending") for key in keys]
    return np.asarray(pyarrow.compute.sort_indices(pa.table(keys), ascending), np.int64)


def _read(
    catalogue: Catalogue, settings: SplitSettings, near: NearDuplicates | None
) -> tuple[pa.Table, SplitInputs]:
    chosen = require_known_fields(catalogue, split_filter(settings))
    table = catalogue.columns((*_READ, "license"), chosen)
    inputs = split_inputs(table, settings.group, near)
    if not settings.sources:
        return table, inputs
    among = of_sources(inputs, settings.sources)
    return table.filter(among), inputs.only(among)


def _make_folder(
    target: Path,
    plan: SplitPlan,
    table: pa.Table,
    order: NDArray[np.int64],
    near: NearDuplicates | None,
) -> None:
    draft = draft_of(target)
    try:
        _write(SplitFolder(draft), target.name, plan, table, order)
        _require_sound(SplitFolder(draft), near)
        draft.rename(target)
    except OSError as error:
        # Another process has made a split with this name first.
        if target.exists() and draft.exists():
            raise _taken(target) from error
        raise WorkFailed(
            "The split could not be written ({reason}).", reason=reason_of(error)
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _taken(target: Path) -> BadInput:
    return BadInput("The split {name} exists already. Choose another name.", name=target.name)


def _write(
    folder: SplitFolder, name: str, plan: SplitPlan, table: pa.Table, order: NDArray[np.int64]
) -> None:
    in_order = plan.parts[order]
    for code, part in enumerate(PARTS):
        write_rows(folder.part(part), _rows(plan, table, order[in_order == code]))
    plan.classes.write(folder.classes)
    write_json(folder.notes, notes_of(plan, table["image_id"].to_pylist()))
    files = [*(folder.part(part) for part in PARTS), folder.classes, folder.notes]
    manifest = {
        "name": name,
        "rule": rule_text(plan.settings),
        **plan.settings.model_dump(exclude={"name"}),
        "fold": plan.fold + 1 if plan.settings.folds else 0,
        "made": time.time(),
        "parts": {part: dataclasses.asdict(count) for part, count in plan.counts.items()},
        # What older splits lack: they were made from the perceptual hash alone.
        "near_features": "near-duplicate" in plan.settings.group,
        "left_out_species": plan.left_out_species,
        "left_out": left_out_by_key(plan),
        "tiers": plan.tiers,
        "straddling_groups": plan.straddling_groups,
        "groups_with_several_labels": len(doubts(plan)),
        "moved": len(plan.moved),
        "class_map": plan.classes.fingerprint,
        "files": {file.name: sha256_of(file) for file in files},
    }
    write_json(folder.manifest, manifest)


def _rows(plan: SplitPlan, table: pa.Table, chosen: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    labels = plan.labels[plan.inputs.species]
    for start in range(0, len(chosen), _AT_ONCE):
        positions = chosen[start : start + _AT_ONCE]
        taken = table.take(positions).append_column("label", pa.array(labels[positions]))
        columns = [taken[name].to_pylist() for name in _FIELDS]
        for row in zip(*columns, strict=True):
            yield dict(zip(_FIELDS, row, strict=True))


def _require_sound(folder: SplitFolder, near: NearDuplicates | None) -> None:
    for finding in check_split(folder, near, asked_only=True):
        if finding.ok is False:
            raise WorkFailed(
                "The split failed its check. {check}: {detail}.",
                check=finding.check,
                detail=finding.detail,
            )
