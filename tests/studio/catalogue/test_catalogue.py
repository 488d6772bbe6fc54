import time

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from engine.catalogue.curation import exclude
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import EVERYTHING, Filter
from engine.files import write_json
from engine.home import Home
from engine.preferences import language_of_home, own_filters, remember
from studio.catalogue.found import by_exclusion, find_photographs
from studio.catalogue.paging import cursor_at
from tests.studio.catalogue.conftest import spans
from tests.studio.conftest import OpenPage, words
from tests.studio.spanish import english_in


def test_an_empty_catalogue_shows_the_next_step(open_page: OpenPage) -> None:
    app = open_page("catalogue")
    assert app.subheader[0].value == "No photographs yet"
    assert app.button[0].label == "Import photographs"


@pytest.mark.usefixtures("small_catalogue")
def test_it_counts_and_offers_the_species_with_their_numbers(open_page: OpenPage) -> None:
    app = open_page("catalogue")
    assert [metric.value for metric in app.metric] == ["12", "4", "1", "1", "100%"]
    assert box(app, "Species").options[0] == "Dahlia pinnata (5)"


@pytest.mark.usefixtures("small_catalogue")
def test_filters_are_synchronised_with_the_address(open_page: OpenPage) -> None:
    app = open_page("catalogue", species="Cornus mas")
    assert box(app, "Species").value == "Cornus mas"
    assert "4 photographs" in [caption.value for caption in app.caption]
    box(app, "Species").set_value("Dahlia pinnata").run()
    assert app.query_params["species"] == "Dahlia pinnata"
    box(app, "Species").set_value(None).run()
    assert "species" not in app.query_params
    assert "12 photographs" in [caption.value for caption in app.caption]


@pytest.mark.usefixtures("small_catalogue")
def test_a_choice_is_kept_even_if_the_other_filters_leave_no_match(open_page: OpenPage) -> None:
    app = open_page("catalogue", species="Cornus mas", source="test")
    app.text_input(key="catalogue_text").set_value("bellis").run()
    assert box(app, "Species").value == "Cornus mas"
    assert app.subheader[0].value == "No results"
    app.text_input(key="catalogue_text").set_value("cornus").run()
    assert box(app, "Species").value == "Cornus mas"
    assert box(app, "Source").value == "test"
    app.text_input(key="catalogue_text").set_value("zzz").run()
    app.button(key="catalogue_nothing_0").click().run()
    assert box(app, "Species").value is None
    assert "12 photographs" in spans(app)


def test_photographs_without_a_licence_can_be_chosen_and_linked(
    open_page: OpenPage, catalogue: SqliteCatalogue
) -> None:
    licences = ("CC0", "", "")
    catalogue.add(Photograph(f"{n}", "Acer", license=cc) for n, cc in enumerate(licences))
    app = open_page("catalogue", license="none stated")
    assert box(app, "Licence").options == ["none stated (2)", "CC0 (1)"]
    assert box(app, "Licence").value == "none stated"
    assert "2 photographs" in spans(app)
    box(app, "Licence").set_value("CC0").run()
    assert app.query_params["license"] == "CC0"
    assert "1 photograph" in spans(app)


@pytest.mark.usefixtures("small_catalogue")
def test_an_address_with_an_unknown_species_shows_everything(open_page: OpenPage) -> None:
    app = open_page("catalogue", species="Rosa nonsense")
    assert box(app, "Species").value is None
    assert "12 photographs" in [caption.value for caption in app.caption]


@pytest.mark.usefixtures("small_catalogue")
def test_a_search_without_matches_says_so(open_page: OpenPage) -> None:
    app = open_page("catalogue", text="zzz")
    assert app.subheader[0].value == "No results"


def box(app: AppTest, label: str) -> Selectbox:
    """A choice among the filters, found by its label."""
    return next(one for one in app.selectbox if one.label == label)


@pytest.mark.usefixtures("many")
def test_the_address_names_the_page_and_another_filter_starts_at_the_first(
    open_page: OpenPage,
) -> None:
    app = open_page("catalogue", page="3")
    assert "121–150 of 150 photographs" in spans(app)
    app.text_input(key="catalogue_text").set_value("canina").run()
    assert "1–60 of 150 photographs" in spans(app)
    assert "page" not in app.query_params
    assert "121–150 of 150 photographs" in spans(open_page("catalogue", page="99"))
    assert "1–60 of 150 photographs" in spans(open_page("catalogue", page="none"))


