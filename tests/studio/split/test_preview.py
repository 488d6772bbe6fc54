import pytest

from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.home import Home
from engine.settings.split import SplitSettings
from studio.split.preview import images_by_species, part_counts, planned


@pytest.fixture
def wide_catalogue(
    home: Home, catalogue: SqliteCatalogue, monkeypatch: pytest.MonkeyPatch
) -> SqliteCatalogue:
    """8,587 species with 1 to 7 photographs each."""
    monkeypatch.setenv("STUDIO_HOME", str(home.root))
    catalogue.add(
        Photograph(f"{species}-{number}", f"Species {species}", path="x.jpg", state="cached")
        for species in range(8_587)
        for number in range(1 + species % 7)
    )
    return catalogue


def test_the_preview_counts_what_the_plan_deals(
    home: Home, wide_catalogue: SqliteCatalogue
) -> None:
    images, settings = images_by_species(home), SplitSettings(min_images=2)
    counts = part_counts(images, settings)
    assert counts["train"].species == sum(count >= 2 for count in images)
    assert sum(part.images for part in counts.values()) == sum(c for c in images if c >= 2)
    found = planned(home, settings)
    assert all(finding.ok for finding in found.findings)
    assert f"{counts['train'].species:,} species in train" in found.findings[0].detail
