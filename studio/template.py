"""The common style of all charts: light axes, horizontal grid lines, the studio's font."""

from importlib import import_module

from plotly import graph_objects as go

from studio.palette import LIGHT, Palette

# Plotly uses pandas if it is loaded, and would find a half-imported one while the studio's first
# page imports it. Drawing therefore waits for the complete import.
import_module("pandas")

FONT = "Figtree, sans-serif"


def template(palette: Palette = LIGHT) -> go.layout.Template:
    """The Plotly template in the colours of one palette."""
    axis = {
        "gridcolor": palette.grid,
        "linecolor": palette.border,
        "tickcolor": palette.border,
        "tickfont": {"color": palette.muted, "size": 12},
        "title": {"font": {"color": palette.muted, "size": 13}, "standoff": 12},
        "zeroline": False,
        "ticklabelstandoff": 4,
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 13, "color": palette.text},
            "paper_bgcolor": palette.background,
            "plot_bgcolor": palette.background,
            "colorway": palette.series,
            "margin": {"l": 12, "r": 16, "t": 12, "b": 12},
            "xaxis": {**axis, "showgrid": False, "showline": True, "ticks": "outside"},
            "yaxis": {
                **axis,
                "showgrid": True,
                "showline": False,
                "ticks": "",
            },
            "legend": {
                "orientation": "h",
                "x": 0,
                "y": 1.02,
                "xanchor": "left",
                "yanchor": "bottom",
                "font": {"color": palette.text, "size": 13},
                "bgcolor": palette.background,
            },
            "hoverlabel": {
                "bgcolor": palette.surface,
                "bordercolor": palette.border,
                "font": {"family": FONT, "size": 13, "color": palette.text},
                "align": "left",
            },
            "modebar": {
                "bgcolor": palette.background,
                "color": palette.muted,
                "activecolor": palette.leaf,
            },
            # A label that does not fit at this size is omitted; the table has it.
            "uniformtext": {"mode": "hide", "minsize": 10},
            "bargap": 0.08,
            "hovermode": "closest",
        },
        data={
            "bar": [{"marker": {"line": {"width": 0}, "cornerradius": 3}}],
            "scatter": [{"line": {"width": 2}, "marker": {"size": 6}}],
        },
    )
