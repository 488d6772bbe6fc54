"""Fixtures: the names of a small taxonomy in a home, and resolving by them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.home import Home
from engine.taxonomy.resolve import Resolution, Resolver
from engine.taxonomy.store import TaxonomyStore, add_table, open_taxonomy
from tests.taxonomy.tables import write_wfo

Resolve = Callable[..., Resolution]


@pytest.fixture
def names(home: Home, tmp_path: Path) -> Iterator[TaxonomyStore]:
    """The names of `tables.NAMES`, from a file of World Flora Online."""
    add_table(home, write_wfo(tmp_path / "classification.csv"), "2025-06")
    with open_taxonomy(home) as store:
        assert store is not None
        yield store


@pytest.fixture
def resolve(names: TaxonomyStore) -> Resolve:
    """resolve("Rosa canina L.", keep_ranks=False): what the names say of it."""

    def run(text: str, keep_ranks: bool = False) -> Resolution:
        return Resolver(names, keep_ranks).resolve(text)

    return run
