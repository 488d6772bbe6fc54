"""How photographs are fetched: who asks, how fast, how much, and what is kept."""

from typing import Literal

from pydantic import Field

from engine.settings.base import Settings

Variant = Literal["original", "large", "medium"]
Order = Literal["rarest", "round-robin", "newest"]


class ProviderSettings(Settings):
    """What one provider allows. An empty limit is none; every attempt counts against all."""

    hosts: tuple[str, ...] = Field(
        (), description="Its hosts; a name with a dot before it takes in every sub-domain."
    )
    requests_per_second: float | None = Field(
        None, gt=0, le=10_000, description="Requests in any one second."
    )
    requests_per_minute: int | None = Field(None, ge=1, description="Requests in any one minute.")
    requests_per_day: int | None = Field(None, ge=1, description="Requests in any 24 hours.")
    gigabytes_per_hour: float | None = Field(
        None, gt=0, description="Gigabytes received in any one hour."
    )
    gigabytes_per_day: float | None = Field(
        None, gt=0, description="Gigabytes received in any 24 hours."
    )
    start_rate: float | None = Field(
        1.0,
        gt=0,
        le=10_000,
        description="Requests a second to begin with; it grows while the host answers well. "
        "Empty = no pacing until the host objects.",
    )
    connections: int = Field(
        4, ge=1, le=64, description="Connections at a time, once the host has proved it takes them."
    )


def _known_providers() -> dict[str, ProviderSettings]:
    return {
        "inaturalist-api": ProviderSettings(
            hosts=("api.inaturalist.org",),
            requests_per_minute=55,
            requests_per_day=9_500,
            connections=1,
        ),
        "inaturalist-media": ProviderSettings(
            hosts=("static.inaturalist.org",), gigabytes_per_hour=4.5, gigabytes_per_day=22
        ),
        "inaturalist-open-data": ProviderSettings(
            hosts=(
                "inaturalist-open-data.s3.amazonaws.com",
                "inaturalist-open-data.s3.us-east-1.amazonaws.com",
            ),
            requests_per_second=1,
        ),
    }


class DownloadSettings(Settings):
    project: str = Field(
        "PlantStudio",
        pattern=r"^[A-Za-z0-9._-]{1,60}$",
        description="The project's name, as servers see it in the User-Agent.",
    )
    contact: str = Field(
        "",
        max_length=200,
        pattern=r"^[!-'*-~ ]*$",
        description="An e-mail or web address where a server's keeper can reach you.",
    )
    variant: Variant = Field(
        "original",
        description="Size of iNaturalist's photographs: original 2048 px, large 1024, medium 500.",
    )
    order: Order = Field(
        "rarest",
        description="What comes first: the rarest species, one of each species in turn, "
        "or the newest observations.",
    )
    cache_gigabytes: float = Field(
        220, gt=0, le=1_000_000, description="The most that the photographs may fill, in GB."
    )
    cache_low_water: float = Field(
        0.95, gt=0, lt=1, description="Share of that to which a full cache is emptied."
    )
    free_gigabytes: float = Field(
        5, ge=0, description="Gigabytes of the disk that are always left free."
    )
    wait_for_room: bool = Field(
        False, description="Where the disk is full, wait for room instead of ending."
    )
    connections: int = Field(16, ge=1, le=64, description="Connections at a time in all.")
    attempts: int = Field(
        5, ge=1, le=20, description="Attempts at a photograph before a passing failure counts."
    )
    connect_seconds: float = Field(5, gt=0, le=60, description="Time to connect, in seconds.")
    first_byte_seconds: float = Field(
        6, gt=0, le=60, description="Time until an answer's headers are there, in seconds."
    )
    least_bytes_per_second: int = Field(
        2_730, ge=1, description="A slower answer is cut off; measured over 16 kB."
    )
    total_seconds: float = Field(
        120, gt=0, le=3_600, description="Time for one photograph, in seconds."
    )
    largest_megabytes: float = Field(
        50, gt=0, le=500, description="A larger file is refused, however long it says it is."
    )
    largest_megapixels: float = Field(
        100, gt=0, le=150, description="A photograph of more pixels is refused before decoding."
    )
    longest_pause_hours: float = Field(
        24, gt=0, le=24 * 14, description="A host that asks for a longer pause gets this one."
    )
    allow_private_hosts: bool = Field(
        False, description="Fetch from this machine and private networks too."
    )
    inaturalist_api: str = Field(
        "https://api.inaturalist.org/v1",
        description="Where iNaturalist's observations are asked for.",
    )
    providers: dict[str, ProviderSettings] = Field(
        default_factory=_known_providers, description="What each provider allows, by name."
    )
    other_hosts: ProviderSettings = Field(
        default_factory=ProviderSettings, description="What any other host is taken to allow."
    )
