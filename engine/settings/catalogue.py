"""Which store holds the catalogue."""

from typing import Literal

from pydantic import Field, field_validator

from engine.settings.base import Settings


class CatalogueSettings(Settings):
    store: Literal["sqlite", "mongodb"] = Field(
        "sqlite",
        description="sqlite: a file of the home, nothing to set up. mongodb: a database of a "
        "MongoDB that runs already.",
    )
    address: str = Field(
        "mongodb://127.0.0.1:27017",
        min_length=1,
        description="Of the MongoDB. One with a user and a password stands outside the "
        "configuration: env:NAME, an environment variable, or file:PATH, a file.",
    )
    database: str = Field(
        "plant_studio",
        pattern=r"^[A-Za-z0-9_-]{1,60}$",
        description="The database there; one home to a database.",
    )

    @field_validator("address")
    @classmethod
    def _holds_no_password(cls, address: str) -> str:
        if "@" in address and not address.startswith(("env:", "file:")):
            # Said without the address, which the configuration's errors would show.
            raise ValueError(
                "a user and a password do not belong into a configuration; put the address into "
                "an environment variable and write env:NAME here"
            )
        return address
