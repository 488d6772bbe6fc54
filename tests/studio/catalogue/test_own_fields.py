from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import Home
from engine.preferences import own_filters
from tests.studio.conftest import OpenPage, words


def test_a_rule_computes_a_filter_and_the_history_undoes_it(
    small_catalogue: SqliteCatalogue, home: Home, open_page: OpenPage
) -> None:
    small_catalogue.update(
        {"image_id": f"cornus-{number}", "extra": f'{{"country": "{country}"}}'}
        for number, country in enumerate(["ES", "PT", "GB", "FR"])
    )
    app = open_page("catalogue")
    app.session_state["catalogue_own"] = True
    app.run()
    app.button(key="catalogue_compute").click().run()
    assert not app.exception
    assert "Field region computed for 12 photographs" in words(app)
    assert own_filters(home) == ("region",)
    box = next(box for box in app.selectbox if box.label == "region")
    assert box.options == ["OTHER (8)", "EU_SW (3)", "EU_NW (1)"]
    app.multiselect(key="catalogue_own_fields").set_value(["country"]).run()
    assert own_filters(home) == ("country",)
    app.button(key="catalogue_undo").click().run()
    assert small_catalogue.own_names() == ["country"]
    app.text_area(key="catalogue_rule").set_value("region: {from: contry, values: {a: [b]}}")
    app.button(key="catalogue_compute").click().run()
    assert "No photograph has a field contry. Use one such as: country." in app.error[0].value
