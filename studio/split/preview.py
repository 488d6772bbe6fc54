"""Preview of a split: the parts, species without a part, and a random split."""

from collections import Counter

import streamlit as st

from engine.language.message import gettext, ngettext
from engine.split.about import tiers_text
from engine.split.folder import part_name
from engine.split.left_out import left_out_text
from engine.split.notes import Reason, absences, doubts, reason_text, unassigned_counts
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
    """The parts, and below them one view at a time."""
    plan = planned.plan
    counts = plan.counts
    live_chart(
        parts_bars({part: (count.images, count.species) for part, count in counts.items()}),
        key="split.parts",
        on_click=lambda mark: open_bar(of_part(plan, mark.place)),
    )
    # The filter of the tiers shows the only one; a made split names it.
    if len(plan.tiers) > 1:
        st.caption(tiers_text(plan.tiers))
    _left_out(plan)
    by_size, missing, random, sampling = st.tabs(
        [
            gettext("By species size"),
            gettext("Not evaluated"),
            gettext("Random split"),
            gettext("Sampling"),
        ],
        key="split.looks",
        on_change="rerun",
    )
    if by_size.open:
        with by_size:
            live_chart(
                part_bars(plan.images),
                key="split.part_bars",
                on_click=lambda mark: open_bar(of_bucket_and_part(plan, mark.place, mark.trace)),
            )
    if missing.open:
        with missing:
            _missing(plan)
    if random.open:
        with random:
            _beside_a_shuffle(planned.faults, planned.faults_of_a_shuffle)
    if sampling.open:
        with sampling:
            live_chart(exposure_curves(plan.images[:, 0]), key="split.exposure")


def _left_out(plan: SplitPlan) -> None:
    reasons = unassigned_counts(plan)
    if reasons:
        lost = plan.left_out_species
        items = [ngettext("{n} whole species", "{n} whole species", lost)] if lost else []
        items += [left_out_text(why, images) for why, images in reasons.items()]
        st.caption(gettext("Left out: {items}.", items="; ".join(items)))
    if len(plan.moved):
        moved = ngettext(
            "{n} photograph of {split} moves to another part to keep the shares. The split's "
            "notes.json lists it.",
            "{n} photographs of {split} move to another part to keep the shares. The split's "
            "notes.json lists them.",
            len(plan.moved),
            split=text.plain(plan.settings.earlier or ""),
        )
        st.caption(moved)
    found = doubts(plan)
    if found:
        doubtful = ngettext(
            "{n} group has photographs of several species",
            "{n} groups have photographs of several species",
            len(found),
        )
        with st.expander(doubtful, icon=":material/warning:"):
            st.caption(gettext("Such a group goes to train as a whole."))
            st.dataframe(
                [
                    {
                        gettext("Photographs"): len(doubt.indices),
                        gettext("Species"): ", ".join(doubt.species),
                    }
                    for doubt in found[:_SHOWN_DOUBTS]
                ],
                hide_index=True,
            )


def _missing(plan: SplitPlan) -> None:
    found = absences(plan)
    if not found:
        st.caption(gettext("Every species has photographs in validation and test."))
        return
    count_by = Counter((absence.part, absence.reason) for absence in found)
    st.markdown(
        "  \n".join(
            _species_without(part, reason, count)
            for (part, reason), count in count_by.most_common()
        )
    )
    st.dataframe(
        {
            gettext("Species"): [absence.species for absence in found],
            gettext("Photographs"): [absence.images for absence in found],
            gettext("Missing in"): [part_name(absence.part) for absence in found],
            gettext("Reason"): [reason_text(absence.reason) for absence in found],
        },
        hide_index=True,
        height=320,
    )


def _species_without(part: str, reason: Reason, count: int) -> str:
    return ngettext(
        "**{n} species** without {part}: {reason}",
        "**{n} species** without {part}: {reason}",
        count,
        part=part_name(part),
        reason=reason_text(reason),
    )


def _beside_a_shuffle(own: ShuffleFaults, shuffle: ShuffleFaults) -> None:
    st.caption(gettext("A random split with the same shares ignores species and groups."))
    rows = {
        gettext("Species only in validation"): (own.val_only, shuffle.val_only),
        gettext("Species only in test"): (own.test_only, shuffle.test_only),
        gettext("Species missing in validation without need"): (
            own.not_in_val,
            shuffle.not_in_val,
        ),
        gettext("Groups in several parts"): (own.straddling, shuffle.straddling),
    }
    st.table(
        [
            {
                "": name,
                gettext("This split"): text.number(mine),
                gettext("Random split"): text.number(other),
            }
            for name, (mine, other) in rows.items()
        ],
        border="horizontal",
    )
