"""The recipe: everything a run is asked to do, as data.

The models are what the YAML files hold and what the Prefect form shows, so every field has a
description and a default that is safe to start with. They never touch the network or the disk.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Self

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from configs.canary import Canary
from configs.card import CardText
from configs.conditions import Conditions
from configs.corpus import CorpusSource
from configs.documents import Chunking, Folding, Splits
from configs.filters import Diversity, Filters
from configs.gate import Gate, Mixing
from configs.generations import AllowedDepth, DepthLimits
from configs.judges import Judging, check_independent, check_judge
from configs.locations import OUTPUT, Location, location_of
from configs.methods import Method
from configs.model import Model
from configs.references import ReferenceSet
from configs.slices import Slices
from configs.stages import Embedding, Probes
from configs.teachers import Budget, Routing, Teacher
from configs.user_inputs import UserInputs
from configs.verifiers import Entailment, Verifiers

DATASET_NAME = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""Names are folder names: no slash, no leading dot, nothing a shell or a hub would stumble over."""


_Output = Annotated[
    Location, PlainValidator(location_of), PlainSerializer(str), WithJsonSchema({"type": "string"})
]


class Recipe(Model):
    """A dataset to make: corpus, teachers, methods, filters, verifiers, splits and limits."""

    name: str = Field(pattern=DATASET_NAME, description="Dataset name: a-z, 0-9, dot, _ and -.")
    target: int = Field(1000, ge=1, description="Accepted records wanted.")
    max_candidates: int | None = Field(
        None, ge=1, description="Most candidates to generate; by default five times the target."
    )
    seed: int = Field(7, ge=0, description="Seed of every random choice.")
    output: _Output = Field(
        OUTPUT, description="Folder, or s3:// URL, that the dataset is published in."
    )
    description: str = Field("", description="What the dataset is for; goes on its card.")
    card: CardText = Field(
        default_factory=CardText, description="What its card says beside what the run knows."
    )
    as_of: date | None = Field(
        None, description="Date the facts must hold on; by default each source's own date."
    )
    language: str = Field("en", description="ISO 639-1 code of the language to write in.")
    corpus: tuple[CorpusSource, ...] = Field(min_length=1, description="Reference documents.")
    anchor: ReferenceSet | None = Field(
        None, description="Real rows written by people, which records must not copy."
    )
    chunking: Chunking = Field(default_factory=Chunking, description="How documents are cut.")
    folding: Folding = Field(default_factory=Folding, description="Which documents count as one.")
    teachers: tuple[Teacher, ...] = Field(min_length=1, description="Who answers.")
    methods: tuple[Method, ...] = Field(
        default_factory=lambda: (Method(),), min_length=1, description="How records are made."
    )
    conditions: Conditions = Field(
        default_factory=dict,
        description="What the plan draws for each record that a model writes, with weights: "
        "`difficulty: {easy: 2, hard: 1}`. `persona`, `topic`, `difficulty`, `register` and "
        "`length` are told to the teacher as they are; `language` is an ISO 639-1 code.",
    )
    embedding: Embedding = Field(default_factory=Embedding, description="The embedding model.")
    filters: Filters = Field(default_factory=Filters, description="What is dropped, and why.")
    verifiers: Verifiers = Field(default_factory=Verifiers, description="How facts are checked.")
    selection: Diversity = Field(
        default_factory=Diversity, description="How the target number is chosen."
    )
    probes: Probes = Field(default_factory=Probes, description="Collapse probes of the version.")
    gate: Gate | None = Field(
        default_factory=Gate, description="What keeps a version from becoming the latest one."
    )
    approval: bool = Field(
        False,
        description="Whether a version becomes the latest only once somebody has released it.",
    )
    mixing: Mixing | None = Field(
        None, description="Real rows of the anchor in the version; by default it has none."
    )
    user_inputs: UserInputs | None = Field(
        None, description="Real users' messages; each record then gets a twin asked as they ask."
    )
    depth_limits: DepthLimits = Field(
        default_factory=DepthLimits,
        description="How many generations of models trained on this pipeline's data may follow "
        "each other.",
    )
    allow_depth: AllowedDepth | None = Field(
        None, description="Deeper teachers than `depth_limits.block` allows, and why."
    )
    allow_unanchored: str | None = Field(
        None,
        min_length=1,
        description="Why a teacher may write for itself (`student`) without grounding or without a "
        "real anchor; the manifest names it.",
    )
    top_up: tuple[str, ...] = Field(
        (), description="Ids of documents that are asked about first, and twice as often."
    )
    min_coverage: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of the documents that the first round must ask about; a plan that "
        "covers fewer is refused before anything is asked. `stillhouse plan` shows it.",
    )
    splits: Splits = Field(default_factory=Splits, description="Shares of the splits.")
    budget: Budget = Field(default_factory=Budget, description="Ceilings of a run.")
    failover: bool = Field(
        True, description="Whether teachers of one tier stand in for each other."
    )
    routing: Routing = Field(
        default_factory=Routing, description="Cheap teachers first, strong ones for what fails."
    )
    canary: Canary | None = Field(
        default_factory=Canary,
        description="When the run pauses after its first candidates, beside the parent version.",
    )
    slices: Slices | None = Field(
        default_factory=Slices,
        description="When a teacher is asked no more in a style that hardly anything survives of.",
    )
    shard_size: int = Field(500, ge=10, le=20_000, description="Records in one unit of work.")
    _ceilings: Budget | None = PrivateAttr(None)

    def within(self, ceilings: Budget) -> Self:
        """The same recipe, for a run that keeps within other ceilings than the recipe says. They
        are no part of it: the manifest has the recipe's own.
        """
        bounded = self.model_copy()
        bounded._ceilings = ceilings
        return bounded

    @property
    def ceilings(self) -> Budget:
        """What the run may spend."""
        return self._ceilings or self.budget

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [teacher.name for teacher in self.teachers]
        if len(set(names)) != len(names):
            raise ValueError("teachers must have different names")
        methods = [method.name for method in self.methods]
        if len(set(methods)) != len(methods):
            raise ValueError("name each method once, with all of its styles")
        self._check_judges()
        sets = [reference.name for reference in self.reference_sets]
        if len(set(sets)) != len(sets):
            raise ValueError(
                "anchor, methods.prompts and the sets of filters.against and "
                "filters.decontamination must have different names"
            )
        if sum(teacher.max_share for teacher in self.writers) < 1 - 1e-9:
            raise ValueError("the teachers' max_share together must allow the whole plan")
        if self.routing.enabled and len({t.tier for t in self.writers if t.is_model}) < 2:
            raise ValueError("routing needs model teachers of at least two tiers that write")
        for teacher in self.teachers:
            room = teacher.room_for_evidence
            if room is not None and self.chunking.max_chars > 3 * room:
                raise ValueError(
                    f"passages of chunking.max_chars {self.chunking.max_chars} do not fit teacher "
                    f"{teacher.name!r}: {room} tokens are left for evidence; "
                    f"set max_chars to {3 * room} or less, or its max_tokens lower"
                )
        self._check_gate()
        if self.max_candidates is not None and self.max_candidates < self.target:
            raise ValueError("max_candidates must be at least the target")
        return self

    def _check_gate(self) -> None:
        if self.mixing is not None and (self.anchor is None or self.anchor.version is not None):
            raise ValueError(
                "mixing needs real rows: name them as `anchor`, by path or hub (versions hold "
                "synthetic rows)"
            )
        panel = self.probes.collapse
        if self.gate is None or not self.gate.alarms or panel is None:
            return
        # The parent and the anchor share the probability of a false alarm between them.
        least = (1 + (self.anchor is not None)) / self.gate.alpha - 1
        if panel.permutations + 1e-9 < least:
            raise ValueError(
                f"with probes.collapse.permutations {panel.permutations} no alarm can reach "
                f"gate.alpha {self.gate.alpha:g}: set permutations to {math.ceil(least - 1e-9)} or "
                "more, or gate.alarms to []"
            )

    def _check_judges(self) -> None:
        for where, settings in self.judges.items():
            judge = check_judge(settings, where, self.teachers)
            check_independent(settings, where, judge, self.writers)
        if not self.writers:
            raise ValueError("every teacher judges, and none is left to write records")
        filtering, accepting = self.filters.judge, self.probes.acceptance
        if filtering and accepting and _rubric(filtering.rubric) == _rubric(accepting.rubric):
            raise ValueError(
                f"probes.acceptance.rubric and filters.judge.rubric are both "
                f"{_rubric(accepting.rubric)!r}: what filters the records cannot say how good "
                "they are; give two rubrics"
            )

    @property
    def judges(self) -> dict[str, Judging]:
        """Settings of those who ask a teacher to judge, by where they stand in the recipe."""
        grounding = self.verifiers.grounding
        entailment = grounding.entailment if grounding else None
        every = {
            "filters.judge": self.filters.judge,
            "probes.acceptance": self.probes.acceptance,
            "verifiers.grounding.claims": grounding.claims if grounding else None,
            "verifiers.grounding.entailment": entailment if _is_asked(entailment) else None,
        }
        scoring = {f"methods.{method.name}.scoring": method.scoring for method in self.methods}
        found = {**every, **scoring}
        return {where: settings for where, settings in found.items() if settings is not None}

    @property
    def writers(self) -> tuple[Teacher, ...]:
        """Teachers that records are asked of: all but those that judge."""
        judging = {settings.teacher for settings in self.judges.values()}
        return tuple(teacher for teacher in self.teachers if teacher.name not in judging)

    def named(self, teacher: str | None) -> Teacher:
        """The teacher of that name, which must be there."""
        return next(one for one in self.teachers if one.name == teacher)

    @property
    def reference_sets(self) -> tuple[ReferenceSet, ...]:
        """All sets a recipe names: the anchor, earlier versions, evaluation sets, own prompts."""
        clean = self.filters.decontamination
        control = (clean.control,) if clean and clean.control else ()
        anchor = (self.anchor,) if self.anchor else ()
        given = (method.prompts for method in self.methods if method.prompts)
        held = (*anchor, *self.filters.against, *(clean.sets if clean else ()), *control)
        return (*held, *given)

    @property
    def candidate_cap(self) -> int:
        """Most candidates a run may generate."""
        return self.max_candidates or 5 * self.target


def _is_asked(entailment: Entailment | None) -> bool:
    return entailment is not None and entailment.kind == "judge"


def _rubric(prompt_id: str) -> str:
    """A rubric whatever its version."""
    return prompt_id.partition("@")[0]
