"""The parts of the page on which a split is made."""

import time

import streamlit as st

from engine.home import Home
from engine.settings.files import validate
from engine.settings.split import SplitSettings
from engine.split.check import Finding, check_split
from engine.split.folder import split_folder, split_names
from engine.split.make import make_split
from engine.split.plan import PartCount
from studio import place, text
from studio.charts.parts import parts_bars
from studio.charts.species import bucket_bars, class_histogram
from studio.live_chart.component import live_chart
from studio.split.made import Made, free_name, splits_made
from studio.split.preview import PLANNED_AT_ONCE, Planned, part_counts, planned
from studio.views.action import Action
from studio.views.empty import empty
from studio.views.metrics import Metric, metric_row
from studio.views.problem import problem, problems_shown

RULE = (
    "A species with one photograph gives it to train; with two, one to train and one to val; "
    "with three or more, val and test get a tenth each, at least one, and train the rest."
)


def nothing_to_split() -> None:
    """There are no photographs yet."""
    empty(
        "No photographs to split",
        "A split deals photographs to train, val and test. Bring some in first: the demo garden, "
        "a folder, or a table.",
        [Action("Bring photographs in", "../pages/importing.py", ":material/add_photo_alternate:")],
        icon=":material/call_split:",
        key="split.empty",
    )


def spread(images: list[int]) -> None:
    """How the photographs spread over the species."""
    metric_row(
        [
            _bucket("In all", images),
            *(_bucket(name, part) for name, part in _buckets(images).items()),
        ]
    )
    st.space("small")
    beside = st.grid(2, min_column_width=380, gap="large")
    with beside.cell():
        live_chart(class_histogram(images), key="split.histogram")
    with beside.cell():
        live_chart(bucket_bars(images), key="split.buckets")
        st.caption(RULE)


def choose_settings(home: Home) -> SplitSettings:
    """Ask for name, seed and the fewest photographs a species needs.

    Raises:
        BadInput: the name cannot be one.
    """
    fields = SplitSettings.model_fields
    names = split_names(home)
    with st.grid(3, min_column_width=200):
        min_images = st.number_input(
            "Fewest photographs per species",
            min_value=1,
            max_value=100_000,
            value=1,
            key="split.min_images",
            help=fields["min_images"].description,
        )
        seed = st.number_input(
            "Seed",
            min_value=0,
            max_value=2**31 - 1,
            value=SplitSettings().seed,
            key="split.seed",
            help="Another seed deals other photographs; the same seed always the same.",
        )
        # A split that was made frees the field for the next name.
        name = st.text_input(
            "Name",
            free_name(home),
            key=f"split.name.{len(names)}",
            max_chars=64,
            help=fields["name"].description,
        )
    values = {"name": name.strip(), "seed": seed, "min_images": min_images}
    return validate(SplitSettings, values, "Split")


def preview(images: list[int], settings: SplitSettings) -> dict[str, PartCount]:
    """The parts as they would be."""
    counts = part_counts(images, settings)
    live_chart(
        parts_bars({part: (count.images, count.species) for part, count in counts.items()}),
        key="split.parts",
    )
    left_out = sum(count < settings.min_images for count in images)
    if left_out:
        photographs = sum(count for count in images if count < settings.min_images)
        st.caption(
            f"Left out: {text.count(left_out, 'species', 'species')} with "
            f"{text.count(photographs, 'photograph')} in all."
        )
    return counts


def checks(home: Home, settings: SplitSettings, photographs: int) -> None:
    """The checks of the plan; a large catalogue is dealt for them only when asked."""
    if photographs > PLANNED_AT_ONCE and not st.toggle(
        "Check the plan now",
        key="split.check_plan",
        help=f"Dealing {photographs:,} photographs takes a while. "
        "Making the split checks it in any case.",
    ):
        return
    found = planned(home, settings)
    show_findings(found.findings)
    _show_straddling(found)


def make(home: Home, settings: SplitSettings) -> None:
    """The button that writes the split."""
    taken = settings.name in split_names(home)
    pressed = st.button(
        "Make it",
        key="split.make",
        type="primary",
        icon=":material/call_split:",
        disabled=taken,
        help="There is a split of that name; choose another." if taken else None,
    )
    # The second of two quick clicks finds the split made.
    if not pressed or taken:
        return
    with st.spinner(f"Writing the split {settings.name} …"), place.catalogue() as catalogue:
        make_split(home, catalogue, settings)
    st.session_state["split.new"] = settings.name
    st.rerun()


def show_made(home: Home) -> None:
    """The splits that exist."""
    made = splits_made(home)
    if not made:
        return
    st.subheader("Splits", anchor=False)
    for split in made:
        with st.container(border=True, gap="small"), problems_shown():
            _show_split(home, split)


def show_findings(findings: list[Finding]) -> None:
    """Each check with its sign and what was found."""
    lines = [
        f":{'green' if finding.ok else 'red'}"
        f"[:material/{'check_circle' if finding.ok else 'cancel'}:] "
        f"{text.plain(finding.check)} &ensp;:gray[{text.plain(finding.detail)}]"
        for finding in findings
    ]
    st.markdown("  \n".join(lines))


def _buckets(images: list[int]) -> dict[str, list[int]]:
    return {
        "With 1 photograph": [count for count in images if count == 1],
        "With 2": [count for count in images if count == 2],
        "With 3 or more": [count for count in images if count >= 3],
    }


def _bucket(name: str, images: list[int]) -> Metric:
    species = text.count(len(images), "species", "species")
    return Metric(name, species, note=text.count(sum(images), "photograph"))


def _show_straddling(found: Planned) -> None:
    groups = found.straddling_groups
    if not groups:
        st.markdown(":green[:material/check_circle:] No observation is torn apart.")
        return
    noun = "observation has its" if groups == 1 else "observations have their"
    st.markdown(
        f":orange[:material/warning:] {groups:,} {noun} photographs in more than one part "
        "&ensp;:gray[pictures of one plant on one day resemble each other, "
        "so val and test will look a little too good]"
    )


def _show_split(home: Home, split: Made) -> None:
    if split.problem:
        st.markdown(f"**{split.name}**")
        problem(split.problem)
        return
    new = " &ensp;:green-badge[:material/check: Made]"
    is_new = st.session_state.get("split.new") == split.name
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(gap=None, width="content"):
            st.markdown(f"**{split.name}**{new if is_new else ''}")
            st.caption(_about(split))
        with st.container(horizontal=True, width="content"):
            check = st.button(
                "Check", key=f"split.check.{split.name}", icon=":material/fact_check:"
            )
            train = st.button(
                "Train on it",
                key=f"split.train.{split.name}",
                icon=":material/model_training:",
                type="primary" if is_new else "secondary",
            )
    if train:
        st.switch_page("../pages/train.py", query_params={"split": split.name})
    if check:
        with st.spinner("Reading the split back …"):
            st.session_state[f"split.found.{split.name}"] = check_split(
                split_folder(home, split.name)
            )
    findings = st.session_state.get(f"split.found.{split.name}")
    if findings:
        show_findings(findings)


def _about(split: Made) -> str:
    parts = " · ".join(f"{part} {count.images:,}" for part, count in split.counts)
    fewest = f"at least {split.min_images:,} photographs each · " if split.min_images > 1 else ""
    return (
        f"{parts} · {text.count(split.species, 'species', 'species')} · {fewest}"
        f"seed {split.seed} · made {text.ago(split.made, time.time())}"
    )
