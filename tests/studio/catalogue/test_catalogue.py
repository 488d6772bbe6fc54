from pathlib import Path

import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import EVERYTHING, Cursor, Filter
from studio.catalogue.paging import PAGE_SIZE, Trail
from studio.catalogue.record import related
from tests.studio.conftest import OpenPage


@pytest.fixture
def many(catalogue: SqliteCatalogue) -> SqliteCatalogue:
    """150 photographs of Rosa canina, known by address."""
    catalogue.add(
        Photograph(f"rose-{n:03}", "Rosa canina", source="far", url=f"https://x.example/{n}")
        for n in range(150)
    )
    return catalogue


def test_an_empty_catalogue_says_what_to_do(open_page: OpenPage) -> None:
    app = open_page("catalogue")
    assert app.subheader[0].value == "No photographs yet"
    assert app.button[0].label == "Import photographs"


@pytest.mark.usefixtures("small_catalogue")
def test_it_counts_and_offers_the_species_with_their_numbers(open_page: OpenPage) -> None:
    app = open_page("catalogue")
    assert [metric.value for metric in app.metric] == ["12", "4", "1", "1", "100%"]
    assert app.selectbox(key="catalogue_species").options[0] == "Dahlia pinnata (5)"


@pytest.mark.usefixtures("small_catalogue")
def test_filters_come_from_the_address_and_go_into_it(open_page: OpenPage) -> None:
    app = open_page("catalogue", species="Cornus mas")
    assert app.selectbox(key="catalogue_species").value == "Cornus mas"
    assert "4 photographs" in [caption.value for caption in app.caption]
    app.selectbox(key="catalogue_species").set_value("Dahlia pinnata").run()
    assert app.query_params["species"] == "Dahlia pinnata"
    app.selectbox(key="catalogue_species").set_value(None).run()
    assert "species" not in app.query_params
    assert "12 photographs" in [caption.value for caption in app.caption]


@pytest.mark.usefixtures("small_catalogue")
def test_an_address_that_names_no_species_of_ours_shows_everything(open_page: OpenPage) -> None:
    app = open_page("catalogue", species="Rosa nonsense")
    assert app.selectbox(key="catalogue_species").value is None
    assert "12 photographs" in [caption.value for caption in app.caption]


@pytest.mark.usefixtures("small_catalogue")
def test_a_search_that_finds_nothing_says_so(open_page: OpenPage) -> None:
    app = open_page("catalogue", text="zzz")
    assert app.subheader[0].value == "Nothing fits"


@pytest.mark.usefixtures("many")
def test_pages_are_leafed_through_forward_and_back(open_page: OpenPage) -> None:
    app = open_page("catalogue")

    def span() -> str:
        return next(c.value for c in app.caption if c.value.endswith("of 150 photographs"))

    assert span() == "1–60 of 150 photographs"
    assert app.button(key="catalogue_trail_back").disabled
    app.button(key="catalogue_trail_next").click().run()
    app.button(key="catalogue_trail_next").click().run()
    assert span() == "121–150 of 150 photographs"
    assert app.button(key="catalogue_trail_next").disabled
    app.button(key="catalogue_trail_back").click().run()
    assert span() == "61–120 of 150 photographs"


def test_going_back_from_the_first_page_stays_there() -> None:
    trail = Trail(EVERYTHING)
    assert trail.back() == trail
    assert trail.onward(Cursor("a", "1")).back() == trail
    assert trail.onward(Cursor("a", "1")).first == PAGE_SIZE + 1


@pytest.mark.usefixtures("small_catalogue")
def test_the_address_opens_the_full_record(open_page: OpenPage) -> None:
    app = open_page("catalogue", photo="bellis-0")
    assert "*Bellis perennis*" in [subheader.value for subheader in app.subheader]
    assert "**The same observation**" in [line.value for line in app.markdown]
    assert app.button(key="catalogue_lab").label == "Open in the crop lab"


@pytest.mark.usefixtures("small_catalogue")
def test_a_photograph_that_is_not_there_is_a_sentence(open_page: OpenPage) -> None:
    app = open_page("catalogue", photo="nowhere")
    assert app.error[0].value.startswith("There is no photograph 'nowhere' in the catalogue")


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
