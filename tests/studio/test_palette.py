import re
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest

from studio.palette import DARK, LIGHT, PARTS, Palette, counterparts

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


def luminance(colour: str) -> float:
    """The relative luminance as defined by WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("mode", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_the_theme_and_the_charts_have_the_same_colours(mode: str, palette: Palette) -> None:
    theme = tomllib.loads(CONFIG.read_text("utf-8"))["theme"][mode]
    assert theme["backgroundColor"] == palette.background
    assert theme["secondaryBackgroundColor"] == palette.surface
    assert theme["textColor"] == palette.text
    assert theme["borderColor"] == palette.border
    assert theme["primaryColor"] == palette.primary
    assert theme["greenColor"] == theme["linkColor"] == palette.leaf
    assert tuple(theme["chartCategoricalColors"]) == palette.series


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_is_readable_and_lines_are_visible(palette: Palette) -> None:
    assert contrast(palette.text, palette.background) > 12
    assert contrast(palette.muted, palette.background) > 4.5
    assert contrast("#ffffff", palette.primary) > 4.5
    assert all(contrast(colour, palette.background) > 3 for colour in palette.series)
    assert all(contrast(palette.text, end) > 5 for end in (palette.gain, palette.cost))


def test_every_light_colour_has_one_dark_counterpart() -> None:
    pairs = counterparts()
    assert len(pairs) == len(asdict(LIGHT))
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for pair in pairs.items() for colour in pair)


def test_the_parts_of_a_split_have_different_colours_in_the_light_palette() -> None:
    assert len(set(PARTS.values())) == 3
    assert set(PARTS.values()) <= set(LIGHT.series)
