import pytest
from streamlit.testing.v1 import AppTest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue


@pytest.fixture
def many(catalogue: SqliteCatalogue) -> SqliteCatalogue:
    """150 photographs of Rosa canina, known by address."""
    catalogue.add(
        Photograph(f"rose-{n:03}", "Rosa canina", source="far", url=f"https://x.example/{n}")
        for n in range(150)
    )
    return catalogue


def spans(app: AppTest) -> list[str]:
    return [one.value for one in app.caption if "photograph" in one.value]
