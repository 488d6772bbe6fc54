"""One photograph under the present settings: what is found, what is kept, what is seen."""

import math

import streamlit as st

from engine.crop.box import Box, centre_square
from engine.settings.augmentation import ValAugmentation
from engine.settings.crop import CropPreset
from engine.settings.run import RunSettings
from studio import text
from studio.crop_lab import pictures
from studio.crop_lab.controls import LabSettings
from studio.crop_lab.subject import FoundCrop, Subject, find_subject_crop
from studio.picture_cache import pictures as cached
from studio.views.metrics import Metric, metric_row
from studio.views.photo import Mark, Rectangle, photo_html

_SHOWN_EPOCHS = 5


def bench(subject: Subject, settings: LabSettings, drawn: Box | None) -> FoundCrop:
    """Draw the crops side by side, and how they came about; `drawn` is the square by hand."""
    preset, view = settings.preset, settings.configuration.augmentation.val
    found = find_subject_crop(subject, preset)
    outlined, heat, mask = _explained(subject, found, preset)
    centre = centre_square(*subject.size)
    with st.grid(3, min_column_width=180, gap=("small", "medium")):
        _found(subject, found, outlined, centre, drawn)
        _crop_seen(subject, centre, view, "Centre crop")
        _crop_seen(subject, found.crop.square, view, "Smart crop")
        if found.looked:
            _picture(
                heat,
                subject,
                f"Saliency map of {subject.name}",
                "Saliency, from dark (none) to yellow (most)",
            )
            _picture(
                mask,
                subject,
                f"Mask of {subject.name} at the threshold",
                f"What exceeds the threshold of {preset.threshold:.0%}",
            )
        if settings.other is not None:
            square = find_subject_crop(subject, settings.other).crop.square
            _crop_seen(subject, square, view, f"Crop by {settings.other.name}")
        if drawn is not None:
            _crop_seen(subject, drawn, view, "Square by hand")
    if found.crop.reason:
        kept = "centre" if found.crop.choice == "centre" else "wide"
        st.info(
            f"The {kept} square is kept: {text.plain(found.crop.reason)}.", icon=":material/info:"
        )
    return found


def model_view(subject: Subject, square: Box, settings: RunSettings) -> None:
    """Draw what the network gets: the picture it judges, and the pictures it trains on, epoch by
    epoch. They are its tensors pixel for pixel, before normalisation and mixing."""
    st.subheader("As the network sees it", anchor=False)
    view = settings.augmentation
    with st.grid(_SHOWN_EPOCHS + 1, min_column_width=110, gap="small"):
        side = view.val.center_crop
        st.html(
            photo_html(
                pictures.network_input(subject, square, view.val),
                (side, side),
                f"Validation picture of {subject.name}",
                caption=f"Validation, {side} pixels",
            )
        )
        side = view.train.crop
        shown = pictures.augmented(subject, square, settings, range(_SHOWN_EPOCHS))
        for number, picture in enumerate(shown, start=1):
            alt = f"Training picture of {subject.name} in epoch {number}"
            st.html(photo_html(picture, (side, side), alt, caption=f"Training, epoch {number}"))


def crop_metrics(subject: Subject, found: FoundCrop, view: ValAugmentation) -> None:
    """Draw what the crop keeps, how it is scaled, how sure it is and how long it took."""
    metric_row(_figures(subject, found, view))


def _crop_seen(subject: Subject, square: Box, view: ValAugmentation, title: str) -> None:
    side = view.center_crop
    st.html(
        photo_html(
            pictures.network_input(subject, square, view),
            (side, side),
            f"{title} of {subject.name}, {side} by {side} pixels",
            caption=f"{title}: {square.width:,} pixels → {view.resize:,} → {side:,}",
            shown_width=side,
        )
    )


def _explained(
    subject: Subject, found: FoundCrop, preset: CropPreset
) -> tuple[bytes, bytes, bytes]:
    """The photograph with its outlines, the map and the mask; the last two empty without a map.

    They are kept, for a map of a large photograph may not be.
    """

    def make() -> tuple[bytes, bytes, bytes]:
        saliency, threshold = found.saliency, preset.threshold
        outlined = pictures.outlined(subject, saliency, threshold)
        if saliency is None:
            return outlined, b"", b""
        return outlined, pictures.heat_map(saliency), pictures.mask(saliency, threshold)

    return cached().get((subject.sha256, "explained", preset.model_dump_json()), make)


def _found(
    subject: Subject, found: FoundCrop, encoded: bytes, centre: Box, drawn: Box | None
) -> None:
    boxes: dict[Mark, Rectangle] = {
        "centre": _rectangle(centre),
        "smart": _rectangle(found.crop.square),
    }
    if found.crop.subject is not None:
        boxes["subject"] = _rectangle(found.crop.subject)
    if drawn is not None:
        boxes["drawn"] = _rectangle(drawn)
    alt = f"Photograph of {subject.name}"
    st.html(photo_html(encoded, subject.size, alt, boxes, caption="The photograph"))


def _picture(encoded: bytes, subject: Subject, alt: str, caption: str) -> None:
    st.html(photo_html(encoded, subject.size, alt, caption=caption))


def _rectangle(box: Box) -> Rectangle:
    return box.x, box.y, box.width, box.height


def _figures(subject: Subject, found: FoundCrop, view: ValAugmentation) -> list[Metric]:
    judged = found.judged(subject.size, view.resize)
    took = found.saliency_ms + found.box_ms
    looked = found.looked
    return [
        Metric(
            "Kept saliency",
            text.percentage(judged.kept) if math.isfinite(judged.kept) else "–",
            help="The share of all saliency that lies inside the smart square.",
            note="inside the square",
        ),
        Metric(
            "Area kept",
            text.percentage(judged.area),
            help="The smart square's share of the photograph's area. The network gets the middle "
            f"of it, {text.percentage((view.center_crop / view.resize) ** 2)} of the square.",
            note="of the photograph",
        ),
        Metric(
            "Zoom",
            f"{judged.zoom:.2f} ×",
            help="How much larger the cut-out becomes; above 1 nothing is gained but blur.",
            note="enlarged" if judged.zoom > 1 else "made smaller",
        ),
        Metric(
            "Confidence",
            text.percentage(found.crop.confidence, 0) if looked else "–",
            help="How much more salient the inside of the box is than what lies outside.",
            note=f"{found.crop.choice} square",
        ),
        Metric(
            "Time",
            f"{took:,.1f} ms" if looked else "–",
            help=f"{found.saliency_ms:,.1f} ms for the saliency, {found.box_ms:,.1f} ms for "
            "the box. Here the saliency is kept, so that a slider waits for the box alone.",
            note="for one photograph",
        ),
    ]
