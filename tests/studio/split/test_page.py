import re

from engine.catalogue.curation import exclude
from engine.catalogue.garden_import import SOURCE
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.files import read_json, write_json
from engine.home import Home
from engine.preferences import remember
from engine.settings.split import SplitSettings
from engine.split.about import origin_of
from engine.split.folder import PARTS, read_part, split_folder, split_names
from engine.split.make import make_split
from tests.studio.conftest import OpenPage, words


def test_without_photographs_the_page_shows_the_next_step(open_page: OpenPage) -> None:
    app = open_page("split")
    assert app.subheader[0].value == "No photographs to split"
    assert app.button[0].label == "Import photographs"


def test_the_buckets_and_the_checks_of_the_plan_are_shown_before_anything_is_written(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    assert "12 photographs of 4 species" in words(app)
    sizes = app.table[0].value
    assert sizes.columns[1:].tolist() == ["1", "2–4", "5–19", "20–100", "\\> 100"]
    assert sizes.iloc[0, 1:].tolist() == ["1", "2", "1", "0", "0"]
    assert sizes.iloc[1, 1:].tolist() == ["1", "6", "5", "0", "0"]
    assert "Every species in validation and test is in train" in words(app)
    assert "No observation is in two parts" in words(app)
    assert not split_names(home)


def test_without_groups_an_observation_in_two_parts_is_reported(
    open_page: OpenPage, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.button_group(key="split.group").set_value([]).run()
    assert "1 is. Photographs of one plant on one day look alike" in words(app)


def test_species_that_are_not_evaluated_are_listed_with_the_reason(
    open_page: OpenPage, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.session_state["split.looks"] = "Not evaluated"
    app.run()
    assert "**1 species** without validation: all its photographs form one group" in words(app)
    table = app.dataframe[0].value
    assert table[table["Missing in"] == "validation"]["Species"].tolist() == [
        "Bellis perennis",
        "Acer campestre",
    ]


def test_a_plain_shuffle_is_compared_with_the_plan(
    open_page: OpenPage, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.session_state["split.looks"] = "Random split"
    app.run()
    table = app.table[1].value
    assert table["This split"].tolist()[:2] == ["0", "0"]
    assert not app.exception


def test_the_cost_of_a_minimum_is_shown_in_species_and_photographs(
    open_page: OpenPage, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.session_state["split.spread"] = "Cost of a minimum"
    app.run()
    row = app.table[1].value.iloc[1].tolist()
    assert row == ["3 photographs", "2 (50.0%)", "3 (25.0%)", "2"]


def test_two_splits_are_compared(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    for name, seed in (("a", 1), ("b", 2)):
        make_split(home, small_catalogue, SplitSettings(name=name, seed=seed))
    app = open_page("split")
    assert "The class map is the same." in words(app)
    assert app.table[1].value["In a"].tolist() == ["train", "validation", "test"]


def test_a_split_is_made_listed_and_checked(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.number_input(key="split.min_images").set_value(3)
    app.number_input(key="split.seed").set_value(7).run()
    assert "Left out: 2 whole species; 3 photographs of species below the minimum" in words(app)
    app.text_input(key="split.name.0").set_value("mine").run()
    app.button(key="split.make").click().run()
    assert not app.exception
    assert split_names(home) == ["mine"]
    folder = split_folder(home, "mine")
    assert read_json(folder.manifest)["seed"] == 7
    assert len(read_part(folder.part("train"))) == 5
    assert "train 5 · validation 2 · test 2 · 2 species" in words(app)

    app.button(key="split.check.mine").click().run()
    assert "The files are unchanged since the split was made" in words(app)


def test_an_existing_or_invalid_name_makes_nothing(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.button(key="split.make").click().run()
    assert app.text_input(key="split.name.1").value == "default-2"
    name = "split.name.1"
    for typed, said in {
        "default": "The split default exists already. Choose another name.",
        "no/good": "Use letters, digits, - and _",
        "  ": "Give the split a name.",
    }.items():
        app.text_input(key=name).set_value(typed).run()
        assert said in words(app)
        assert "Every species in validation and test is in train" in words(app)
        assert app.button(key="split.make").disabled
        assert not app.error
    assert split_names(home) == ["default"]
    app.text_input(key=name).set_value("other").run()
    assert not app.button(key="split.make").disabled


def test_a_split_of_only_one_species_is_refused_in_a_sentence(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.number_input(key="split.min_images").set_value(5).run()
    assert app.error[0].value.startswith("A split needs at least two species")
    assert not split_names(home)


def test_photographs_imported_in_the_meantime_are_counted_on_the_next_run(
    open_page: OpenPage, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    small_catalogue.add([Photograph("new", "Erica carnea", path="x.jpg", state="cached")])
    app.run()
    assert "13 photographs of 5 species" in words(app)


def test_a_garden_beside_own_photographs_is_reported_with_an_option_to_leave_it_out(
    open_page: OpenPage, small_catalogue: SqliteCatalogue
) -> None:
    assert not open_page("split").info
    small_catalogue.add(
        [Photograph("drawn", "Erica carnea", source=SOURCE, path="x.jpg", state="cached")]
    )
    app = open_page("split")
    assert "1 drawn photograph of the demo garden with 12 others" in app.info[0].value
    app.button(key="split.garden").click().run()
    assert app.multiselect(key="split.sources").value == ["test"]
    assert "12 photographs of 4 species" in words(app)
    assert not app.info
    app.multiselect(key="split.sources").set_value([]).run()
    assert app.info
    exclude(small_catalogue, Filter(source=SOURCE))
    app.run()
    assert not app.info


def test_a_split_of_some_sources_is_chosen_previewed_made_and_described(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    assert not open_page("split").multiselect
    small_catalogue.add(
        Photograph(f"field-{n}", f"Erica {n % 2}", source="field", path="x.jpg", state="cached")
        for n in range(6)
    )
    app = open_page("split")
    sources = app.multiselect(key="split.sources")
    assert sources.options == ["test (12)", "field (6)"]
    assert "18 photographs of 6 species" in words(app)
    sources.set_value(["field"]).run()
    assert "6 photographs of 2 species" in words(app)
    assert not app.exception
    app.button(key="split.make").click().run()
    folder = split_folder(home, "default")
    assert read_json(folder.manifest)["sources"] == ["field"]
    assert " · source field · " in words(app)
    app.multiselect(key="split.sources").set_value([]).run()
    app.button(key="split.make").click().run()
    assert "**default**: source field" in words(app)
    assert "**default-2**: all sources" in words(app)


def test_a_removed_source_is_no_longer_chosen(
    open_page: OpenPage, small_catalogue: SqliteCatalogue
) -> None:
    small_catalogue.add(
        Photograph(f"{source}-{n}", f"Erica {n}", source=source, path="x.jpg", state="cached")
        for source in ("field", "meadow")
        for n in range(2)
    )
    app = open_page("split")
    app.multiselect(key="split.sources").set_value(["field", "meadow"]).run()
    exclude(small_catalogue, Filter(source="meadow"))
    app.run()
    assert app.multiselect(key="split.sources").value == ["field"]
    assert "2 photographs of 2 species" in words(app)
    exclude(small_catalogue, Filter(source="field"))
    app.run()
    assert not app.multiselect
    assert "12 photographs of 4 species" in words(app)


def test_a_damaged_split_is_listed_with_its_problem(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    app = open_page("split")
    app.button(key="split.make").click().run()
    split_folder(home, "default").manifest.write_text("{}")
    app.run()
    assert (
        "is missing or damaged, so the split cannot be used. Make it again." in app.error[0].value
    )


def test_the_page_is_in_the_language_of_the_reader(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    make_split(home, small_catalogue, SplitSettings(min_images=2))
    make_split(home, small_catalogue, SplitSettings(name="b"))
    write_json(home.preferences, {"language": "es"})
    app = open_page("split")
    assert app.title[0].value == "Partición"
    assert "12 fotografías de 4 especies" in words(app)
    assert "Todas las especies de validación y test están en entrenamiento" in words(app)
    assert "entrenamiento 7 · validación 2 · test 2 · 3 especies" in words(app)
    assert "Los mapas de clases son distintos." in words(app)
    assert app.number_input(key="split.min_images").label == "Mínimo de fotografías por especie"
    english = {"the", "photograph", "photographs", "species", "split", "of", "train", "validation"}
    assert not english & set(re.findall(r"[a-z]+", words(app).lower()))


def test_a_filter_of_the_catalogue_chooses_what_is_split(
    open_page: OpenPage, home: Home, small_catalogue: SqliteCatalogue
) -> None:
    small_catalogue.update(
        {"image_id": f"{name}-{number}", "license": "CC0", "extra": '{"region": "EU_SW"}'}
        for name in ("cornus", "dahlia")
        for number in range(4)
    )
    remember(home, own_filters=["region"])
    assert "Production 67% · Unknown licence 33%" in words(open_page("split"))
    app = open_page("split", tier="production", **{"extra.region": "EU_SW"})
    assert "only tier=production; region=EU_SW" in words(app)
    app.button(key="split.make").click().run()
    assert not app.exception
    folder = split_folder(home, "default")
    assert origin_of(folder).where == ("tier=production", "region=EU_SW")
    assert sum(len(read_part(folder.part(part))) for part in PARTS) == 8
    assert "only tier=production; region=EU_SW · Production 100%" in words(app)
