from studio.charts.parts import parts_bars
from studio.palette import PARTS


def test_each_part_has_its_bar_its_colour_and_its_numbers_as_text() -> None:
    chart = parts_bars({"train": (80, 9), "val": (10, 7), "test": (10, 7)})
    bars = chart.figure.data[0]
    assert list(bars.x) == [80, 10, 10]
    assert list(bars.marker.color) == list(PARTS.values())
    assert "train: 80 photographs · 9 species" in chart.summary
    assert chart.table.rows[1] == ("validation", "10", "10.0%", "7")


def test_a_split_without_parts_says_so() -> None:
    assert parts_bars({}).summary == "No parts yet."
