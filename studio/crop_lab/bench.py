"""One photograph under the present settings: what is found, what is kept, what is seen."""

import streamlit as st

from engine.crop.box import Box, centre_square
from engine.settings.augmentation import ValAugmentation
from engine.settings.crop import CropPreset
from studio import text
from studio.crop_lab.subject import Found, Subject, find, heat_shown, seen, shown
from studio.views.metrics import Metric, metric_row
from studio.views.photo import Mark, Rectangle, photo_html


def bench(subject: Subject, preset: CropPreset, view: ValAugmentation) -> Found:
    """Draw the centre and the smart crop side by side, the photograph and its saliency."""
    found = find(subject, preset)
    centre, square = centre_square(*subject.size), found.crop.square
    with st.grid(2, min_column_width=220, gap=("small", "medium")):
        _crop_seen(subject, centre, view, "Centre crop")
        _crop_seen(subject, square, view, "Smart crop")
        st.html(
            photo_html(
                shown(subject),
                subject.size,
                f"Photograph of {subject.name}",
                _boxes(found, centre),
                caption="The photograph",
            )
        )
        _saliency(subject, preset, found)
    if found.crop.is_fallback:
        reason = found.crop.reason
        st.info(f"The centre square is kept: {reason}.", icon=":material/center_focus_strong:")
    return found


def figures(subject: Subject, found: Found, view: ValAugmentation) -> None:
    """Draw what the crop keeps, how it is scaled and how long it took."""
    metric_row(_figures(subject, found, view))


def sizes(square: Box, view: ValAugmentation) -> str:
    """How a square becomes what the network gets, in words."""
    return (
        f"{square.width:,} × {square.height:,} pixels cut out, resized to {view.resize:,}, "
        f"the middle {view.center_crop:,} seen"
    )


def _crop_seen(subject: Subject, square: Box, view: ValAugmentation, title: str) -> None:
    side = view.center_crop
    st.html(
        photo_html(
            seen(subject, square, view),
            (side, side),
            f"{title} of {subject.name}, {side} by {side} pixels",
            caption=f"{title}: {sizes(square, view)}",
            shown_width=side,
        )
    )


def _saliency(subject: Subject, preset: CropPreset, found: Found) -> None:
    encoded = heat_shown(subject, preset)
    if encoded is None:
        st.caption("No saliency is looked at here.")
        return
    boxes = _boxes(found, None)
    boxes.pop("smart")
    alt = f"Saliency map of {subject.name}"
    caption = "Saliency, from dark (none) to yellow (most)"
    st.html(photo_html(encoded, subject.size, alt, boxes, caption=caption))


def _boxes(found: Found, centre: Box | None) -> dict[Mark, Rectangle]:
    boxes: dict[Mark, Rectangle] = {}
    if centre is not None:
        boxes["centre"] = _rectangle(centre)
    boxes["smart"] = _rectangle(found.crop.square)
    if found.crop.subject is not None:
        boxes["subject"] = _rectangle(found.crop.subject)
    return boxes


def _rectangle(box: Box) -> Rectangle:
    return box.x, box.y, box.width, box.height


def _figures(subject: Subject, found: Found, view: ValAugmentation) -> list[Metric]:
    square, whole = found.crop.square, subject.size[0] * subject.size[1]
    seen_share = (view.center_crop / view.resize) ** 2
    ratio = view.resize / square.width
    took = found.saliency_ms + found.box_ms
    return [
        Metric(
            "Kept",
            text.percentage(square.area / whole),
            help="The smart square's share of the photograph's area.",
            note="of the photograph",
        ),
        Metric(
            "Seen",
            text.percentage(seen_share * square.area / whole),
            help="What the network gets of the photograph: the middle of the smart square.",
            note="of the photograph",
        ),
        Metric(
            "Scale",
            f"{ratio:.2f} ×",
            help="How much larger the cut-out becomes; above 1 nothing is gained but blur.",
            note="enlarged" if ratio > 1 else "made smaller",
        ),
        Metric(
            "Time",
            f"{took:,.0f} ms",
            help=f"{found.saliency_ms:,.0f} ms for the saliency, {found.box_ms:,.1f} ms for "
            "the box. Here the saliency is kept, so that a slider waits for the box alone.",
            note="for one photograph",
        ),
    ]
