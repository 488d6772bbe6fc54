from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import EVERYTHING
from engine.images.store import ImageStore
from studio.thumbnails import tiles


def test_a_remote_or_damaged_photograph_is_blank_and_says_so(
    small_catalogue: SqliteCatalogue, store: ImageStore
) -> None:
    here = small_catalogue.page(EVERYTHING, None, 1).photographs[0]
    remote = here._replace(state="remote")
    lost = here._replace(sha256="0" * 64, path="data/images/00/lost.jpg")
    shown, elsewhere, missing = tiles([here, remote, lost], store)
    assert shown.image == store.thumbnail(here.path, here.sha256)
    assert shown.alt == "Acer campestre"
    assert elsewhere.alt == "Acer campestre, not on this computer"
    assert missing.alt == "Acer campestre, cannot be read"
    assert elsewhere.image is None
    assert missing.image is None
