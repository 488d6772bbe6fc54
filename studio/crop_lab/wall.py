"""The sample under the same settings: each photograph before and after, and how they spread."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.crop.judging import Judged
from engine.errors import UnreadableImage
from studio import text
from studio.charts.shares import shares
from studio.crop_lab import pictures
from studio.crop_lab.controls import LabSettings
from studio.crop_lab.subject import FoundCrop, Subject, find_subject_crop
from studio.live_chart.component import live_chart
from studio.views.grid import Tile, photo_grid


@dataclass(frozen=True)
class Cropped:
    """A photograph of the sample with its crop; `drawn` is the square by hand, if there is one."""

    subject: Subject
    found: FoundCrop
    judged: Judged
    drawn: Box | None

    @property
    def crop(self) -> Crop:
        return self.found.crop

    @property
    def square(self) -> Box:
        return self.drawn or self.crop.square


def crop_all(
    sample: Sequence[Subject], settings: LabSettings, by_hand: dict[str, Box]
) -> list[Cropped]:
    """The sample's crops under the settings; what cannot be read is left out."""
    cropped = []
    for subject in sample:
        try:
            found = find_subject_crop(subject, settings.preset)
        except UnreadableImage:
            continue
        judged = found.judged(subject.size, settings.configuration.augmentation.val.resize)
        cropped.append(Cropped(subject, found, judged, by_hand.get(subject.sha256)))
    return cropped


def sample_wall(cropped: Sequence[Cropped], marked: str) -> str | None:
    """Draw them; returns the id of one that was just chosen."""
    fallbacks = sum(item.crop.is_fallback for item in cropped)
    drawn = sum(item.drawn is not None for item in cropped)
    said = f"{fallbacks} of {len(cropped)} fall back to the centre"
    said += f" ({text.percentage(fallbacks / max(1, len(cropped)))})."
    if drawn:
        said += f" {text.count(drawn, 'square')} drawn by hand."
    st.caption(f"Each beside its crop; choose one to see it large. {said}")
    tiles = [_tile(item) for item in cropped]
    picked = photo_grid(
        tiles, "lab_wall", "Before and after", marked=marked, aspect=pictures.WALL_ASPECT
    )
    area = [item.square.area / (item.subject.size[0] * item.subject.size[1]) for item in cropped]
    sure = [item.crop.confidence for item in cropped if item.found.looked]
    with st.grid(2, min_column_width=300, gap="medium"):
        live_chart(shares("Area kept", area, "Share of the photograph's area"), "lab_area")
        live_chart(shares("Confidence", sure, "Confidence of the crop"), "lab_confidence")
    return picked


def _tile(item: Cropped) -> Tile:
    kept = text.percentage(item.judged.area, 0) + " kept"
    if item.drawn is not None:
        kept = "by hand"
    elif item.crop.is_fallback:
        kept = "centre"
    caption = " · ".join(part for part in (item.subject.name, item.subject.note, kept) if part)
    return Tile(
        item.subject.id,
        pictures.pair(item.subject, item.square, item.crop.subject, drawn=item.drawn is not None),
        caption,
        f"{item.subject.name}, before and after the crop, {kept}",
    )
