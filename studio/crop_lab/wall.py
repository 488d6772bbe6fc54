"""The sample under the same settings: each photograph before and after, and the distributions."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from engine.crop.box import Box
from engine.crop.finder import Crop
from engine.crop.judging import Judged
from engine.errors import UnreadableImage
from engine.language.message import gettext, ngettext
from studio.charts.shares import shares
from studio.crop_lab import pictures
from studio.crop_lab.controls import LabSettings
from studio.crop_lab.subject import FoundCrop, Subject, find_subject_crop
from studio.live_chart.component import live_chart
from studio.views.grid import Tile, photo_grid


@dataclass(frozen=True)
class Cropped:
    """A photograph of the sample with its crop; `drawn` is the manual square, if it exists."""

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
    """The crops of the sample under the settings; unreadable photographs are left out."""
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
    """Draw the sample; return the id of a newly chosen photograph."""
    fallbacks = sum(item.crop.is_fallback for item in cropped)
    drawn = sum(item.drawn is not None for item in cropped)
    centred = ngettext(
        "{centred} of {n} photograph keeps the centre ({share:.1%}).",
        "{centred} of {n} photographs keep the centre ({share:.1%}).",
        len(cropped),
        centred=fallbacks,
        share=fallbacks / max(1, len(cropped)),
    )
    by_hand = (
        ngettext("{n} square is drawn by hand.", "{n} squares are drawn by hand.", drawn)
        if drawn
        else ""
    )
    choose = gettext("Choose a photograph to see it large.")
    st.caption(" ".join(filter(None, [centred, by_hand])), help=choose)
    tiles = [_tile(item) for item in cropped]
    picked = photo_grid(
        tiles, "lab_wall", gettext("Before and after"), marked=marked, aspect=pictures.WALL_ASPECT
    )
    area = [item.square.area / (item.subject.size[0] * item.subject.size[1]) for item in cropped]
    sure = [item.crop.confidence for item in cropped if item.found.looked]
    with st.grid(2, min_column_width=300, gap="medium"):
        kept = shares(gettext("Area kept"), area, gettext("Share of the photograph's area"))
        live_chart(kept, "lab_area")
        confidence = shares(gettext("Confidence"), sure, gettext("Confidence of the crop"))
        live_chart(confidence, "lab_confidence")
    return picked


def _tile(item: Cropped) -> Tile:
    kept = gettext("{share:.0%} kept", share=item.judged.area)
    if item.drawn is not None:
        kept = gettext("by hand")
    elif item.crop.is_fallback:
        kept = gettext("centre")
    caption = " · ".join(part for part in (item.subject.name, item.subject.note, kept) if part)
    return Tile(
        item.subject.id,
        pictures.pair(item.subject, item.square, item.crop.subject, drawn=item.drawn is not None),
        caption,
        gettext("{name}, before and after the crop, {kept}", name=item.subject.name, kept=kept),
    )
