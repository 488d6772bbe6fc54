"""The section MongoDB of the page Import: several arrays of photographs, odd documents."""

from collections.abc import Iterator

import bson
import pytest
from pymongo import MongoClient
from streamlit.testing.v1 import AppTest

from engine.catalogue.mapping import MappingSettings
from engine.catalogue.mongo_import import Origin, mapping_file
from engine.catalogue.opening import open_catalogue
from engine.home import Home
from engine.settings.files import load
from tests.catalogue.test_mongo_arrays import PHOTOGRAPHS, plant
from tests.mongod import Mongod, running
from tests.studio.conftest import OpenPage, words
from tests.studio.importing.test_importing import ended

pytestmark = pytest.mark.mongo


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    with running(tmp_path_factory.mktemp("mongod")) as started:
        with MongoClient(started.address) as client:
            odd = plant(4) | {"added": bson.DatetimeMS(2**60)}
            client.arrays.plants.insert_many([odd, *map(plant, range(4))])
        yield started


def sampled(open_page: OpenPage, server: Mongod) -> AppTest:
    app = open_page("importing", **{"from": "mongodb"})
    app.text_input(key="import_mongo_address").set_value(server.address)
    app.text_input(key="import_mongo_database").set_value("arrays")
    app.text_input(key="import_mongo_collection").set_value("plants")
    app.button(key="import_mongo_open").click().run()
    assert not app.exception and not app.error
    return app


def test_both_arrays_are_proposed_shown_and_imported(
    open_page: OpenPage, server: Mongod, home: Home
) -> None:
    app = sampled(open_page, server)
    assert app.selectbox(key="import_mongo_field_photographs").value == "images"
    assert app.multiselect(key="import_mongo_arrays").value == ["img"]
    assert app.selectbox(key="import_mongo_field_img_url").value == "img"
    app.button(key="import_mongo_take").click().run()
    assert not app.exception
    mapping = load(MappingSettings, mapping_file(home, Origin("", "arrays", "plants")))
    assert [one.photographs for one in mapping.arrays] == ["img"]
    assert ended(home).state == "finished"
    app.run()
    assert "30 photographs" in "\n".join([*(one.value for one in app.success), words(app)])
    with open_catalogue(home) as catalogue:
        assert catalogue.counts().images == 5 * PHOTOGRAPHS
        assert catalogue.listed_twice() == 5 * PHOTOGRAPHS


def test_an_array_can_be_left_out(open_page: OpenPage, server: Mongod) -> None:
    app = sampled(open_page, server)
    app.multiselect(key="import_mongo_arrays").set_value([]).run()
    assert not app.exception
    assert not [one for one in app.selectbox if one.key == "import_mongo_field_img_url"]
    app.multiselect(key="import_mongo_arrays").set_value(["img"]).run()
    assert app.selectbox(key="import_mongo_field_img_url").value == "img"
