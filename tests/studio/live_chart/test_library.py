from pathlib import Path

import plotly

from studio.live_chart.library import plotly_script


def test_the_script_of_the_installed_plotly_is_copied_once(tmp_path: Path) -> None:
    name = plotly_script(tmp_path)
    assert name == f"plotly-{plotly.__version__}.min.js"
    assert b"plotly.js v" in (tmp_path / name).read_bytes()[:200]
    assert [path.name for path in tmp_path.iterdir()] == [name]
