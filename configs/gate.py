"""What a version must hold to become the latest one, and the real rows it is mixed with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from configs.model import Model

Share = Annotated[float, Field(ge=0, le=1)]


class Gate(Model):
    """A version that fails is published as `quarantined` and does not become the latest one.

    Losses are in points of the share, against the parent version, and count where they are more
    than chance.
    """

    alarms: tuple[Literal["parent", "anchor"], ...] = Field(
        ("parent",),
        description="References whose alarms in the collapse panel fail the version. Synthetic "
        "rows nearly always differ from real ones, so the anchor's are notes by default.",
    )
    alpha: float = Field(
        0.005,
        gt=0,
        lt=1,
        description="Largest adjusted p-value of an alarm that fails the version: stricter than "
        "the panel's own, whose alarms are notes. Its permutations must allow for it.",
    )
    noted: tuple[str, ...] = Field(
        (), description="Figures of the panel whose alarms are notes only, for example vendi."
    )
    max_accuracy_loss: Share | None = Field(
        0.02, description="Most that the share of supported claims may fall."
    )
    max_document_loss: Share | None = Field(
        0.05, description="Most that the share of the corpus's documents with a record may fall."
    )
    max_tail_loss: Share | None = Field(
        0.05,
        description="Most that the share of documents without a record may rise among the tenth "
        "that were asked about least.",
    )
    min_accuracy: Share | None = Field(
        None, description="Least share of supported claims, whatever the parent had."
    )
    min_documents: Share | None = Field(
        None, description="Least share of the corpus's documents with a record."
    )


class Mixing(Model):
    """The anchor's real rows as a part of the version: kept by every later one."""

    held_out: Share = Field(
        0.1,
        description="Share of the real rows for the splits that `splits.real_only` names, and "
        "never for training.",
    )
    real_shares: tuple[Annotated[float, Field(gt=0, le=1)], ...] = Field(
        (1.0, 0.5, 0.25, 0.1),
        description="Training sets of equal size with these shares of real rows, each published as "
        "a configuration of its own (`real_50`), to compare students by.",
    )
    max_synthetic: Share = Field(0.9, description="A larger share of synthetic rows is noted.")
