"""How photographs are downloaded: contact, rates, budgets, and what is kept."""

from typing import Literal

from pydantic import Field

from engine.settings.base import Settings

Variant = Literal["original", "large", "medium"]
Order = Literal["rarest", "round-robin", "newest"]


class ProviderSettings(Settings):
    """The limits of one provider. Empty means no limit; every attempt counts."""

    hosts: tuple[str, ...] = Field(
        (),
        description="Hosts of the provider. A name that starts with a dot includes all subdomains.",
    )
    requests_per_second: float | None = Field(
        None, gt=0, le=10_000, description="Most requests in any second."
    )
    requests_per_minute: int | None = Field(None, ge=1, description="Most requests in any minute.")
    requests_per_day: int | None = Field(None, ge=1, description="Most requests in any 24 hours.")
    gigabytes_per_hour: float | None = Field(
        None, gt=0, description="Most gigabytes received in any hour."
    )
    gigabytes_per_day: float | None = Field(
        None, gt=0, description="Most gigabytes received in any 24 hours."
    )
    start_rate: float | None = Field(
        1.0,
        gt=0,
        le=10_000,
        description="Requests per second at the start. The rate rises while the host responds "
        "well. Empty means no limit until the host refuses.",
    )
    connections: int = Field(
        4,
        ge=1,
        le=64,
        description="Most connections at the same time, once the host has responded well.",
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
        description="Name that servers see in the User-Agent header.",
    )
    contact: str = Field(
        "",
        max_length=200,
        pattern=r"^[!-'*-~ ]*$",
        description="Email or web address where server administrators can reach you.",
    )
    variant: Variant = Field(
        "original",
        description="Size of iNaturalist photographs: original 2048 px, large 1024 px, medium 500 "
        "px.",
    )
    order: Order = Field(
        "rarest",
        description="What to download first: the rarest species, one photograph of each species in "
        "turn, or the newest observations.",
    )
    cache_gigabytes: float = Field(
        220, gt=0, le=1_000_000, description="Most disk space for photographs, in GB."
    )
    cache_low_water: float = Field(
        0.95, gt=0, lt=1, description="A full cache is emptied to this share of its limit."
    )
    free_gigabytes: float = Field(5, ge=0, description="Disk space that always stays free, in GB.")
    wait_for_room: bool = Field(
        False, description="Wait for free disk space when the disk is full, instead of stopping."
    )
    connections: int = Field(
        16, ge=1, le=64, description="Most connections at the same time to all hosts."
    )
    attempts: int = Field(
        5, ge=1, le=20, description="Most attempts at a photograph that fails temporarily."
    )
    connect_seconds: float = Field(
        5, gt=0, le=60, description="Longest time to connect, in seconds."
    )
    first_byte_seconds: float = Field(
        6, gt=0, le=60, description="Longest time until the response headers arrive, in seconds."
    )
    least_bytes_per_second: int = Field(
        2_730,
        ge=1,
        description="Lowest speed in bytes per second, measured over 16 kB. Slower responses are "
        "cancelled.",
    )
    total_seconds: float = Field(
        120, gt=0, le=3_600, description="Longest time for one photograph, in seconds."
    )
    largest_megabytes: float = Field(
        50, gt=0, le=500, description="Largest file, in MB. Larger ones are refused."
    )
    largest_megapixels: float = Field(
        100,
        gt=0,
        le=150,
        description="Largest photograph, in megapixels. Larger ones are refused before decoding.",
    )
    longest_pause_hours: float = Field(
        24, gt=0, le=24 * 14, description="Longest pause that a host can request, in hours."
    )
    allow_private_hosts: bool = Field(
        False, description="Also download from this computer and private networks."
    )
    inaturalist_api: str = Field(
        "https://api.inaturalist.org/v1",
        description="Address of the iNaturalist API.",
    )
    providers: dict[str, ProviderSettings] = Field(
        default_factory=_known_providers, description="Limits of each provider, by name."
    )
    other_hosts: ProviderSettings = Field(
        default_factory=ProviderSettings, description="Limits for all other hosts."
    )
