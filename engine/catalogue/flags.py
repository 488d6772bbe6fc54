"""Flags: possible faults of a photograph or its record. The catalogue filters by each."""

from engine.language.message import deferred

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
SPECIES_CONFLICT = "species-conflict"
LICENCE_CONFLICT = "licence-conflict"

FLAG_NAMES: dict[str, str] = {
    DOUBTFUL_NAME: deferred("Doubtful name"),
    UNREADABLE: deferred("Unreadable"),
    TINY: deferred("Tiny"),
    EXTREME_ASPECT: deferred("Extreme aspect ratio"),
    BLURRY: deferred("Blurry"),
    DARK: deferred("Dark"),
    BRIGHT: deferred("Bright"),
    LOW_INFORMATION: deferred("Little information"),
    DUPLICATE_BYTES: deferred("Identical file"),
    NEAR_DUPLICATE: deferred("Near-duplicate"),
    BYTES_OF_TWO_SPECIES: deferred("Identical file, two species"),
    OBSERVATION_OF_TWO_SPECIES: deferred("One observation, two species"),
    SPECIES_CONFLICT: deferred("Listed as two species"),
    LICENCE_CONFLICT: deferred("Listed with two licences"),
}
"""The label of each flag, before translation."""

FLAGS: dict[str, str] = {
    DOUBTFUL_NAME: deferred("Its original name contains cf. or aff., or gives only a genus."),
    UNREADABLE: deferred("Its file is missing, damaged or not a photograph."),
    TINY: deferred("Its short side has too few pixels."),
    EXTREME_ASPECT: deferred("It is many times longer than it is wide."),
    BLURRY: deferred("No part of it is sharp."),
    DARK: deferred("Nearly all of it is dark."),
    BRIGHT: deferred("Nearly all of it is bright."),
    LOW_INFORMATION: deferred("It has few shades: a plain background, a drawing or a placeholder."),
    DUPLICATE_BYTES: deferred("Another photograph has exactly the same file."),
    NEAR_DUPLICATE: deferred("Another photograph looks almost the same."),
    BYTES_OF_TWO_SPECIES: deferred(
        "Another photograph has exactly the same file, labelled as another species."
    ),
    OBSERVATION_OF_TWO_SPECIES: deferred(
        "Another photograph of the same observation is labelled as another species."
    ),
    SPECIES_CONFLICT: deferred("Its listings name different species."),
    LICENCE_CONFLICT: deferred("Its listings state different licences. The strictest one applies."),
}
"""The meaning of each flag, before translation."""
