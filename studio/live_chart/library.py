"""Plotly's own script, copied from the installed package and served by the studio."""

from functools import cache
from pathlib import Path

import plotly

from engine.files import write_atomic

STATIC = Path(__file__).parents[1] / "static"


@cache
def plotly_script(static: Path = STATIC) -> str:
    """The file name below `static`; the file is copied there if it does not exist.

    The version is in the name, so that a browser never uses the cached script of another version.
    """
    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    target = static / f"plotly-{plotly.__version__}.min.js"
    if not target.exists():
        write_atomic(target, source.read_bytes())
    return target.name