def test_any_page_is_found_by_counting(catalogue: SqliteCatalogue) -> None:
    catalogue.add(
        Photograph(f"{n % 7}-{n:03}", f"Rosa {'aba'[n % 3]}", source="far") for n in range(50)
    )
    found = find_photographs(catalogue, EVERYTHING)
    everything = list(catalogue.all())
    for place in range(50):
        page = catalogue.page(EVERYTHING, cursor_at(catalogue, found, place), 3)
        assert list(page.photographs) == everything[place : place + 3]


def test_the_options_depend_on_the_other_filters(catalogue: SqliteCatalogue) -> None:
    catalogue.add(
        [
            Photograph("1", "Acer alba", "Acer", source="web", license="CC0"),
            Photograph("2", "Bellis alba", "Bellis", source="web"),
            Photograph("3", "Bellis alba", "Bellis", source="garden", excluded=True),
        ]
    )
    found = find_photographs(catalogue, Filter(species="Bellis alba", source="web"))
    assert found.images == 1
    assert found.offered["species"] == {"Acer alba": 1, "Bellis alba": 1}
    assert found.offered["source"] == {"web": 1}
    assert found.count_by("genus") == {"Bellis": 1}
    assert found.count_by("species") == {"Bellis alba": 1}
    for excluded in (False, True, None):
        found = find_photographs(catalogue, Filter(species="Bellis alba", excluded=excluded))
        assert by_exclusion(catalogue, found) == {False: 1, True: 1, None: 2}


def test_photographs_with_and_without_a_licence_are_counted(
    catalogue: SqliteCatalogue,
) -> None:
    catalogue.add(
        [
            Photograph("1", "Acer alba", source="web", license="CC0"),
            Photograph("2", "Acer alba", source="web"),
            Photograph("3", "Bellis alba", source="web", license="CC0"),
        ]
    )
    assert find_photographs(catalogue, EVERYTHING).count_by("license") == {"CC0": 2, "": 1}
    assert find_photographs(catalogue, Filter(license="CC0")).count_by("license") == {"CC0": 2}
    assert find_photographs(catalogue, Filter(license="CC0", species="x")).count_by("license") == {}


@pytest.mark.usefixtures("small_catalogue")
def test_one_photograph_is_relabelled_from_its_record_and_undo_is_offered(
    open_page: OpenPage, catalogue: SqliteCatalogue
) -> None:
    app = open_page("catalogue", photo="acer-0")
    assert app.button(key="catalogue_do_one").disabled
    app.selectbox(key="catalogue_it_shows").set_value("Cornus mas").run()
    app.button(key="catalogue_do_one").click().run()
    assert catalogue.count_by("species")["Cornus mas"] == 5
    assert any("1 photograph relabelled as *Cornus mas*" in line.value for line in app.markdown)
    app.button(key="catalogue_undo").click().run()
    assert catalogue.count_by("species")["Acer campestre"] == 1


def test_the_history_undoes_any_change(
    small_catalogue: SqliteCatalogue, open_page: OpenPage
) -> None:
    exclude(small_catalogue, Filter(species="Cornus mas"), "too small")
    exclude(small_catalogue, ["acer-0"])
    app = open_page("catalogue", catalogue_tab="history")
    assert any("4 photographs excluded · too small" in line.value for line in app.markdown)
    app.button(key="catalogue_undo_1").click().run()
    assert small_catalogue.counts().excluded == 1
    assert words(app).count("Undone") == 1
    assert "4 undone" not in words(app)
    assert app.button(key="catalogue_undo_1").disabled
    assert not app.button(key="catalogue_undo_2").disabled


@pytest.mark.usefixtures("small_catalogue")
def test_the_limits_of_the_scan_are_collapsed_and_its_button_is_not(open_page: OpenPage) -> None:
    app = open_page("catalogue", catalogue_tab="quality")
    (limits,) = [folded for folded in app.expander if folded.label == "Limits"]
    assert limits.number_input[1].label == "Tiny"
    assert not [button for button in limits.button if button.label.startswith("Scan")]
    assert [button for button in app.button if button.label == "Scan the catalogue"]


def test_a_finding_of_the_scan_links_to_its_photographs(
    small_catalogue: SqliteCatalogue, open_page: OpenPage
) -> None:
    small_catalogue.update({"image_id": f"cornus-{n}", "flags": ("blurry",)} for n in range(3))
    app = open_page("catalogue", catalogue_tab="quality")
    assert any("**Blurry** &ensp; 3 photographs" in line.value for line in app.markdown)
    app.button(key="catalogue_show_blurry").click().run()
    assert box(app, "Quality").value == "blurry"
    assert app.query_params["flag"] == "blurry"
    assert "3 photographs" in spans(app)


