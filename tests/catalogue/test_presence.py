"""A missing catalogue is not replaced by an empty one where other data of it remains."""

from collections.abc import Callable

import pytest

from engine.backups.making import back_up
from engine.catalogue.opening import open_catalogue
from engine.catalogue.presence import left_behind, require_catalogue
from engine.catalogue.record import Photograph
from engine.catalogue.sqlite import SqliteCatalogue
from engine.download.store import open_download_store
from engine.errors import CatalogueMissing
from engine.home import Home
from engine.language.current import language_set


def photograph(home: Home) -> None:
    (home.images / "ab").mkdir(parents=True)
    (home.images / "ab" / f"{'ab' * 32}.jpg").write_bytes(b"bytes")


def split(home: Home) -> None:
    (home.splits / "one").mkdir(parents=True)
    (home.splits / "one" / "manifest.json").write_text("{}")


def run(home: Home) -> None:
    (home.runs / "one").mkdir(parents=True)
    (home.runs / "one" / "config.yaml").write_text("")


def fetched(home: Home) -> None:
    with open_download_store(home) as journal:
        values = ["u", "u", "a", "p", 1, 1, 1, "", "", "h", "large", 0.0]
        journal.write(f"INSERT INTO fetched VALUES ({','.join('?' * 12)})", values)


def backup(home: Home) -> None:
    catalogue = SqliteCatalogue(home.catalogue)
    catalogue.add([Photograph("1", "Rosa canina")])
    catalogue.close()
    back_up(home)
    home.catalogue.unlink()


@pytest.mark.parametrize("leave", [photograph, split, run, fetched, backup])
@pytest.mark.parametrize("empty", [False, True])
def test_opening_is_rejected_and_creates_nothing(
    home: Home, leave: Callable[[Home], None], empty: bool
) -> None:
    leave(home)
    if empty:
        home.catalogue.write_bytes(b"")
    what = "is empty" if empty else "is missing"
    with (
        pytest.raises(
            CatalogueMissing, match=f"{what}, but its data is still here: 1 .*catalogue restore"
        ),
        open_catalogue(home),
    ):
        pass
    assert not home.catalogue.exists() or not home.catalogue.stat().st_size


def test_a_new_home_starts_with_an_empty_catalogue(home: Home) -> None:
    assert left_behind(home) is None
    with open_catalogue(home) as catalogue:
        assert catalogue.counts().images == 0


def test_a_draft_of_a_split_does_not_indicate_a_missing_catalogue(home: Home) -> None:
    draft = home.splits / ".first.123"
    draft.mkdir(parents=True)
    (draft / "manifest.json").write_text("{}")
    assert left_behind(home) is None


def test_a_catalogue_without_photographs_is_not_missing(home: Home) -> None:
    with open_catalogue(home):
        pass
    photograph(home)
    with open_catalogue(home) as catalogue:
        assert catalogue.counts().images == 0


def test_the_message_names_the_data_that_remains(home: Home) -> None:
    photograph(home)
    split(home)
    fetched(home)
    left = left_behind(home)
    assert left is not None
    assert list(map(str, left.counted())) == ["1 photograph", "1 split", "1 downloaded address"]
    with pytest.raises(CatalogueMissing) as caught:
        require_catalogue(home)
    assert "still here: 1 photograph, 1 split, and 1 downloaded address." in str(caught.value)
    with language_set("es"):
        assert "1 fotografía, 1 partición y 1 " in str(caught.value)
