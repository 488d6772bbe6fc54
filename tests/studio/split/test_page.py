from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.files import read_json
from engine.home import Home
from engine.split.folder import read_part, split_folder, split_names
from tests.studio.conftest import OpenPage, words


def test_without_photographs_the_page_says_what_to_do_first(open_page: OpenPage) -> None:
    app = open_page("split")
    assert app.subheader[0].value == "No photographs to split"
    assert app.button[0].label == "Bring photographs in"


def test_the_buckets_and_the_checks_of_the_plan_are_shown_before_anything_is_written(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    assert [metric.value for metric in app.metric] == [
        "4 species",
        "1 species",
        "1 species",
        "2 species",
    ]
    assert [metric.delta for metric in app.metric] == [
        "12 photographs",
        "1 photograph",
        "2 photographs",
        "9 photographs",
    ]
    assert "Every species in val and test is in train" in words(app)
    assert "1 observation has its photographs in more than one part" in words(app)
    assert not split_names(home)


def test_a_split_is_made_listed_and_checked(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.number_input(key="split.min_images").set_value(3)
    app.number_input(key="split.seed").set_value(7).run()
    assert "Left out: 2 species with 3 photographs in all." in words(app)
    app.text_input(key="split.name.0").set_value("mine").run()
    app.button(key="split.make").click().run()
    assert not app.exception
    assert split_names(home) == ["mine"]
    folder = split_folder(home, "mine")
    assert read_json(folder.manifest)["seed"] == 7
    assert len(read_part(folder.part("train"))) == 5
    assert "train 5 · val 2 · test 2 · 2 species" in words(app)

    app.button(key="split.check.mine").click().run()
    assert "The files are as they were written" in words(app)


def test_a_name_that_is_taken_or_cannot_be_one_makes_nothing(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.button(key="split.make").click().run()
    assert app.text_input(key="split.name.1").value == "default-2"
    app.text_input(key="split.name.1").set_value("default").run()
    assert app.button(key="split.make").disabled
    app.text_input(key="split.name.1").set_value("no/good").run()
    assert "name is 'no/good'" in app.error[0].value
    assert split_names(home) == ["default"]


def test_a_split_that_would_leave_one_species_is_refused_in_a_sentence(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.number_input(key="split.min_images").set_value(5).run()
    app.button(key="split.make").click().run()
    assert app.error[0].value.startswith("A split needs at least two species")
    assert not split_names(home)


def test_what_was_imported_meanwhile_is_counted_at_the_next_look(
    open_page: OpenPage, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    small_catalogue.add([Photograph("new", "Erica carnea", path="x.jpg", state="cached")])
    app.run()
    assert app.metric[0].value == "5 species"


def test_a_damaged_split_is_listed_with_its_problem(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.button(key="split.make").click().run()
    split_folder(home, "default").manifest.write_text("{}")
    app.run()
    assert "does not tell what the split is; make it again." in app.error[0].value
