"""A split before it is written: the parts, who is not judged and why, and a plain shuffle."""

from collections import Counter

import streamlit as st

from engine.split.left_out import WORDS
from engine.split.notes import absences, doubts, unassigned_counts
from engine.split.plan import SplitPlan
from engine.split.shuffle import ShuffleFaults
from studio import text
from studio.charts.parts import parts_bars
from studio.charts.tail import exposure_curves, part_bars
from studio.live_chart.component import live_chart
from studio.split.bars import of_bucket_and_part, of_part
from studio.split.photographs import open_bar
from studio.split.planning import Planned

_SHOWN_DOUBTS = 200


def preview(planned: Planned) -> None:
    """The parts, and below them one look at a time."""
    plan = planned.plan
    counts = plan.counts
    live_chart(
        parts_bars({part: (count.images, count.species) for part, count in counts.items()}),
        key="split.parts",
        on_click=lambda mark: open_bar(of_part(plan, mark.place)),
    )
    _left_out(plan)
    looks = st.tabs(
        ["By size of species", "Not judged", "A plain shuffle", "Sampling"],
        key="split.looks",
        on_change="rerun",
    )
    by_size, not_judged, plain, sampling = looks
    if by_size.open:
        with by_size:
            live_chart(
                part_bars(plan.images),
                key="split.part_bars",
                on_click=lambda mark: open_bar(of_bucket_and_part(plan, mark.place, mark.trace)),
            )
    if not_judged.open:
        with not_judged:
            _not_judged(plan)
    if plain.open:
        with plain:
            _beside_a_shuffle(planned.faults, planned.faults_of_a_shuffle)
    if sampling.open:
        with sampling:
            live_chart(exposure_curves(plan.images[:, 0]), key="split.exposure")


def _left_out(plan: SplitPlan) -> None:
    reasons = unassigned_counts(plan)
    if reasons:
        photographs = "; ".join(
            f"{text.count(images, 'photograph')} {WORDS[why]}" for why, images in reasons.items()
        )
        st.caption(f"Left out: {_species_left_out(plan)}{photographs}.")
    if len(plan.moved):
        st.caption(
            f"{text.count(len(plan.moved), 'photograph')} of "
            f"{text.plain(plan.settings.earlier or '')} would move to another part, "
            "for the shares ask for it; the split's notes list them."
        )
    found = doubts(plan)
    if found:
        noun = text.count(len(found), "group carries", "groups carry")
        st.markdown(
            f":orange[:material/warning:] {noun} more than one species' name: trained on, whole, "
            "and never used to judge."
        )
        with st.expander("Groups with several names"):
            st.dataframe(
                [
                    {"Photographs": len(doubt.indices), "Species": ", ".join(doubt.species)}
                    for doubt in found[:_SHOWN_DOUBTS]
                ],
                hide_index=True,
            )


def _species_left_out(plan: SplitPlan) -> str:
    lost = plan.left_out_species
    return f"{text.count(lost, 'species', 'species')} in all; " if lost else ""


def _not_judged(plan: SplitPlan) -> None:
    found = absences(plan)
    if not found:
        st.caption("Every species has photographs in val and in test.")
        return
    count_by = Counter((absence.part, absence.reason) for absence in found)
    st.markdown(
        "  \n".join(
            f"**{text.count(count, 'species', 'species')}** without {part}: "
            f"{text.plain(str(reason))}"
            for (part, reason), count in count_by.most_common()
        )
    )
    st.dataframe(
        {
            "Species": [absence.species for absence in found],
            "Photographs": [absence.images for absence in found],
            "Nothing in": [absence.part for absence in found],
            "Why": [str(absence.reason) for absence in found],
        },
        hide_index=True,
        height=320,
    )


def _beside_a_shuffle(own: ShuffleFaults, shuffle: ShuffleFaults) -> None:
    st.caption(
        "The same photographs, shuffled and cut by the same shares, without looking at species or "
        "groups."
    )
    rows = {
        "Species only in val": (own.val_only, shuffle.val_only),
        "Species only in test": (own.test_only, shuffle.test_only),
        "Species that could be in val and are not": (own.not_in_val, shuffle.not_in_val),
        "Groups torn apart": (own.straddling, shuffle.straddling),
    }
    st.table(
        [
            {"": name, "This split": text.number(mine), "A plain shuffle": text.number(other)}
            for name, (mine, other) in rows.items()
        ],
        border="horizontal",
    )
