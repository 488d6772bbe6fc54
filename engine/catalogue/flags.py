"""What can be the matter with a photograph or its record, each a filter of the catalogue."""

DOUBTFUL_NAME = "doubtful-name"

FLAGS: dict[str, str] = {
    DOUBTFUL_NAME: "The name that its source wrote says cf., aff. or no more than a genus.",
}
"""By name, what each means."""
