"""A collection of plants as a web app keeps it: nearly every photograph is listed twice.

A document is one species with two arrays: `images` (objects with address and licence) and the
older `img` (plain addresses, of another size and host). `write_table` makes one row of each
listing, as a training project exports them. The same arguments give the same bytes.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from benchmarks.rows import SPECIES, images_by_species, species_names

PHOTOGRAPHS = 376_481
"""With a second listing of most of them, the table has 741,306 rows."""
_TWICE_OF_THOUSAND = 969
_COUNTRIES = {"ES": "EU_SW", "PT": "EU_SW", "DE": "EU_NORTH", "NO": "EU_NORTH", "US": "AMERICAS"}
_LICENCES = ["cc-by-nc", "cc-by-nc", "cc-by", "cc-by-sa", "cc0"]
_IMAGES = "https://inaturalist-open-data.s3.amazonaws.com/photos/{number}/original.jpg"
_OLDER = "https://static.inaturalist.org/photos/{number}/medium.jpg"


def documents(photographs: int = PHOTOGRAPHS, species: int = SPECIES) -> Iterator[dict[str, Any]]:
    """A document for each species."""
    drawn = random.Random(376_481)
    names = species_names(species)
    first = 10_000_000
    for number, images in enumerate(images_by_species(photographs, species).tolist()):
        name, genus, family = names[number]
        photos = range(first, first + images)
        first += images
        yield {
            "_id": f"{number:024x}",
            "latinName": name,
            "commonName": f"plant {number}",
            "taxonomy": {"family": family, "genus": genus, "species": name.split()[1]},
            "distribution": {"countries": [drawn.choice([*_COUNTRIES])], "continents": ["EU"]},
            "images": [_image(photo, drawn) for photo in photos],
            "img": [
                _OLDER.format(number=photo)
                for photo in photos
                if photo % 1_000 < _TWICE_OF_THOUSAND
            ],
        }


def _image(photo: int, drawn: random.Random) -> dict[str, Any]:
    return {
        "url": _IMAGES.format(number=photo),
        "source": "inaturalist",
        "size": "original",
        "license": drawn.choice(_LICENCES),
        "attribution": f"(c) observer {photo * 7919 % 40_009}, some rights reserved",
    }


def rows(document: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """A row for each listing in a document."""
    (country,) = document["distribution"]["countries"]
    about = {
        "plant_id": document["_id"],
        "class_idx": number,
        "latin_name": document["latinName"],
        "common_name": document["commonName"],
    }
    place = {
        "region": _COUNTRIES[country],
        "country": country,
        "family": document["taxonomy"]["family"],
        "genus": document["taxonomy"]["genus"],
    }
    for image in document["images"]:
        yield (
            about
            | {
                "image_url": image["url"],
                "image_source": image["source"],
                "license": image["license"],
                "license_permissive": image["license"] != "cc-by-nc",
                "attribution": image["attribution"],
            }
            | place
        )
    for url in document["img"]:
        yield (
            about
            | {
                "image_url": url,
                "image_source": "inaturalist",
                "license": "",
                "license_permissive": False,
                "attribution": "",
            }
            | place
        )


def write_table(file: Path, photographs: int = PHOTOGRAPHS, species: int = SPECIES) -> int:
    """Write all rows as JSON lines; returns how many."""
    written = 0
    with file.open("wb") as stream:
        for number, document in enumerate(documents(photographs, species)):
            for row in rows(document, number):
                stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                written += 1
    return written
