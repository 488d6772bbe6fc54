"""The identity of a photograph: its address without what differs between copies of one picture."""

import hashlib
import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

INATURALIST_PHOTO = (
    r"https?://(?:static\.inaturalist\.org|inaturalist-open-data\.s3[^/]*\.amazonaws\.com)"
    r"/photos/(?P<photo>\d+)/"
)
"""The addresses of a photograph at iNaturalist and in its open-data bucket, without the size."""

# Parameters that only name a size, a format or a quality, or sign an address for some time.
_TECHNICAL = frozenset(
    [
        "awsaccesskeyid",
        "cachebuster",
        "crop",
        "dpr",
        "expires",
        "fit",
        "fm",
        "height",
        "hmac",
        "key-pair-id",
        "maxheight",
        "maxwidth",
        "policy",
        "quality",
        "resize",
        "sig",
        "signature",
        "size",
        "timestamp",
        "token",
        "width",
    ]
)
_TECHNICAL_STARTS = ("x-amz-", "x-goog-", "utm_")
# These may as well be a number of the photograph, unless the path is that of an image file.
_SHORT = frozenset(
    ["auto", "format", "h", "p", "q", "s", "scale", "sz", "t", "v", "ver", "version", "w"]
)
# Of Azure's shared access signatures, which `sig` completes.
_AZURE = frozenset(["se", "sip", "sks", "ske", "skt", "skv", "sp", "spr", "sr", "st", "sv"])
_IMAGE = re.compile(r"\.(?:avif|bmp|gif|jpe?g|jpe|png|tiff?|webp)$", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_SAFE = "/:@!$&'()*+,;=~-._"
PLAIN = r"https?://[a-z0-9.-]+/[A-Za-z0-9/._~-]*"
"""Addresses that are canonical but for their scheme, unless a provider is known."""
_PLAIN = re.compile(PLAIN, re.ASCII)


# Where a provider offers a photograph in several sizes, under an address for each: by the last
# two names of the host, what leads to the photograph's own number or name.
PROVIDERS = {
    host: (name, re.compile(pattern, re.ASCII | re.IGNORECASE))
    for host, name, pattern in (
        ("inaturalist.org", "inaturalist", INATURALIST_PHOTO),
        ("amazonaws.com", "inaturalist", INATURALIST_PHOTO),
        (
            "staticflickr.com",
            "flickr",
            r"https?://[\w.-]+\.staticflickr\.com/(?:\d+/)+(?P<photo>\d+)_",
        ),
        (
            "plantnet.org",
            "plantnet",
            r"https?://bs\.plantnet\.org/image/\w+/(?P<photo>[0-9a-f]{32,64})",
        ),
        (
            "wikimedia.org",
            "wikimedia",
            r"https?://upload\.wikimedia\.org/wikipedia/"
            r"(?P<photo>\w+/(?:thumb/)?\w/\w\w/[^/?#]+)",
        ),
        (
            "gbif.org",
            "gbif",
            r"https?://api\.gbif\.org/v1/image/cache/(?:[^/]+/)?"
            r"(?P<photo>occurrence/\d+/media/[0-9a-f]+)",
        ),
        (
            "googleusercontent.com",
            "google",
            r"https?://(?P<photo>[\w.-]+\.googleusercontent\.com/[^=?#]+)",
        ),
    )
}


def canonical_address(url: str) -> str:
    """The address without scheme, port, size variant, signature and fragment.

    Addresses that differ in these only lead to the same photograph. Of providers that are known,
    the photograph's own number or name counts. Any text is accepted; an empty one stays empty.
    """
    address = url.partition("://")[2]
    if provider := _provider_of(address.partition("/")[0]):
        name, pattern = provider
        if found := pattern.match(url):
            return f"{name}/{unquote(found['photo']).replace('/thumb/', '/', 1)}"
    if _PLAIN.fullmatch(url):
        # Nearly all addresses are as simple as this.
        return address
    return _general(url)


def identity_of(url: str) -> str:
    """16 hex digits that addresses of one photograph share; empty without an address."""
    return digest_of_address(url).hex() if url else ""


def digest_of_address(url: str) -> bytes:
    """8 bytes that addresses of one photograph share."""
    canonical = canonical_address(url).encode(errors="surrogatepass")
    return hashlib.blake2b(canonical, digest_size=8).digest()


@lru_cache(maxsize=4_096)
def _provider_of(host: str) -> tuple[str, re.Pattern[str]] | None:
    return PROVIDERS.get(".".join(host.rsplit(".", 2)[-2:]).lower())


def _general(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return url
    if not host:
        return url
    where = host if port in (None, _PORTS.get(parts.scheme)) else f"{host}:{port}"
    path = quote(unquote(parts.path, errors="surrogateescape"), _SAFE, errors="surrogateescape")
    query = _identifying(
        parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape"),
        is_image=_IMAGE.search(path) is not None,
    )
    kept = urlencode(sorted(query), errors="surrogateescape")
    return f"{where}{path or '/'}" + (f"?{kept}" if kept else "")


def _identifying(query: list[tuple[str, str]], is_image: bool) -> list[tuple[str, str]]:
    """The parameters that may say which photograph it is."""
    names = {name.lower() for name, _ in query}
    dropped = _TECHNICAL | (_SHORT if is_image else set()) | (_AZURE if "sig" in names else set())
    return [
        (name, value)
        for name, value in query
        if name.lower() not in dropped and not name.lower().startswith(_TECHNICAL_STARTS)
    ]
