"""A photograph exists once, however often it is listed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.catalogue.flags import LICENCE_CONFLICT, SPECIES_CONFLICT
from engine.catalogue.record import Photograph
from engine.catalogue.schema import MIGRATIONS, statements
from engine.catalogue.sqlite import SqliteCatalogue
from engine.catalogue.store import CachedFile, Catalogue, Filter
from engine.errors import BadInput

OPEN = "https://inaturalist-open-data.s3.amazonaws.com/photos/7/original.jpg"
STATIC = "http://static.inaturalist.org/photos/7/medium.jpeg?1234"


def _photograph(image_id: str, url: str = "", **fields: str) -> Photograph:
    return Photograph(image_id, **({"species": "Rosa canina", "url": url} | fields))  # type: ignore[arg-type]


def test_records_with_one_address_are_one_photograph(either: Catalogue) -> None:
    added = either.add(
        [_photograph("a", OPEN, source="one"), _photograph("b", STATIC, source="two")]
    )
    assert (added.added, added.known, added.joined) == (1, 0, {"b": "a"})
    assert either.counts().images == 1
    assert [one.image_id for one in either.page(Filter(), None, 9).photographs] == ["a"]
    (listing,) = either.listings("a")
    assert (listing.image_id, listing.photograph, listing.listed.source) == ("b", "a", "two")
    assert listing.listed.url == STATIC


def test_a_record_that_was_joined_is_known_and_leads_to_its_photograph(either: Catalogue) -> None:
    records = [_photograph("a", OPEN), _photograph("b", STATIC)]
    either.add(records)
    again = either.add(records)
    assert (again.added, again.joined) == (0, {"b": "a"})
    assert either.known(["a", "b", "c"]) == {"a": "a", "b": "a"}
    found = either.get("b")
    assert found is not None and found.image_id == "a"
    assert either.listed_twice() == 1


def test_a_twin_that_comes_later_joins_what_is_there(either: Catalogue) -> None:
    either.add([_photograph("a", OPEN)])
    assert either.add([_photograph("b", STATIC)]).joined == {"b": "a"}
    assert either.add([_photograph("c", OPEN.replace("original", "small"))]).joined == {"c": "a"}
    assert [one.image_id for one in either.listings("a")] == ["b", "c"]
    assert either.counts().images == 1


RECORDS = (
    _photograph("a", OPEN, license="cc0"),
    _photograph("b", STATIC, license="cc-by", observer="Ana", family="Rosaceae"),
    _photograph("c", OPEN.replace("original", "small"), species="Rosa arvensis"),
    _photograph("d", OPEN.replace("/7/", "/8/"), attribution="(c) Ana"),
    _photograph("e", OPEN.replace("/7/", "/9/"), path="e.jpg", sha256="ab" * 32, state="cached"),
    _photograph("f", STATIC.replace("/7/", "/8/"), path="e.jpg", sha256="ab" * 32, state="cached"),
    _photograph("g", STATIC.replace("/7/", "/9/"), observer="Ana"),
)


@pytest.mark.parametrize("at_once", [len(RECORDS), 3, 1])
def test_records_are_joined_alike_in_one_batch_and_in_several(
    either: Catalogue, at_once: int
) -> None:
    for start in range(0, len(RECORDS), at_once):
        either.add(RECORDS[start : start + at_once])
    a, b, c, d, e, f, g = RECORDS
    flags = (LICENCE_CONFLICT, SPECIES_CONFLICT)
    file = {"path": e.path, "sha256": e.sha256, "state": "cached"}
    assert {one.image_id: one for one in either.all()} == {
        "a": a._replace(license="cc-by", observer="Ana", family="Rosaceae", flags=flags),
        "d": d._replace(observer="Ana", **file),
    }
    assert {one.image_id: one.listed for one in either.listings("a")} == {"a": a, "b": b, "c": c}
    assert {one.image_id: one.listed for one in either.listings("d")} == {
        "d": d, "e": e, "f": f, "g": g
    }  # fmt: skip
    # An address of each leads to its row.
    addresses = [one.url for one in RECORDS]
    later = [_photograph(f"later {n}", url) for n, url in enumerate(addresses)]
    owners = either.add(later).joined
    assert [owners[one.image_id] for one in later] == ["a", "a", "a", "d", "d", "d", "d"]


def test_files_with_the_same_bytes_are_one_photograph(either: Catalogue) -> None:
    file = {"path": "data/images/ab/ab.jpg", "sha256": "ab" * 32, "state": "cached"}
    either.add([_photograph("a", **file), _photograph("b", **file), _photograph("c")])
    assert sorted(one.image_id for one in either.all()) == ["a", "c"]


def test_a_record_that_connects_two_photographs_joins_them(either: Catalogue) -> None:
    file = {"path": "data/images/ab/ab.jpg", "sha256": "ab" * 32, "state": "cached"}
    either.add([_photograph("a", "https://example.org/a.jpg"), _photograph("b", **file)])
    either.add([_photograph("c", "https://example.org/a.jpg", **file)])
    (photograph,) = either.all()
    assert photograph.state == "cached"
    assert photograph.url == "https://example.org/a.jpg"
    assert either.counts().by_state == {"cached": 1}
    assert set(either.known("abc")) == {"a", "b", "c"}


def test_bytes_that_arrive_by_download_join_photographs(either: Catalogue) -> None:
    either.add([_photograph(name, f"https://example.org/{name}.jpg") for name in "abc"])
    digest = "cd" * 32
    either.keep([CachedFile(name, "data/images/cd/cd.jpg", digest, 4, 3) for name in "ab"])
    assert sorted(one.image_id for one in either.all()) == ["a", "c"]
    assert either.counts().by_state == {"cached": 1, "remote": 1}
    # The other address still leads to the same photograph.
    assert either.add([_photograph("d", "http://example.org/b.jpg?width=100")]).joined == {"d": "a"}


def test_the_row_takes_what_it_has_not_and_the_strictest_licence(either: Catalogue) -> None:
    plain = _photograph("a", OPEN, license="CC BY", source="one")
    rich = _photograph(
        "b", STATIC, license="CC BY-NC", observation_id="7", observer="Ana", family="Rosaceae"
    )
    either.add([plain, rich])
    (row,) = either.all()
    assert row == plain._replace(
        license="CC BY-NC",
        observation_id="7",
        observer="Ana",
        family="Rosaceae",
        flags=(LICENCE_CONFLICT,),
    )
    assert [one.listed for one in either.listings("a")] == [plain, rich]
    assert either.count_by("license") == {"CC BY-NC": 1}
    assert either.count_by("flag") == {LICENCE_CONFLICT: 1}


def test_a_listing_without_a_licence_is_no_conflict(either: Catalogue) -> None:
    either.add([_photograph("a", OPEN), _photograph("b", STATIC, license="CC0")])
    (row,) = either.all()
    assert (row.license, row.flags) == ("CC0", ())


def test_listings_that_name_two_species_are_flagged(either: Catalogue) -> None:
    either.add([_photograph("a", OPEN), _photograph("b", STATIC, species="Bellis perennis")])
    (row,) = either.all()
    assert (row.species, row.flags) == ("Rosa canina", (SPECIES_CONFLICT,))


def test_twins_in_a_large_batch_are_found_without_asking_first(either: Catalogue) -> None:
    for start in range(0, 300, 100):
        batch = [
            _photograph(f"{prefix}{number}", f"{scheme}://example.org/{number}.jpg")
            for number in range(start, start + 100)
            for prefix, scheme in (("a", "http"), ("b", "https"))
        ]
        assert either.add(batch[::2]).added == 100
        assert len(either.add(batch[1::2]).joined) == 100
    assert (either.counts().images, either.listed_twice()) == (300, 300)


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """A catalogue of version 3 in which photographs are listed several times."""
    file = tmp_path / "data" / "catalogue.sqlite"
    file.parent.mkdir()
    with sqlite3.connect(file) as connection:
        connection.create_function("search_form", 1, str.casefold, deterministic=True)
        for script in MIGRATIONS[:3]:
            for statement in statements(script):
                connection.execute(statement)
        connection.execute("PRAGMA user_version = 3")
        for facet, (source, license_, state) in enumerate(
            [("one", "CC BY", "remote"), ("two", "", "cached"), ("two", "CC BY-NC", "remote")], 1
        ):
            connection.execute(
                "INSERT INTO facet VALUES (?, 'Rosa canina', 'Rosa', '', ?, ?, ?, 0, '', 2)",
                [facet, source, license_, state],
            )
        connection.execute(
            "INSERT INTO total SELECT 'source', source, '', SUM(images) FROM facet GROUP BY source"
        )
        for image_id, facet, url, sha256 in [
            ("a", 1, OPEN, ""),
            ("b", 2, STATIC, "ab" * 32),
            ("c", 3, "", "ab" * 32),
            ("d", 1, "https://example.org/d.jpg", ""),
            ("e", 2, "", "cd" * 32),
            ("f", 3, "https://example.org/f.jpg", ""),
        ]:
            connection.execute(
                "INSERT INTO photograph VALUES (?, ?, ?, ?, '', '', '', 0, 0, ?, '', '')",
                [image_id, facet, url, f"data/images/{sha256}" if sha256 else "", sha256],
            )
    connection.close()
    return file


def test_an_existing_catalogue_is_joined_when_it_is_opened(former: Path) -> None:
    with closing(SqliteCatalogue(former)) as catalogue:
        assert [one.image_id for one in catalogue.all()] == ["b", "d", "e", "f"]
        (change,) = catalogue.changes()
        assert (change.action, change.images, change.undone) == ("join", 2, 0)
        assert (former.parent / "backups" / change.note / "catalogue.sqlite").is_file()
        row = catalogue.get("b")
        assert row is not None
        assert (row.state, row.license, row.flags) == ("cached", "CC BY-NC", (LICENCE_CONFLICT,))
        assert [one.image_id for one in catalogue.listings("b")] == ["b", "a", "c"]
        assert catalogue.counts().by_source == {"two": 3, "one": 1}
    # Only the first opening joins.
    with closing(SqliteCatalogue(former)) as catalogue:
        assert len(catalogue.changes()) == 1


def test_joining_can_be_undone_and_stays_undone(former: Path) -> None:
    with closing(SqliteCatalogue(former)) as catalogue:
        undone = catalogue.undo(1)
        assert (undone.images, undone.undone) == (2, 2)
        assert [one.image_id for one in catalogue.all()] == list("abcdef")
        assert catalogue.counts().by_source == {"one": 2, "two": 4}
        row = catalogue.get("b")
        assert row is not None and (row.license, row.flags) == ("", ())
        assert catalogue.listed_twice() == 0
        catalogue.keep([CachedFile("a", "data/images/ab", "ab" * 32, 4, 3)])
        assert catalogue.counts().images == 6
        with pytest.raises(BadInput):
            catalogue.undo(2)
