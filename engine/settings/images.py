"""How large photographs may be, and how much memory decoding them takes."""

from pydantic import Field

from engine.settings.base import Settings


class ImageSettings(Settings):
    decode_megabytes: int = Field(
        0,
        ge=0,
        le=65_536,
        description="Memory for decoding in one process, in MB; 0 is a sixteenth of the "
        "machine's, between 256 and 1,024. Other photographs wait.",
    )
    largest_decode_megabytes: int = Field(
        480, ge=16, le=65_536, description="A photograph that needs more to decode is refused."
    )
    largest_megapixels: float = Field(
        150, gt=0, le=150, description="A photograph of more pixels is refused before decoding."
    )
