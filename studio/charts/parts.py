"""The parts of a split side by side."""

from collections.abc import Mapping

from plotly import graph_objects as go

from engine.language.message import gettext, ngettext
from engine.split.folder import part_name
from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT, PARTS


def parts_bars(parts: Mapping[str, tuple[int, int]]) -> Chart:
    """Photographs and species of each part: {"train": (photographs, species), …}."""
    names = [part_name(part) for part in parts]
    images = [count for count, _ in parts.values()]
    total = max(sum(images), 1)
    labels = [
        " · ".join(
            [
                ngettext("{n} photograph", "{n} photographs", count),
                ngettext("{n} species", "{n} species", species),
            ]
        )
        for count, species in parts.values()
    ]
    drawn = figure(
        go.Bar(
            y=names,
            x=images,
            orientation="h",
            marker_color=[PARTS.get(part, LIGHT.stone) for part in parts],
            # The space separates the text from the edge of its bar.
            text=[f" {label}" for label in labels],
            textposition=["inside" if count > 0.5 * max(images) else "outside" for count in images],
            insidetextanchor="start",
            insidetextfont_color=LIGHT.background,
            outsidetextfont_color=LIGHT.text,
            cliponaxis=False,
            customdata=[text.percentage(count / total) for count in images],
            hovertemplate="%{y}:%{text} (%{customdata})<extra></extra>",
        ),
        height=40 + 48 * max(len(names), 1),
    )
    drawn.update_xaxes(visible=False)
    drawn.update_yaxes(showgrid=False, autorange="reversed", tickfont_color=LIGHT.text)
    rows = tuple(
        (part_name(part), text.number(count), text.percentage(count / total), text.number(species))
        for part, (count, species) in parts.items()
    )
    said = "; ".join(f"{name}: {label}" for name, label in zip(names, labels, strict=True))
    return Chart(
        drawn,
        gettext("Parts of the split"),
        f"{said}." if said else gettext("No parts yet."),
        Table(
            (gettext("Part"), gettext("Photographs"), gettext("Share"), gettext("Species")), rows
        ),
    )
