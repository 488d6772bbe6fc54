"""The options of a download: order, size, limit, contact, disk space."""

from dataclasses import dataclass
from typing import Any, get_args

import streamlit as st

from engine.download.plan import DownloadPlan
from engine.language.message import deferred, gettext, ngettext
from engine.settings.download import DownloadSettings, Order, Variant
from engine.settings.files import validate

_ORDERS: dict[Order, str] = {
    "rarest": deferred("Rarest first"),
    "round-robin": deferred("In turn"),
    "newest": deferred("Newest first"),
}
VARIANT_NAMES: dict[Variant, str] = {
    "original": deferred("Original"),
    "large": deferred("Large"),
    "medium": deferred("Medium"),
}


@dataclass(frozen=True)
class ChosenOptions:
    """The chosen options; `limit` is None to fetch all."""

    settings: DownloadSettings
    limit: int | None


def choices(settings: DownloadSettings, everything: DownloadPlan) -> ChosenOptions:
    """Draw the options; `everything` is the plan without a limit.

    Raises:
        BadInput: a value is wrong; the sentence names it.
    """
    with st.container(border=True):
        with st.grid(2, min_column_width=420, gap="small"):
            changes = _order_and_size(settings)
            limit = _limit(everything)
            changes |= _contact(settings)
        with st.expander(gettext("Disk")), st.grid(2, min_column_width=260, gap="small"):
            changes |= _disk(settings)
    asked = validate(DownloadSettings, settings.model_dump() | changes, gettext("The download"))
    return ChosenOptions(asked, None if limit == everything.images else limit)


def _order_and_size(settings: DownloadSettings) -> dict[str, Any]:
    order = st.segmented_control(
        gettext("Order"),
        get_args(Order),
        default=settings.order,
        format_func=lambda order: gettext(_ORDERS[order]),
        required=True,
        key="download.order",
        help=gettext(
            "Which species come first: the rarest, each in turn, or those of the newest "
            "photographs. Try rarest first: it evens out the classes."
        ),
    )
    variant = st.segmented_control(
        gettext("Size"),
        get_args(Variant),
        default=settings.variant,
        format_func=lambda variant: gettext(VARIANT_NAMES[variant]),
        required=True,
        key="download.variant",
        help=gettext(
            "Original has up to 2048 px, large 1024 px, medium 500 px. A larger size shows more "
            "detail and needs more disk and time. Try medium first. Only iNaturalist has sizes."
        ),
    )
    return {"order": order, "variant": variant}


def _limit(everything: DownloadPlan) -> int:
    """The maximum number to fetch; the default is as many as fit the cache."""
    fits = next(item.fits for item in everything.variants if item.variant == everything.variant)
    chosen = st.number_input(
        gettext("At most"),
        1,
        everything.images,
        max(1, int(everything.images * fits)),
        step=100,
        key=f"download.limit.{everything.images}",
        help=ngettext(
            "Of {n} address. The next download continues with the rest.",
            "Of {n} addresses. The next download continues with the rest.",
            everything.images,
        ),
    )
    return int(chosen)


def _contact(settings: DownloadSettings) -> dict[str, Any]:
    contact = st.text_input(
        gettext("Contact"),
        settings.contact,
        placeholder="you@example.org",
        key="download.contact",
        help=gettext(
            "Your e-mail or web address. It is sent with each request, so that a host can write "
            "to you instead of blocking you."
        ),
    )
    return {"contact": contact}


def _disk(settings: DownloadSettings) -> dict[str, Any]:
    fields = DownloadSettings.model_fields
    cap = st.number_input(
        gettext("Cache size, GB"),
        0.001,
        1_000_000.0,
        float(settings.cache_gigabytes),
        key="download.cap",
        help=gettext(fields["cache_gigabytes"].description or ""),
    )
    free = st.number_input(
        gettext("Keep free on disk, GB"),
        0.0,
        1_000_000.0,
        float(settings.free_gigabytes),
        key="download.free",
        help=gettext(fields["free_gigabytes"].description or ""),
    )
    return {"cache_gigabytes": cap, "free_gigabytes": free}
