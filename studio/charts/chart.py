"""The parts of every chart: the figure, a text description, and a table."""

from dataclasses import dataclass

from babel.numbers import get_decimal_symbol, get_group_symbol
from plotly import graph_objects as go

from engine.language.current import current_language
from studio.template import template


@dataclass(frozen=True)
class Table:
    """The numbers of the figure, formatted for display."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A figure in light colours, its title, a description in one or two sentences, its table."""

    figure: go.Figure
    title: str
    summary: str
    table: Table


def figure(*traces: go.Bar | go.Scatter, height: int = 320) -> go.Figure:
    """A figure in the studio's style. Zoom and hidden traces persist when the data change."""
    return go.Figure(
        data=list(traces),
        layout={
            "template": template(),
            "height": height,
            "uirevision": "kept",
        },
    )


def separators() -> str:
    """The decimal and thousands separators in Plotly's notation: ".,", ",."."""
    language = current_language()
    return get_decimal_symbol(language) + get_group_symbol(language)
