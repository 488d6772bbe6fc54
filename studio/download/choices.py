"""What is chosen of a download: order, size, how many, who asks, how much is kept."""

from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st

from engine.download.plan import DownloadPlan
from engine.settings.download import DownloadSettings, Order, Variant
from engine.settings.files import validate
from studio import text

_ORDERS: dict[Order, str] = {
    "rarest": "Rarest species first",
    "round-robin": "Species in turn",
    "newest": "Newest first",
}
_VARIANTS: dict[Variant, str] = {
    "original": "Original, 2048 px",
    "large": "Large, 1024 px",
    "medium": "Medium, 500 px",
}


@dataclass(frozen=True)
class ChosenOptions:
    """`limit` is None where all are fetched."""

    settings: DownloadSettings
    limit: int | None


def choices(settings: DownloadSettings, everything: DownloadPlan) -> ChosenOptions:
    """Draw the choices; `everything` is the plan without a limit.

    Raises:
        BadInput: a value is wrong; the sentence names it.
    """
    with st.container(border=True):
        with st.grid(2, min_column_width=420, gap="small"):
            changes = _order_and_size(settings)
            limit = _limit(everything)
            changes |= _contact(settings)
        with st.expander("Disk"), st.grid(2, min_column_width=260, gap="small"):
            changes |= _disk(settings)
    asked = validate(DownloadSettings, settings.model_dump() | changes, "The download")
    return ChosenOptions(asked, None if limit == everything.images else limit)


def _order_and_size(settings: DownloadSettings) -> dict[str, Any]:
    order = st.segmented_control(
        "Order",
        get_args(Order),
        default=settings.order,
        format_func=_ORDERS.__getitem__,
        required=True,
        key="download.order",
        help="Of one species, the newest observations come first.",
    )
    variant = st.segmented_control(
        "Size",
        get_args(Variant),
        default=settings.variant,
        format_func=_VARIANTS.__getitem__,
        required=True,
        key="download.variant",
        help="iNaturalist offers each photograph in these; other hosts have one.",
    )
    return {"order": order, "variant": variant}


def _limit(everything: DownloadPlan) -> int:
    """How many are fetched at most; to begin with, as many as fit the cache."""
    fits = next(item.fits for item in everything.variants if item.variant == everything.variant)
    chosen = st.number_input(
        "At most",
        1,
        everything.images,
        max(1, int(everything.images * fits)),
        step=100,
        key=f"download.limit.{everything.images}",
        help=f"Of {text.count(everything.images, 'address', 'addresses')}; to begin with, "
        "as many as fit the cache. The next download goes on with the rest.",
    )
    return int(chosen)


def _contact(settings: DownloadSettings) -> dict[str, Any]:
    contact = st.text_input(
        "Contact",
        settings.contact,
        placeholder="you@example.org",
        key="download.contact",
        help="Your e-mail or web address. Every server is told it, so that its keeper can "
        "write to you before blocking you.",
    )
    return {"contact": contact}


def _disk(settings: DownloadSettings) -> dict[str, Any]:
    fields = DownloadSettings.model_fields
    cap = st.number_input(
        "Cache cap, GB",
        0.001,
        1_000_000.0,
        float(settings.cache_gigabytes),
        key="download.cap",
        help=fields["cache_gigabytes"].description,
    )
    free = st.number_input(
        "Always free, GB",
        0.0,
        1_000_000.0,
        float(settings.free_gigabytes),
        key="download.free",
        help=fields["free_gigabytes"].description,
    )
    return {"cache_gigabytes": cap, "free_gigabytes": free}
