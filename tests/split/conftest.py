"""Shared fixtures for tests of splits on disk."""

import pytest

from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import Home
from engine.split.folder import SplitFolder, split_folder
from engine.split.make import make_split
from tests.split.written import SETTINGS


@pytest.fixture
def split(home: Home, small_catalogue: SqliteCatalogue) -> SplitFolder:
    make_split(home, small_catalogue, SETTINGS)
    return split_folder(home, "first")
