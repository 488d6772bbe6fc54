"""The parts of a split beside each other."""

from collections.abc import Mapping

from plotly import graph_objects as go

from studio import text
from studio.charts.chart import Chart, Table, figure
from studio.palette import LIGHT, PARTS


def parts_bars(parts: Mapping[str, tuple[int, int]]) -> Chart:
    """Photographs and species of each part: {"train": (photographs, species), …}."""
    names = list(parts)
    images = [parts[name][0] for name in names]
    total = max(sum(images), 1)
    labels = [
        f"{text.number(count)} photographs · {text.count(species, 'species', 'species')}"
        for count, species in parts.values()
    ]
    drawn = figure(
        go.Bar(
            y=names,
            x=images,
            orientation="h",
            marker_color=[PARTS.get(name, LIGHT.stone) for name in names],
            # The space keeps the words off the edge of their bar.
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
        (name, text.number(count), text.percentage(count / total), text.number(species))
        for name, (count, species) in parts.items()
    )
    said = "; ".join(f"{name}: {label}" for name, label in zip(names, labels, strict=True))
    return Chart(
        drawn,
        "Parts of the split",
        f"{said}." if said else "No parts yet.",
        Table(("Part", "Photographs", "Share", "Species"), rows),
    )
