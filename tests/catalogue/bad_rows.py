"""Invalid table rows. A bad row must not affect the other rows."""

GOOD = {"species": "Rosa canina", "url": "https://example.org/a.jpg"}
FIELDS = (
    "image_id",
    "genus",
    "family",
    "source",
    "observation_id",
    "observer",
    "license",
    "attribution",
)
"""Columns that accept any text."""
CONTROLS = ["\0", "\x07", "\x1b[31m", "\x7f", "\x9b"]
OTHER_ADDRESSES = ["javascript:alert(1)", "DATA:image/png,x", "ftp://example.org/a.jpg"]
LONG = "https://example.org/" + "x" * 6_000
ODD_LINES = {
    "brackets": b"[" * 200_000,
    "objects": b'{"a":' * 100_000,
    "3 MB": b'{"species": "' + b"x" * 3_000_000 + b'"}',
    "digits": b'{"a": ' + b"9" * 5_000 + b"}",
    "no UTF-8": b'{"species": "\xff", "url": "u"}',
}
"""Lines that are not valid JSON objects."""
NO_SPECIES: list[object] = [None, float("nan"), "", "  ", "x" * 201, [], {}]
NO_PHOTOGRAPH = ["pictures/gone.jpg", "pictures", "table.jsonl", "nul\0.jpg", "../" * 50]
"""Paths that do not lead to a photograph."""
