from studio.charts.bars import bars


def test_the_largest_bar_is_on_top_with_its_number_beside_it() -> None:
    chart = bars("By species", {"Rosa canina": 2, "Bellis perennis": 1_200})
    bar = chart.figure.data[0]
    assert list(bar.y) == ["Bellis perennis", "Rosa canina"]
    assert [label.strip() for label in bar.text] == ["1,200", "2"]
    assert chart.table.rows[0] == ("Bellis perennis", "1,200", "99.8%")
    assert "from Bellis perennis with 1,200 to Rosa canina with 2" in chart.summary


def test_a_name_of_200_letters_is_truncated_on_the_axis_and_complete_in_the_table() -> None:
    name = "a" * 200
    chart = bars("By species", {name: 1})
    assert len(chart.figure.layout.yaxis.ticktext[0]) == 32
    assert chart.table.rows[0][0] == name


def test_long_names_with_the_same_start_are_distinguished() -> None:
    licences = [f"https://creativecommons.org/licenses/{kind}/4.0/" for kind in ("by", "by-nc")]
    shown = bars("By licence", dict.fromkeys(licences, 1)).figure.layout.yaxis.ticktext
    assert shown[0].endswith("/by-nc/4.0/")
    assert shown[1].endswith("/by/4.0/")


def test_a_chart_without_data_says_so() -> None:
    assert bars("By source", {}).summary == "No photographs yet."
