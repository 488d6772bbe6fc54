import json

import numpy as np

from studio.charts.species import bin_of, class_histogram, rank_curve


def long_tail(species: int = 8_587) -> list[int]:
    drawn = np.random.default_rng(7).pareto(0.8, species) + 1
    return [int(count) for count in drawn.clip(1, 5_000)]


def test_the_histogram_doubles_its_bins_and_counts_every_species_once() -> None:
    chart = class_histogram([1, 1, 2, 3, 4, 5, 8, 9])
    assert list(chart.figure.data[0].x) == ["1", "2", "3–4", "5–8", "9–16"]
    assert list(chart.figure.data[0].y) == [2, 1, 2, 2, 1]
    assert chart.figure.layout.yaxis.type == "log"
    assert chart.table.rows[2] == ("3–4", "2")


def test_the_edges_of_the_bins_are_in_the_right_bin() -> None:
    for largest, label in [(1, "1"), (2, "2"), (4, "3–4"), (5, "5–8"), (1_024, "513–1,024")]:
        chart = class_histogram([largest])
        assert chart.figure.data[0].x[-1] == label
        assert chart.figure.data[0].y[-1] == 1


def test_thousands_of_species_make_a_small_histogram() -> None:
    counts = long_tail()
    chart = class_histogram(counts)
    assert sum(chart.figure.data[0].y) == len(counts)
    assert len(json.dumps(json.loads(chart.figure.to_json()))) < 8_000
    assert "8,587 species" in chart.summary


def test_the_rank_curve_keeps_only_both_ends_of_each_step() -> None:
    chart = rank_curve([1] * 5_000 + [7, 3], [f"s{place}" for place in range(5_002)])
    trace = chart.figure.data[0]
    assert list(trace.x) == [1, 2, 3, 5_002]
    assert list(trace.y) == [7, 3, 1, 1]
    assert trace.text[0] == "s5000"
    assert chart.table.rows[0] == ("1", "s5000", "7")


def test_a_bar_of_the_histogram_knows_its_species() -> None:
    assert [bin_of(place) for place in range(5)] == [(1, 1), (2, 2), (3, 4), (5, 8), (9, 16)]


def test_without_species_every_chart_is_empty_and_says_so() -> None:
    assert class_histogram([]).summary == "No species yet."
    assert rank_curve([]).summary == "No species yet."
