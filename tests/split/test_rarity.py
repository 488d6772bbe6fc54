"""Buckets of rare and common species."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from engine.language.current import language_set
from engine.split.rarity import BUCKETS, RarityBucket, bucket_name


@given(some.lists(some.integers(1, 300), min_size=1, max_size=40))
def test_every_species_is_in_one_bucket(images: list[int]) -> None:
    found = np.stack([bucket.holds(np.array(images)) for bucket in BUCKETS])
    assert (found.sum(axis=0) == 1).all()


def test_files_pages_and_curves_use_one_name_for_a_bucket() -> None:
    assert [bucket.key for bucket in BUCKETS] == ["1", "2-4", "5-19", "20-100", "> 100"]
    assert [bucket.name for bucket in BUCKETS] == ["1", "2–4", "5–19", "20–100", "> 100"]
    assert [bucket.metric for bucket in BUCKETS] == [
        "top1_1",
        "top1_2_4",
        "top1_5_19",
        "top1_20_100",
        "top1_over_100",
    ]


def test_bucket_names_use_the_number_format_of_the_language() -> None:
    large = RarityBucket(1_000, 19_999)
    assert large.name == "1,000–19,999"
    with language_set("es"):
        assert large.name == "1.000–19.999"


def test_a_bucket_of_another_version_keeps_its_name() -> None:
    assert bucket_name("2-4") == "2–4"
    assert bucket_name("3-4") == "3-4"
