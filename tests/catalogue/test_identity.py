"""Which addresses lead to one photograph."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalogue.identity import canonical_address, identity_of


@pytest.mark.parametrize(
    "addresses",
    [
        (
            "https://inaturalist-open-data.s3.amazonaws.com/photos/12345/original.jpg",
            "https://inaturalist-open-data.s3.us-east-1.amazonaws.com/photos/12345/medium.jpeg",
            "https://static.inaturalist.org/photos/12345/large.jpg?1571234567",
            "http://static.inaturalist.org/photos/12345/square.JPG",
        ),
        (
            "https://live.staticflickr.com/65535/51234567890_0a1b2c3d4e_b.jpg",
            "http://farm8.staticflickr.com/7000/51234567890_0a1b2c3d4e.jpg",
            "https://live.staticflickr.com/65535/51234567890_ffffffffff_o.jpg",
        ),
        (
            "https://upload.wikimedia.org/wikipedia/commons/a/ab/Bellis_perennis.jpg",
            "https://upload.wikimedia.org/wikipedia/commons/thumb/a/ab/Bellis_perennis.jpg/640px-Bellis_perennis.jpg",
        ),
        (
            "https://bs.plantnet.org/image/o/0123456789abcdef0123456789abcdef01234567",
            "https://bs.plantnet.org/image/m/0123456789abcdef0123456789abcdef01234567",
        ),
        (
            "https://api.gbif.org/v1/image/cache/200x/occurrence/123/media/0123abcd",
            "https://api.gbif.org/v1/image/cache/occurrence/123/media/0123abcd",
        ),
        (
            "http://example.org/plants/rosa.jpg",
            "https://example.org/plants/rosa.jpg",
            "https://EXAMPLE.org:443/plants/rosa.jpg",
            "http://example.org:80/plants/rosa.jpg#top",
            "https://example.org/plants/rosa.jpg?width=500&h=200",
            "https://example.org/plants/rosa.jpg?X-Amz-Signature=abc&X-Amz-Expires=60&w=1",
            "https://example.org/plants/ro%73a.jpg",
        ),
        (
            "https://example.org/photo.jpg?sv=2020-01-01&se=2026-01-01&sr=b&sig=abc%3D",
            "https://example.org/photo.jpg?v=3&q=80",
        ),
        (
            "https://example.org/show?id=7&part=2",
            "http://example.org/show?part=2&id=7&size=large&token=abc",
        ),
    ],
)
def test_scheme_size_and_signature_do_not_count(addresses: tuple[str, ...]) -> None:
    assert len({canonical_address(address) for address in addresses}) == 1
    assert len({identity_of(address) for address in addresses}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "https://static.inaturalist.org/photos/12345/medium.jpg",
            "https://static.inaturalist.org/photos/123456/medium.jpg",
        ),
        ("https://example.org/show?id=7", "https://example.org/show?id=8"),
        ("https://example.org/show?s=7", "https://example.org/show?s=8"),
        ("https://example.org/a.jpg", "https://example.com/a.jpg"),
        ("https://example.org/a.jpg", "https://example.org/A.jpg"),
        ("https://example.org/a/b.jpg", "https://example.org/a%2Fb2.jpg"),
        ("https://example.org:8080/a.jpg", "https://example.org/a.jpg"),
        (
            "https://upload.wikimedia.org/wikipedia/commons/a/ab/Rosa.jpg",
            "https://upload.wikimedia.org/wikipedia/commons/a/ac/Rosa.jpg",
        ),
        # Plants have letters that are no ASCII.
        ("https://example.org/niño.jpg", "https://example.org/nino.jpg"),
    ],
)
def test_other_photographs_have_other_identities(one: str, other: str) -> None:
    assert identity_of(one) != identity_of(other)


def test_an_identity_is_sixteen_hex_digits_and_nothing_without_an_address() -> None:
    assert identity_of("") == ""
    assert len(bytes.fromhex(identity_of("https://example.org/a.jpg"))) == 8


@given(st.text())
def test_any_text_has_an_identity(text: str) -> None:
    assert identity_of(text) == identity_of(text)
    assert (identity_of(text) == "") == (text == "")


@given(
    st.from_regex(
        r"https?://[a-z]{1,8}\.org(/[a-z0-9%]{0,6}){0,3}(\?[a-z]=[a-z0-9]{0,4})?", fullmatch=True
    )
)
def test_a_canonical_address_is_its_own_canonical_address(url: str) -> None:
    canonical = canonical_address(url)
    assert canonical_address(f"https://{canonical}") == canonical
