"""Import of the demo garden with its observations."""

from engine.catalogue.garden_import import SOURCE, import_garden
from engine.catalogue.sqlite import SqliteCatalogue
from engine.garden.plan import Planting
from engine.home import Home
from engine.images.store import ImageStore


def planting(number: int, observation: str) -> Planting:
    return Planting(
        file=f"Bellis_fictiva/{number:04}.jpg",
        species="Bellis fictiva",
        genus="Bellis",
        family="Asteraceae",
        observation_id=observation,
        observer="Ada Lindqvist",
        seed=number,
        plant_seed=number,
        width=64,
        height=48,
    )


def test_the_metadata_of_the_garden_is_kept(
    home: Home, catalogue: SqliteCatalogue, store: ImageStore, make_image
) -> None:
    plantings = [planting(1, "one"), planting(2, "one"), planting(3, "two")]
    for number, planted in enumerate(plantings):
        make_image(home.garden / planted.file, seed=number)
    report = import_garden(catalogue, home.garden, plantings, store.keep)
    assert (report.added, report.known, report.refused) == (3, 0, 0)
    first = next(catalogue.all())
    assert (first.species, first.genus, first.family) == ("Bellis fictiva", "Bellis", "Asteraceae")
    assert (first.source, first.observer, first.license) == (SOURCE, "Ada Lindqvist", "CC0-1.0")
    assert sorted(one.observation_id for one in catalogue.all()) == ["one", "one", "two"]
    again = import_garden(catalogue, home.garden, plantings, store.keep)
    assert (again.added, again.known) == (0, 3)
