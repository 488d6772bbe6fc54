"""Identities of many addresses at once are those of each."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from engine.catalogue.identity import canonical_address
from engine.split.addresses import address_numbers, canonical_addresses

ADDRESSES = [
    "",
    "https://inaturalist-open-data.s3.amazonaws.com/photos/7/original.jpg",
    "http://static.inaturalist.org/photos/7/medium.jpeg?1234",
    "https://inaturalist.org/observations/7",
    "https://live.staticflickr.com/65535/51234567890_0a1b2c3d4e_b.jpg",
    "https://example.org/a.jpg",
    "http://example.org/a.jpg",
    "https://EXAMPLE.org:443/a.jpg?width=3",
    "https://bucket.s3.amazonaws.com/a.jpg",
    "no address",
    "https://example.org/niño.jpg",
]


def test_many_addresses_have_the_identities_of_each() -> None:
    found = canonical_addresses(pa.chunked_array([ADDRESSES[:4], ADDRESSES[4:]]))
    assert found.to_pylist() == [canonical_address(url) for url in ADDRESSES]


@given(st.lists(st.one_of(st.sampled_from(ADDRESSES), st.text(max_size=40)), max_size=8))
def test_numbers_are_equal_where_identities_are(urls: list[str]) -> None:
    urls = [url.encode(errors="replace").decode() for url in urls]
    numbers = address_numbers(pa.array(urls, pa.string()))
    names = [canonical_address(url) for url in urls]
    for one, number in zip(names, numbers, strict=True):
        same = [other == one for other in names]
        assert np.array_equal(numbers == number, same)
