"""Near-duplicates among photographs: what is found, kept, and compared once."""

import hashlib
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from engine.embeddings.features import PLAIN, Features, features_of
from engine.embeddings.near_duplicates import (
    find_near_duplicates,
    near_duplicate_pairs,
    near_duplicates_stamp,
)
from engine.embeddings.store import FeatureStore
from engine.home import Home
from engine.images.decode import Pixels
from tests.quality.test_measures import meadow


def name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def features(pixels: Pixels) -> Features:
    return features_of(np.ascontiguousarray(pixels))


@pytest.fixture
def store(home: Home) -> Iterator[FeatureStore]:
    opened = FeatureStore(home)
    yield opened
    opened.close()


def test_nothing_is_known_and_no_file_made_before_a_scan(home: Home) -> None:
    found = near_duplicate_pairs(home)
    assert (len(found.first), len(found.compared)) == (0, 0)
    assert not home.features.exists()
    assert near_duplicates_stamp(home) == 0


def test_a_mirrored_cropped_and_framed_copy_are_found_and_others_are_not(
    home: Home, store: FeatureStore
) -> None:
    picture = meadow(1)
    framed = cv2.copyMakeBorder(picture, 15, 15, 15, 15, cv2.BORDER_CONSTANT, value=(255,) * 3)
    copies = {
        "mirrored": picture[:, ::-1],
        "cropped": picture[10:-5, 8:-8],
        "framed": np.asarray(framed, np.uint8),
    }
    others = {f"other {seed}": meadow(seed) for seed in range(2, 12)}
    pictures = {"picture": picture, **others, **copies}
    store.add({name(key): features(pixels) for key, pixels in pictures.items()})
    assert find_near_duplicates(store) == 6
    assert {name("picture")} | store.partners(name("picture")) == {
        name(key) for key in ("picture", *copies)
    }
    known = near_duplicate_pairs(home)
    assert set(known.compared.to_pylist()) == set(map(name, pictures))
    ends = {end for pair in known.pairs for end in pair}
    assert ends == {name(key) for key in ("picture", *copies)}


def test_what_came_later_is_compared_with_all_and_nothing_twice(
    home: Home, store: FeatureStore
) -> None:
    store.add({name(str(seed)): features(meadow(seed)) for seed in range(5)})
    assert find_near_duplicates(store) == 0
    store.add({name("copy"): features(meadow(3)[:, ::-1])})
    assert len(near_duplicate_pairs(home).compared) == 5
    assert find_near_duplicates(store) == 1
    assert store.partners(name("copy")) == {name("3")}
    assert len(near_duplicate_pairs(home).compared) == 6
    assert find_near_duplicates(store) == 0


def test_features_of_a_plain_picture_are_kept_but_match_nothing(store: FeatureStore) -> None:
    store.add({name("one"): PLAIN, name("other"): PLAIN, name("picture"): features(meadow(1))})
    assert store.known() == {name("one"), name("other"), name("picture")}
    assert find_near_duplicates(store) == 0
    assert store.last() == store.compared() == 3


def test_features_that_are_known_stay_as_they_are(store: FeatureStore) -> None:
    first = features(meadow(1))
    store.add({name("a"): first})
    store.add({name("a"): PLAIN})
    (number,), directions = store.directions()
    assert np.array_equal(directions[0], first.direction)
    assert np.array_equal(store.thumbnails([int(number)])[int(number)], first.thumbnail)


def test_a_hash_that_is_none_has_no_partner(store: FeatureStore) -> None:
    assert store.partners("") == store.partners("not a hash") == set()
