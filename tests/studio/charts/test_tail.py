import json

import numpy as np

from engine.language.current import language_set
from engine.split.rarity import BUCKETS
from studio.charts.chart import separators
from studio.charts.tail import bucket_bars, exposure_curves, lorenz_curve, part_bars


def counted(*images: int) -> np.ndarray:
    return np.array(images, np.int64)


def test_the_buckets_divide_species_and_photographs() -> None:
    chart = bucket_bars(counted(1, 2, 2, 5))
    assert list(chart.figure.data[0].x) == [0.25, 0.1]
    assert list(chart.figure.data[1].x) == [0.5, 0.4]
    assert chart.table.rows[2] == ("5–19", "1", "5")
    assert [row[0] for row in chart.table.rows] == [bucket.name for bucket in BUCKETS]


def test_the_parts_of_each_bucket_are_drawn_and_described() -> None:
    chart = part_bars(np.array([[1, 0, 0], [1, 1, 0], [8, 1, 1]]))
    assert chart.table.rows[0] == ("1", "1 of 1 species", "–", "–")
    assert chart.table.rows[2] == ("5–19", "8 of 1 species", "1 of 1 species", "1 of 1 species")
    assert [trace.name for trace in chart.figure.data] == ["train", "validation", "test"]


def test_the_lorenz_curve_shows_how_unequal_the_species_are() -> None:
    assert lorenz_curve(counted(5, 5, 5)).title == "Lorenz curve, Gini 0.00"
    chart = lorenz_curve(counted(*[1] * 99, 901))
    assert chart.title == "Lorenz curve, Gini 0.89"
    assert "smaller half of the species has 5.0% of the photographs" in chart.summary


def test_the_exposure_equals_what_an_epoch_shows() -> None:
    chart = exposure_curves(counted(100, 10, 1))
    assert [trace.name for trace in chart.figure.data] == ["Uniform", "Square root", "Balanced"]
    assert chart.table.rows[0][1:4] == ("100", "10.0", "1.0")
    assert chart.table.rows[2] == ("Balanced", "37.0", "37.0", "37.0", "37.0")


def test_thousands_of_species_make_small_charts() -> None:
    images = (np.random.default_rng(7).pareto(0.8, 8_587) + 1).clip(1, 5_000).astype(np.int64)
    for chart in (bucket_bars(images), lorenz_curve(images), exposure_curves(images)):
        assert len(json.dumps(json.loads(chart.figure.to_json()))) < 60_000


def test_without_species_every_chart_is_empty() -> None:
    nothing = counted()
    assert exposure_curves(nothing).summary == "Nothing to train on."
    assert bucket_bars(nothing).table.rows[0] == ("1", "0", "0")
    assert part_bars(np.zeros((0, 3), np.int64)).table.rows[0] == ("1", "–", "–", "–")
    assert lorenz_curve(nothing).title == "Lorenz curve, Gini 0.00"


def test_charts_are_in_the_language_of_the_reader() -> None:
    with language_set("es"):
        chart = bucket_bars(counted(1_500, 3))
        assert chart.title == "Especies y fotografías por tamaño de especie"
        assert chart.table.header == ("Fotografías por especie", "Especies", "Fotografías")
        assert chart.table.rows[4] == ("> 100", "1", "1.500")
        assert separators() == ",."
        assert lorenz_curve(counted(5, 5, 5)).title == "Curva de Lorenz, Gini 0,00"
