"""Boxes for the whole catalogue: their number, and photographs that prevent them."""

from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import Filter
from engine.crop.filling import Source, fill
from engine.crop.presets import CLASSIC
from engine.home import Home
from tests.studio.conftest import OpenPage, words


def test_known_boxes_are_counted_and_unreadable_photographs_are_listed(
    home: Home, small_catalogue: SqliteCatalogue, open_page: OpenPage
) -> None:
    sources = [
        Source(item.sha256, item.path) for item in small_catalogue.all(Filter(state="cached"))
    ]
    home.resolve(sources[0].path).unlink()
    fill(home, sources[:5], CLASSIC, 1)
    app = open_page("crop_lab", preset="classic")
    assert "4 of 12 photographs have their crop with classic." in words(app)
    assert app.dataframe[-1].value["Reason"].tolist()[0].endswith("does not exist.")
    app.selectbox(key="lab_fill_preset").set_value("fast").run()
    assert "0 of 12 photographs have their crop with fast." in words(app)
