"""One photograph under the current settings: subject, crop, and the network's input images."""

import streamlit as st

from engine.crop.box import Box, centre_square
from engine.crop.finder import Choice
from engine.language.message import deferred, gettext
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
_CHOICES: dict[Choice, str] = {
    "tight": deferred("Tight square"),
    "wide": deferred("Wide square"),
    "centre": deferred("Centre square"),
}


def bench(subject: Subject, settings: LabSettings, drawn: Box | None) -> FoundCrop:
    """Draw the crops side by side, and how they were found; `drawn` is the manual square."""
    preset, view = settings.preset, settings.configuration.augmentation.val
    found = find_subject_crop(subject, preset)
    outlined, heat, mask = _explained(subject, found, preset)
    centre = centre_square(*subject.size)
    with st.grid(3, min_column_width=180, gap=("small", "medium")):
        _found(subject, found, outlined, centre, drawn)
        _crop_seen(subject, centre, view, gettext("Centre crop"))
        _crop_seen(subject, found.crop.square, view, gettext("Smart crop"))
        if found.looked:
            _picture(
                heat,
                subject,
                gettext("Saliency map of {name}", name=subject.name),
                gettext("Saliency, from dark (none) to yellow (most)"),
            )
            _picture(
                mask,
                subject,
                gettext("Mask of {name} at the threshold", name=subject.name),
                gettext("Above the threshold of {threshold:.0%}", threshold=preset.threshold),
            )
        if settings.other is not None:
            square = find_subject_crop(subject, settings.other).crop.square
            title = gettext("Crop by {preset}", preset=settings.other.name)
            _crop_seen(subject, square, view, title)
        if drawn is not None:
            _crop_seen(subject, drawn, view, gettext("Square drawn by hand"))
    if found.crop.reason:
        reason = text.plain(str(found.crop.reason))
        kept = (
            gettext("Centre square kept: {reason}", reason=reason)
            if found.crop.choice == "centre"
            else gettext("Wide square kept: {reason}", reason=reason)
        )
        st.info(kept, icon=":material/info:")
    return found


def model_view(subject: Subject, square: Box, settings: RunSettings) -> None:
    """Draw the network's input: the evaluation image, and the training images epoch by epoch. They
    equal the input tensors pixel for pixel, before normalisation and mixing.
    """
    st.subheader(gettext("Network input"), anchor=False)
    view = settings.augmentation
    with st.grid(_SHOWN_EPOCHS + 1, min_column_width=110, gap="small"):
        side = view.val.center_crop
        st.html(
            photo_html(
                pictures.network_input(subject, square, view.val),
                (side, side),
                gettext("Validation picture of {name}", name=subject.name),
                caption=gettext("Validation, {side} pixels", side=side),
            )
        )
        side = view.train.crop
        shown = pictures.augmented(subject, square, settings, range(_SHOWN_EPOCHS))
        for number, picture in enumerate(shown, start=1):
            alt = gettext(
                "Training picture of {name} in epoch {epoch}", name=subject.name, epoch=number
            )
            caption = gettext("Training, epoch {epoch}", epoch=number)
            st.html(photo_html(picture, (side, side), alt, caption=caption))


def crop_metrics(subject: Subject, found: FoundCrop, view: ValAugmentation) -> None:
    """Draw what the crop keeps, its scale, its confidence and its computation time."""
    metric_row(_figures(subject, found, view))


def _crop_seen(subject: Subject, square: Box, view: ValAugmentation, title: str) -> None:
    side, names = view.center_crop, {"title": title, "name": subject.name}
    st.html(
        photo_html(
            pictures.network_input(subject, square, view),
            (side, side),
            gettext("{title}: {name}, {side} by {side} pixels", **names, side=side),
            caption=gettext(
                "{title}: {width} pixels → {resized} → {side}",
                title=title,
                width=square.width,
                resized=view.resize,
                side=side,
            ),
            shown_width=side,
        )
    )


def _explained(
    subject: Subject, found: FoundCrop, preset: CropPreset
) -> tuple[bytes, bytes, bytes]:
    """The photograph with its outlines, the map and the mask; the last two are empty without a map.

    The images are cached, because the map of a large photograph may not be.
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
    alt = gettext("Photograph of {name}", name=subject.name)
    st.html(photo_html(encoded, subject.size, alt, boxes, caption=gettext("Photograph")))


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
            gettext("Saliency"),
            text.percentage(judged.kept),
            help=gettext("The share of all saliency inside the smart square."),
            note=gettext("Inside the square"),
        ),
        Metric(
            gettext("Area kept"),
            text.percentage(judged.area),
            help=gettext(
                "The smart square's share of the photograph. The network gets the middle of the "
                "square, {share:.1%} of it.",
                share=(view.center_crop / view.resize) ** 2,
            ),
            note=gettext("Of the photograph"),
        ),
        Metric(
            gettext("Zoom"),
            f"{text.number(judged.zoom, 2)} ×",
            help=gettext("How much the crop is enlarged. Above 1 it becomes blurred."),
            note=gettext("Enlarged") if judged.zoom > 1 else gettext("Reduced"),
        ),
        Metric(
            gettext("Confidence"),
            text.percentage(found.crop.confidence, 0) if looked else "–",
            help=gettext("How much more salient the subject is than the rest."),
            note=gettext(_CHOICES[found.crop.choice]),
        ),
        Metric(
            gettext("Duration"),
            f"{text.number(took, 1)} ms" if looked else "–",
            help=gettext(
                "Per photograph: {saliency:.1f} ms for the saliency, {box:.1f} ms for the square.",
                saliency=found.saliency_ms,
                box=found.box_ms,
            ),
        ),
    ]
