"""What every chart is made of: the figure, and the same thing in words and as a table."""

from dataclasses import dataclass

from babel.numbers import get_decimal_symbol, get_group_symbol
from plotly import graph_objects as go

from engine.language.current import current_language
from studio.template import template


@dataclass(frozen=True)
class Table:
    """The figure's numbers, already written as people read them."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A figure in light colours, its title, one or two sentences on what it shows, its table."""

    figure: go.Figure
    title: str
    summary: str
    table: Table


def figure(*traces: go.Bar | go.Scatter, height: int = 320) -> go.Figure:
    """A figure in the studio's style. Zoom and hidden traces outlive new data."""
    return go.Figure(
        data=list(traces),
        layout={
            "template": template(),
            "height": height,
            "uirevision": "kept",
        },
    )


def separators() -> str:
    """The signs before decimals and between thousands, as Plotly takes them: ".,", ",."."""
    language = current_language()
    return get_decimal_symbol(language) + get_group_symbol(language)
