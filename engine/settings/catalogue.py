"""The store of the catalogue."""

from typing import Literal

from pydantic import Field, field_validator

from engine.settings.base import SettingError, Settings

Store = Literal["sqlite", "mongodb"]


class CatalogueSettings(Settings):
    store: Store = Field(
        "sqlite",
        description="sqlite: a file in the home, without setup. mongodb: a database in a running "
        "MongoDB server.",
    )
    address: str = Field(
        "mongodb://127.0.0.1:27017",
        min_length=1,
        description="Address of the MongoDB server. Keep one with a password outside the "
        "configuration: env:NAME for an environment variable, file:PATH for a file.",
    )
    database: str = Field(
        "plant_studio",
        pattern=r"^[A-Za-z0-9_-]{1,60}$",
        description="Name of the database. Use one database per home.",
    )

    @field_validator("address")
    @classmethod
    def _holds_no_password(cls, address: str) -> str:
        if "@" in address and not address.startswith(("env:", "file:")):
            # The message omits the address, because it may contain a password.
            raise SettingError(
                "{setting} must not hold a user and a password. Put the address into an "
                "environment variable and write env:NAME here."
            )
        return address
