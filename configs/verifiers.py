"""Settings of the verifiers: how claims are made, held against the corpus, and what follows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from configs.stages import RUBRIC_ID, Stage

Outcome = Literal["keep", "flag", "drop"]


class Policy(Stage):
    """What the verdicts on a record's claims do to the record."""

    contradicted: Outcome = Field("drop", description="A claim that the corpus contradicts.")
    stale: Outcome = Field(
        "drop", description="A claim that only an expired or superseded document supports."
    )
    unknown_identifier: Outcome = Field(
        "drop", description="A name, number of a case, code or link that the corpus lacks."
    )
    missing_quote: Outcome = Field("drop", description="A quote that stands nowhere in the corpus.")
    failed_execution: Outcome = Field(
        "drop", description="Code that fails, arithmetic that is wrong, JSON that does not parse."
    )
    unanchored_time: Outcome = Field(
        "flag", description="A claim on what is current, latest or of this year, without a date."
    )
    no_claims: Outcome = Field("drop", description="An answer that claims nothing checkable.")
    max_not_found: float = Field(
        0.1, ge=0, le=1, description="Largest share of claims without evidence in a kept record."
    )


POLICIES = {
    "strict": Policy(unanchored_time="drop", max_not_found=0.0),
    "standard": Policy(),
    "lenient": Policy(
        stale="flag",
        unknown_identifier="flag",
        missing_quote="flag",
        failed_execution="flag",
        unanchored_time="keep",
        no_claims="flag",
        max_not_found=0.5,
    ),
}
"""Row policies by name."""


class AskedClaims(Stage):
    """Claims drawn from answers by a teacher instead of by rule."""

    teacher: str = Field(description="Name of the teacher that splits; it then writes nothing.")
    prompt: str = Field(
        "claims/split@1.0.0", pattern=RUBRIC_ID, description="Id and version of the prompt."
    )
    allow_same_family: bool = Field(
        False, description="Whether it may be of a model family that also writes."
    )


class Entailment(Stage):
    """A model's word on claims that no exact check decides."""

    kind: Literal["cross-encoder", "judge"] = Field(
        description="`cross-encoder` is a model from a hub or a folder; `judge` asks a teacher."
    )
    model: str | None = Field(
        None, description="For `cross-encoder`: hub name or folder, for sentence-transformers."
    )
    teacher: str | None = Field(
        None, description="For `judge`: name of the teacher; it then writes nothing."
    )
    prompt: str = Field(
        "entailment/judge@1.0.0",
        pattern=RUBRIC_ID,
        description="For `judge`: id and version of the prompt.",
    )
    threshold: float = Field(
        0.5, ge=0, le=1, description="Probability from which on a claim counts as supported."
    )
    allow_same_family: bool = Field(
        False, description="Whether the judge may be of a model family that also writes."
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.kind == "cross-encoder" and not self.model:
            raise ValueError("entailment of kind cross-encoder needs `model`: a hub name or folder")
        if self.kind == "judge" and not self.teacher:
            raise ValueError("entailment of kind judge needs `teacher`: a name of `teachers`")
        return self


class EvidenceFilter(Stage):
    """Which documents may be evidence; all may where nothing is set. A document must meet every
    field that is set. Patterns are globs: `*` stands for any characters, case counts.
    """

    documents: tuple[str, ...] = Field((), description="Patterns of document ids.")
    sources: tuple[str, ...] = Field((), description="Patterns of the documents' sources.")
    licences: tuple[str, ...] = Field((), description="Patterns of the documents' licences.")
    kinds: tuple[str, ...] = Field((), description="Kinds of documents, such as `prose`.")
    not_before: date | None = Field(
        None, description="Only documents that hold from this day or from a later one."
    )
    not_after: date | None = Field(
        None, description="Only documents that hold from this day or from an earlier one."
    )
    dated_only: bool = Field(
        False, description="Leave out documents that do not say from when they hold."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.not_before and self.not_after and self.not_before > self.not_after:
            raise ValueError("evidence: `not_before` is later than `not_after`")
        return self


class Execution(Stage):
    """What is done with code in answers. Arithmetic is always recomputed."""

    code: Literal["off", "parse", "run"] = Field(
        "parse",
        description="`parse` reads blocks of Python and JSON; `run` also runs Python, shut in, and "
        "only where the kernel allows that (store/sandbox).",
    )
    timeout_s: float = Field(5.0, gt=0, le=60, description="Seconds a block may run.")
    memory_mb: int = Field(512, ge=64, le=16_384, description="Memory a block may take, in MB.")


class Grounding(Stage):
    """Every claim of an answer is checked against the whole corpus."""

    top_k: int = Field(5, ge=1, le=50, description="Passages retrieved for a claim.")
    min_coverage: float = Field(
        0.6, ge=0, le=1, description="Share of a claim's wording its evidence must hold."
    )
    conflict_coverage: float = Field(
        0.45, ge=0, le=1, description="Wording a line must share to contradict a claim."
    )
    evidence: EvidenceFilter = Field(
        default_factory=EvidenceFilter, description="Which documents may be evidence."
    )
    policy: Literal["strict", "standard", "lenient"] | Policy = Field(
        "standard", description="What the verdicts on claims do to a record: a name, or the rules."
    )
    claims: AskedClaims | None = Field(
        None, description="A teacher that splits answers into claims; null splits by rule."
    )
    entailment: Entailment | None = Field(
        None, description="A model's word on claims that no exact check decides."
    )
    calibration: str | None = Field(
        None,
        description="File that `stillhouse review` wrote from labels: the probabilities of scores, "
        "and from which one on a claim counts as supported.",
    )
    execution: Execution = Field(
        default_factory=Execution, description="What is done with code in answers."
    )

    @property
    def asks(self) -> bool:
        """Whether a teacher is asked."""
        judged = self.entailment is not None and self.entailment.kind == "judge"
        return judged or self.claims is not None

    @property
    def scorer(self) -> str:
        """Whose scores decide where nothing exact does; no folder's path is in it."""
        chosen = self.entailment
        if chosen is None:
            return "wording"
        if chosen.kind == "judge":
            return f"judge {chosen.teacher} by {chosen.prompt}"
        name = chosen.model or ""
        return f"cross-encoder {Path(name).name if Path(name).is_absolute() else name}"

    @property
    def rules(self) -> Policy:
        """The row policy, spelled out."""
        return POLICIES[self.policy] if isinstance(self.policy, str) else self.policy


class Repair(Stage):
    """Records with failed claims go back to their teacher, with the verdicts and the evidence."""

    rounds: int = Field(1, ge=1, le=3, description="How often a record may go back.")


class Verifiers(Stage):
    """The verifiers. Set one to null to leave it out."""

    grounding: Grounding | None = Field(
        default_factory=Grounding, description="Claims against the corpus."
    )
    repair: Repair | None = Field(
        None, description="Send records with failed claims back to their model teacher."
    )

    @model_validator(mode="after")
    def _repairs_what_was_checked(self) -> Self:
        if self.repair is not None and self.grounding is None:
            raise ValueError(
                "repair needs `grounding`: without it no claim is known to have failed"
            )
        return self
