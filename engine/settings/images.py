"""Limits for the size of photographs and for the memory to decode them."""

from pydantic import Field

from engine.settings.base import Settings


class ImageSettings(Settings):
    decode_megabytes: int = Field(
        0,
        ge=0,
        le=65_536,
        description="Memory for decoding in one process, in MB. 0 means 1/16 of this computer's "
        "memory, between 256 and 1,024 MB.",
    )
    largest_decode_megabytes: int = Field(
        480,
        ge=16,
        le=65_536,
        description="Most memory for decoding one photograph, in MB. Larger photographs are "
        "refused.",
    )
    largest_megapixels: float = Field(
        150,
        gt=0,
        le=150,
        description="Largest photograph, in megapixels. Larger ones are refused before decoding.",
    )
