"""What a dataset's card says that no run can know: what it is for, its limits, whom to ask."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from configs.model import Model

_LOGIN = re.compile(r"\w+://[^/\s@]+@")


class CardText(Model):
    """Words for the card and the Croissant metadata of a dataset; what a run knows, it adds."""

    intended_use: str = Field("", description="What the dataset is meant for.")
    out_of_scope: str = Field("", description="What it must not be used for.")
    limits: str = Field("", description="Limits that the figures do not show.")
    creator: str = Field("", description="Person or organisation that publishes it.")
    contact: str = Field("", description="Where faults are reported: an address or a page.")
    url: str = Field("", description="Page of the dataset, where it has one.")
    licence: str = Field(
        "",
        description="Licence the dataset is published under, for example cc-by-4.0; by default "
        "that of its sources, where it is one that is known.",
    )
    licence_url: str = Field("", description="Where that licence can be read.")

    @field_validator("*")
    @classmethod
    def _without_login(cls, text: str) -> str:
        """A card is published, so an address on it logs nobody in."""
        if _LOGIN.search(text):
            raise ValueError(
                "it is published on the card; write the address without a user's name or password"
            )
        return text
