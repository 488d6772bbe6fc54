"""The image cache: each entry is made once, limited in bytes, and cleared when idle."""

import time

import numpy as np
import pytest

from studio.picture_cache import PictureCache


class Maker:
    """Makes images of 100,000 bytes with a number, and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> tuple[np.ndarray, float]:
        self.made += 1
        return np.zeros(100_000, np.uint8), float(self.made)


def test_an_image_is_made_once_and_not_copied() -> None:
    cache, make = PictureCache(1_000_000), Maker()
    assert cache.get("a", make)[0] is cache.get("a", make)[0]
    assert make.made == 1


def test_the_least_recently_used_image_is_evicted() -> None:
    cache, make = PictureCache(250_000), Maker()
    for key in ("a", "b", "a", "c", "a"):
        cache.get(key, make)
    assert make.made == 3
    assert cache.bytes <= 250_000
    cache.get("b", make)
    assert make.made == 4


def test_an_image_that_exceeds_the_limit_is_returned_and_not_cached() -> None:
    cache, make = PictureCache(50_000), Maker()
    for number in (1, 2):
        assert cache.get("a", make)[1] == number
    assert cache.bytes == 0


def test_arrays_and_encoded_images_are_counted_together() -> None:
    cache = PictureCache(1_000_000)
    cache.get("array", lambda: np.zeros((100, 100), np.float32))
    cache.get("encoded", lambda: bytes(5_000))
    assert 45_000 <= cache.bytes < 46_000
    cache.clear()
    assert cache.bytes == 0


def test_a_cached_array_is_read_only() -> None:
    array, _ = PictureCache(1_000_000).get("a", Maker())
    with pytest.raises(ValueError):
        array[0] = 1


def test_unused_images_are_dropped_automatically() -> None:
    cache, make = PictureCache(1_000_000, idle_seconds=0.2), Maker()
    cache.get("left", make)
    until = time.monotonic() + 10
    while "left" in cache._entries and time.monotonic() < until:
        cache.get("looked at", make)
        time.sleep(0.02)
    assert list(cache._entries) == ["looked at"]
    while cache.bytes and time.monotonic() < until:
        time.sleep(0.02)
    assert cache.bytes == 0
