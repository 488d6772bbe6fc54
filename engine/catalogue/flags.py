"""What can be the matter with a photograph or its record, each a filter of the catalogue."""

DOUBTFUL_NAME = "doubtful-name"
UNREADABLE = "unreadable"
TINY = "tiny"
EXTREME_ASPECT = "extreme-aspect"
BLURRY = "blurry"
DARK = "dark"
BRIGHT = "bright"
LOW_INFORMATION = "low-information"
DUPLICATE_BYTES = "duplicate-bytes"
NEAR_DUPLICATE = "near-duplicate"
BYTES_OF_TWO_SPECIES = "bytes-of-two-species"
OBSERVATION_OF_TWO_SPECIES = "observation-of-two-species"

FLAGS: dict[str, str] = {
    DOUBTFUL_NAME: "The name that its source wrote says cf., aff. or no more than a genus.",
    UNREADABLE: "Its file is missing, damaged, or no photograph.",
    TINY: "Its short side has few pixels.",
    EXTREME_ASPECT: "It is many times as long as it is wide.",
    BLURRY: "No part of it is sharp.",
    DARK: "Nearly all of it is dark.",
    BRIGHT: "Nearly all of it is bright.",
    LOW_INFORMATION: "It has few shades: a plain ground, a drawing, a placeholder.",
    DUPLICATE_BYTES: "Another photograph has the same bytes.",
    NEAR_DUPLICATE: "Another photograph looks nearly the same.",
    BYTES_OF_TWO_SPECIES: "Another photograph has the same bytes and says that it is another "
    "species.",
    OBSERVATION_OF_TWO_SPECIES: "Another photograph of its observation says that it is another "
    "species.",
}
"""By name, what each means."""
