"""Build photographs for the split tests from a short description."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from engine.settings.split import SplitSettings
from engine.split.earlier import Earlier
from engine.split.folder import PARTS
from engine.split.inputs import SplitInputs, split_inputs
from engine.split.plan import SplitPlan, plan_split

TEXTS = (
    "image_id",
    "species",
    "source",
    "observation_id",
    "observer",
    "sha256",
    "url",
    "phash",
)


def inputs(rows: Sequence[Mapping[str, str]]) -> SplitInputs:
    """Split inputs for photographs with the given properties; all others are empty."""
    columns = {name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in TEXTS}
    return split_inputs(pa.table(columns))


def rows_of(images: Sequence[int]) -> list[dict[str, str]]:
    """The given number of photographs of each species, without any shared property."""
    return [
        {"image_id": f"{number}-{image}", "species": f"species {number:05}"}
        for number, count in enumerate(images)
        for image in range(count)
    ]


def plan(
    rows: Sequence[Mapping[str, str]], earlier: SplitPlan | None = None, **settings: object
) -> SplitPlan:
    """The plan of these photographs under these settings."""
    values = {"name": "x", **({"earlier": "it"} if earlier else {}), **settings}
    return plan_split(inputs(rows), SplitSettings.model_validate(values), _known(earlier))


def indices(rows: Sequence[Mapping[str, str]], planned: SplitPlan) -> dict[str, str]:
    """The part of each photograph, by id; photographs that are left out are absent."""
    return {
        row["image_id"]: PARTS[part]
        for row, part in zip(rows, planned.parts, strict=True)
        if part >= 0
    }


def _known(earlier: SplitPlan | None) -> Earlier | None:
    if earlier is None:
        return None
    there = earlier.parts >= 0
    images, parts = earlier.inputs.image[there], earlier.parts[there]
    order = np.argsort(images)
    return Earlier(images[order], parts[order])
