"""Groups: photographs with a shared property stay together, directly or through others."""

from dataclasses import replace

import pyarrow as pa
import pytest

from engine.embeddings.near_duplicates import NearDuplicates
from engine.settings.split import ALWAYS_LINKED, Link
from engine.split.groups import Groups, group
from engine.split.pairs import numbered_pairs
from tests.split.photographs import inputs


def sets(groups: Groups) -> set[frozenset[int]]:
    """The groups as sets of indices."""
    found: dict[int, set[int]] = {}
    for place, number in enumerate(groups.of_photograph.tolist()):
        found.setdefault(number, set()).add(place)
    return {frozenset(members) for members in found.values()}


def grouped(rows: list[dict[str, str]], *links: Link, distance: int = 3) -> set[frozenset[int]]:
    rows = [{"image_id": str(n), "species": "a", **row} for n, row in enumerate(rows)]
    return sets(group(inputs(rows), links, distance))


@pytest.mark.parametrize(
    ("link", "column"),
    [
        ("observation", "observation_id"),
        ("observer", "observer"),
        ("bytes", "sha256"),
        ("url", "url"),
    ],
)
def test_photographs_that_share_a_text_are_one_group(link: Link, column: str) -> None:
    rows = [{column: "x"}, {column: "y"}, {column: "x"}, {}, {}]
    assert grouped(rows, link) == {frozenset(s) for s in ({0, 2}, {1}, {3}, {4})}
    # Copies stay together whether a split asks for it or not.
    assert len(grouped(rows)) == (4 if link in ALWAYS_LINKED else 5)


def test_addresses_of_one_photograph_are_one_group() -> None:
    rows = [
        {"url": "https://inaturalist-open-data.s3.amazonaws.com/photos/7/original.jpg"},
        {"url": "http://static.inaturalist.org/photos/7/medium.jpg?1"},
        {"url": "https://static.inaturalist.org/photos/8/medium.jpg"},
    ]
    assert grouped(rows) == {frozenset({0, 1}), frozenset({2})}


def test_one_observation_number_in_two_sources_is_two_groups() -> None:
    rows = [{"observation_id": "7", "source": source} for source in ("x", "y", "x")]
    assert grouped(rows, "observation") == {frozenset({0, 2}), frozenset({1})}


def test_an_observer_joins_photographs_of_one_species_only() -> None:
    rows = [{"observer": "ada", "species": species} for species in ("a", "b", "a")]
    assert grouped(rows, "observer") == {frozenset({0, 2}), frozenset({1})}


def test_near_duplicates_by_features_are_one_group_with_all_copies_of_their_bytes() -> None:
    rows = [{"image_id": str(n), "species": "a", "sha256": text} for n, text in enumerate("abacd")]
    texts = (pa.array(each, pa.string()) for each in (["a", "c"], ["b", "elsewhere"], []))
    known = replace(inputs(rows), pairs=numbered_pairs(NearDuplicates(*texts)))
    assert sets(group(known, ["near-duplicate"], 3)) == {
        frozenset({0, 1, 2}),
        frozenset({3}),
        frozenset({4}),
    }
    assert len(group(known, ["observation"], 3)) == 4


def test_near_duplicates_are_one_group_up_to_the_distance() -> None:
    rows = [{"phash": f"{value:016x}"} for value in (0, 0b111, 0b1111 << 40, 0b111 << 60)]
    assert grouped(rows, "near-duplicate", distance=3) == {frozenset({0, 1, 3}), frozenset({2})}
    assert len(grouped(rows, "near-duplicate", distance=2)) == 4
    assert len(grouped([{"phash": ""}, {"phash": "?"}], "near-duplicate")) == 2


def test_links_are_transitive() -> None:
    rows = [
        {"observation_id": "1"},
        {"observation_id": "1", "sha256": "h"},
        {"sha256": "h", "url": "u"},
        {"url": "u"},
    ]
    assert grouped(rows, "observation") == {frozenset(range(4))}
    assert len(grouped(rows)) == 2


def test_a_group_with_two_species_is_marked() -> None:
    rows = [
        {"image_id": str(place), "species": species, "sha256": text}
        for place, (species, text) in enumerate([("a", "h"), ("b", "h"), ("b", "k"), ("b", "k")])
    ]
    groups = group(inputs(rows), ["bytes"], 3)
    assert groups.mixed[groups.of_photograph].tolist() == [True, True, False, False]


def test_a_group_keeps_its_identity_when_photographs_are_added() -> None:
    rows = [{"image_id": str(n), "species": "a", "observation_id": "o"} for n in range(9)]
    fewer, more = (
        group(inputs(rows[start:]), ["observation"], 3).anchor.tolist() for start in (5, 0)
    )
    assert fewer == more