def test_checks_without_findings_are_distinguished_from_checks_that_did_not_run(
    small_catalogue: SqliteCatalogue, home: Home, open_page: OpenPage
) -> None:
    small_catalogue.update({"image_id": f"cornus-{n}", "flags": ("blurry",)} for n in range(3))
    assert "or not checked yet: Doubtful name" in words(
        open_page("catalogue", catalogue_tab="quality")
    )
    result = {"images": 12, "measured": 12, "by_flag": {"blurry": 3, "dark": 0}}
    for name, told in {
        "job": {"started": time.time()},
        "ended": {"exit_status": 0},
        "result": result,
    }.items():
        write_json(home.jobs / "quality" / f"{name}.json", told)
    app = open_page("catalogue", catalogue_tab="quality")
    assert "Not found: Doubtful name; Dark." in words(app)
    assert "Not checked yet: Unreadable; Tiny" in words(app)
    app = open_page("catalogue", catalogue_tab="quality", species="Acer campestre")
    assert "Not found with these filters: Doubtful name; Blurry; Dark." in words(app)


@pytest.mark.usefixtures("small_catalogue")
def test_without_a_selection_there_are_no_actions(open_page: OpenPage) -> None:
    app = open_page("catalogue")
    app.toggle(key="catalogue_picks").set_value(True).run()
    assert app.button(key="catalogue_exclude").disabled
    app.button(key="catalogue_pick_page").click().run()
    assert not app.button(key="catalogue_exclude").disabled


@pytest.mark.usefixtures("small_catalogue")
def test_one_photograph_is_excluded_from_its_record(
    open_page: OpenPage, catalogue: SqliteCatalogue
) -> None:
    app = open_page("catalogue", photo="bellis-0")
    app.button(key="catalogue_one").click().run()
    assert catalogue.counts().excluded == 1
    assert "Excluded" in app.warning[0].value
    app.button(key="catalogue_one").click().run()
    assert catalogue.counts().excluded == 0


def test_a_catalogue_of_excluded_photographs_can_still_be_browsed(
    small_catalogue: SqliteCatalogue, open_page: OpenPage
) -> None:
    exclude(small_catalogue, EVERYTHING)
    app = open_page("catalogue", show="excluded")
    assert box(app, "Show").value == "excluded"
    assert "12 photographs" in spans(app)


@pytest.mark.parametrize("tab", ["photographs", "counts", "quality", "history"])
def test_the_page_is_in_spanish(
    small_catalogue: SqliteCatalogue, open_page: OpenPage, tab: str
) -> None:
    small_catalogue.update({"image_id": f"cornus-{n}", "flags": ("blurry",)} for n in range(3))
    exclude(small_catalogue, ["acer-0"])
    app = open_page("catalogue")
    app.session_state["language"] = "es"
    app.session_state["catalogue_tab"] = tab
    app.run()
    assert not app.exception
    assert app.title[0].value == "Catálogo"
    assert box(app, "Calidad").options == ["Borrosa (3)"]
    assert english_in(app) == set()


@pytest.mark.usefixtures("small_catalogue")
def test_a_record_is_shown_in_spanish(open_page: OpenPage) -> None:
    app = open_page("catalogue", photo="bellis-0")
    app.session_state["language"] = "es"
    app.run()
    assert not app.exception
    assert app.button(key="catalogue_one").label == "Excluir"
    assert english_in(app) == set()


def test_an_own_field_becomes_a_filter_that_the_home_remembers(
    small_catalogue: SqliteCatalogue, home: Home, open_page: OpenPage
) -> None:
    small_catalogue.update(
        {"image_id": f"cornus-{number}", "extra": f'{{"region": "EU_{"SN"[number % 2]}W"}}'}
        for number in range(4)
    )
    remember(home, language="en")
    remember(home, own_filters=["region"])
    app = open_page("catalogue", **{"extra.region": "EU_SW"})
    boxes = {box.label: box for box in app.selectbox}
    assert boxes["region"].value == "EU_SW"
    assert boxes["region"].options == ["none stated (8)", "EU_NW (2)", "EU_SW (2)"]
    assert boxes["Licence tier"].options == ["Unknown licence (2)"]
    assert "2 photographs" in spans(app)
    assert (language_of_home(home), own_filters(home)) == ("en", ("region",))


@pytest.mark.usefixtures("small_catalogue")
def test_a_remembered_field_that_no_photograph_has_any_more_filters_nothing(
    home: Home, open_page: OpenPage
) -> None:
    remember(home, own_filters=["region"])
    app = open_page("catalogue", **{"extra.region": "EU_SW"})
    assert "12 photographs" in spans(app)
