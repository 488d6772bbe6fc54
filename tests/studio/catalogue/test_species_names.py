"""The tab with the names that a taxonomy table has otherwise."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import Home
from engine.taxonomy.store import add_table
from tests.studio.conftest import OpenPage, words
from tests.taxonomy.tables import write_wfo


@pytest.fixture
def named(home: Home, catalogue: SqliteCatalogue, tmp_path: Path) -> SqliteCatalogue:
    """A synonym, an author, a misspelling, a name of two plants, and an unknown one."""
    species = ["Rosa dumetorum", "Rosa canina L.", "Rosa canena", "Senecio jacobaea", "Zea mays"]
    catalogue.add(Photograph(str(n), name, family="x") for n, name in enumerate(species))
    add_table(home, write_wfo(tmp_path / "classification.csv"), "2025-06")
    return catalogue


def opened(open_page: OpenPage) -> AppTest:
    return open_page("catalogue", catalogue_tab="names")


@pytest.mark.usefixtures("small_catalogue")
def test_without_a_table_it_says_what_to_do(open_page: OpenPage) -> None:
    app = opened(open_page)
    assert app.subheader[0].value == "No taxonomy table yet"
    app.text_input(key="names_file").set_value("/nowhere/table.zip").run()
    app.button(key="names_add").click().run()
    assert "does not exist" in app.error[0].value


@pytest.mark.usefixtures("named")
def test_it_lists_proposals_with_reason_and_number(open_page: OpenPage) -> None:
    said = words(opened(open_page))
    assert "World Flora Online 2025-06: 21 names." in said
    assert "4 proposals for 5 species" in said
    assert "*Rosa dumetorum* → *Rosa canina*" in said
    assert ":green[certain] · synonym · rank · merges species · 1 photograph" in said
    assert "*Senecio jacobaea* → *several plants*" in said


def test_a_proposal_is_accepted_and_undone(open_page: OpenPage, named: SqliteCatalogue) -> None:
    app = opened(open_page)
    app.button(key="names_accept_Rosa canena").click().run()
    assert named.count_by("species")["Rosa canina"] == 1
    assert "*Rosa canena*" not in words(app)
    app.button(key="catalogue_undo").click().run()
    assert named.count_by("species")["Rosa canena"] == 1


def test_an_ambiguous_name_needs_a_choice(open_page: OpenPage, named: SqliteCatalogue) -> None:
    app = opened(open_page)
    button = "names_accept_Senecio jacobaea"
    assert app.button(key=button).disabled
    app.selectbox(key=f"{button}_name").set_value("Jacobaea vulgaris").run()
    app.button(key=button).click().run()
    changed = named.get("3")
    assert changed is not None
    assert (changed.species, changed.family) == ("Jacobaea vulgaris", "Asteraceae")
    assert changed.original_name == "Senecio jacobaea"
