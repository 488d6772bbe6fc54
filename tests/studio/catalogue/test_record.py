from pathlib import Path

import pytest

from engine.catalogue.curation import exclude
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from studio.catalogue.record import related
from tests.studio.catalogue.conftest import spans
from tests.studio.conftest import OpenPage, words


@pytest.mark.usefixtures("small_catalogue")
def test_the_address_opens_the_full_record(open_page: OpenPage) -> None:
    app = open_page("catalogue", photo="bellis-0")
    assert "*Bellis perennis*" in [subheader.value for subheader in app.subheader]
    assert "**Same observation**" in [line.value for line in app.markdown]
    assert app.button(key="catalogue_lab").label == "Open in the crop lab"


@pytest.mark.usefixtures("many")
def test_navigation_to_the_neighbours_continues_across_pages(open_page: OpenPage) -> None:
    app = open_page("catalogue", photo="rose-059")
    assert "60 of 150" in words(app)
    app.button(key="catalogue_next").click().run()
    assert (app.query_params["photo"], app.query_params["page"]) == ("rose-060", "2")
    assert "61 of 150" in words(app)
    assert "61–120 of 150 photographs" in spans(app)
    app.button(key="catalogue_previous").click().run()
    assert (app.query_params["photo"], "page" in app.query_params) == ("rose-059", False)
    app.button(key="catalogue_previous").click().run()
    assert app.query_params["photo"] == "rose-058"


@pytest.mark.usefixtures("many")
def test_the_first_and_the_last_of_all_have_one_neighbour(open_page: OpenPage) -> None:
    app = open_page("catalogue", photo="rose-000")
    assert app.button(key="catalogue_previous").disabled
    assert not app.button(key="catalogue_next").disabled
    app = open_page("catalogue", photo="rose-149", page="3")
    assert app.button(key="catalogue_next").disabled
    assert not app.button(key="catalogue_previous").disabled


def test_photographs_that_moved_up_from_the_next_page_are_not_skipped(
    many: SqliteCatalogue, open_page: OpenPage
) -> None:
    app = open_page("catalogue", photo="rose-059")
    exclude(many, ["rose-003"])
    app.run()
    app.button(key="catalogue_next").click().run()
    assert (app.query_params["photo"], "page" in app.query_params) == ("rose-060", False)
    app.button(key="catalogue_next").click().run()
    assert (app.query_params["photo"], app.query_params["page"]) == ("rose-061", "2")


@pytest.mark.usefixtures("small_catalogue")
def test_a_missing_photograph_is_reported_in_a_sentence(open_page: OpenPage) -> None:
    app = open_page("catalogue", photo="nowhere")
    assert app.error[0].value.startswith("The catalogue has no photograph nowhere")


def test_a_damaged_file_still_shows_its_record(
    small_catalogue: SqliteCatalogue, home: object, open_page: OpenPage, tmp_path: Path
) -> None:
    found = small_catalogue.get("acer-0")
    assert found is not None
    (tmp_path / "home" / found.path).write_bytes(b"")
    app = open_page("catalogue", photo="acer-0")
    assert "is empty" in app.error[0].value
    assert len(app.table) == 1


def test_the_other_photographs_of_an_observation_are_found(
    small_catalogue: SqliteCatalogue,
) -> None:
    bellis, acer = (
        small_catalogue.page(Filter(text=name), None, 1).photographs[0]
        for name in ("bellis", "acer")
    )
    assert [other.image_id for other in related(small_catalogue, bellis)] == ["bellis-1"]
    assert related(small_catalogue, acer) == []


def test_own_fields_are_shown_with_their_values(
    small_catalogue: SqliteCatalogue, open_page: OpenPage
) -> None:
    extra = '{"place.name": "A*b", "latitude": 40.25, "organ": ["leaf", "flower"], '
    extra += '"observed_on": "2024-05-01", "wild": true}'
    small_catalogue.update([{"image_id": "acer-0", "extra": extra}])
    shown = open_page("catalogue", photo="acer-0").table[1].value
    assert shown.iloc[:, -1].tolist() == [r"A\*b", "40.25", "leaf, flower", "May 1, 2024", "Yes"]
