import json
import subprocess
import sys

import pytest

from studio.palette import DARK, LIGHT, Palette, counterparts
from studio.template import template


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_chart_has_the_page_background_and_the_text_colour(palette: Palette) -> None:
    layout = template(palette).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == palette.background
    assert layout.font.color == palette.text
    assert layout.colorway == palette.series


def test_the_dark_template_is_the_light_one_with_each_colour_replaced() -> None:
    written = json.dumps(template(LIGHT).to_plotly_json())
    for light, dark in counterparts().items():
        written = written.replace(light, dark)
    assert json.loads(written) == json.loads(json.dumps(template(DARK).to_plotly_json()))


def test_a_chart_waits_for_an_import_in_another_thread() -> None:
    script = (
        "import importlib, sys, threading\n"
        "threading.Thread(target=importlib.import_module, args=['pandas']).start()\n"
        "while 'pandas' not in sys.modules: pass\n"
        "import studio.template\n"
        "assert hasattr(sys.modules['pandas'], 'Series')\n"
        "studio.template.template()\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
