"""Plotly's own script, taken from the installed package and served by the studio itself."""

from functools import cache
from pathlib import Path

import plotly

from engine.files import write_atomic

STATIC = Path(__file__).parents[1] / "static"


@cache
def plotly_script(static: Path = STATIC) -> str:
    """The file's name below `static`, copied there first where it is not yet.

    The version is in the name, so that a browser never keeps the script of another one.
    """
    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    target = static / f"plotly-{plotly.__version__}.min.js"
    if not target.exists():
        write_atomic(target, source.read_bytes())
    return target.name
