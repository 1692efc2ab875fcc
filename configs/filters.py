"""Settings of the filters: one model per filter, named as its stage registers."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from configs.references import ReferenceSet
from configs.stages import RUBRIC_ID, Stage

RecordField = Literal["question", "answer"]

Share = Annotated[float, Field(ge=0, le=1)]
Kind = Literal["email", "phone", "iban", "card", "ip_address", "ssn", "secret_key"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Heuristics(Stage):
    """Cheap checks of each record on its own. Shares are measured on an answer's prose, without
    its code blocks and tables.
    """

    min_question_chars: int = Field(6, ge=0, description="Shorter questions are dropped.")
    min_answer_chars: int = Field(
        1, ge=0, description="Shorter answers are dropped; `7` and `B` are answers."
    )
    max_answer_chars: int = Field(8000, ge=1, description="Longer answers are dropped.")
    languages: tuple[Annotated[str, Field(pattern="^[a-z]{2}$")], ...] = Field(
        (), description="ISO 639-1 codes of languages accepted beside the record's own."
    )
    min_language_score: float = Field(
        0.95, ge=0, le=1, description="Drop when another language is at least this probable."
    )
    on_refusal: Literal["drop", "flag", "keep"] = Field(
        "drop", description="What \"I'm sorry, but I can't\" as the whole answer does to a record."
    )
    on_boilerplate: Literal["drop", "flag", "keep"] = Field(
        "flag", description='What chatter ("Sure! Here is") and web furniture do to a record.'
    )
    on_instruction: Literal["drop", "flag", "keep"] = Field(
        "drop",
        description="What an order to a model ('ignore your instructions'), in a record or in a "
        "passage it was written from, does to a record.",
    )
    mean_word_length: tuple[float, float] = Field(
        (1.1, 15.0), description="Least and largest mean word length."
    )
    max_symbols_per_word: float = Field(
        1.0, ge=0, description="Most hash signs and ellipses per word; 1 lets hashtags pass."
    )
    max_sign_words: Share = Field(0.4, description="Largest share of words of signs only.")
    max_bullet_lines: Share = Field(
        1.0, description="Largest share of lines that begin with a list mark; 1 lets lists pass."
    )
    max_ellipsis_lines: Share = Field(
        0.5, description="Largest share of lines that end in an ellipsis."
    )
    max_runaway: int = Field(
        5, ge=2, description="How often an answer may repeat the same characters up to its end."
    )
    max_compression: float = Field(
        8.0,
        gt=1,
        description="How many times shorter zlib may make an answer: loops of any script.",
    )
    max_duplicate_lines: Share = Field(
        0.55, description="Largest share of repeated lines or paragraphs, by number and characters."
    )
    max_repetition: Share = Field(
        0.6, description="Largest share of repeated 3-word sequences in an answer."
    )
    max_top_ngrams: tuple[Share, Share, Share] = Field(
        (0.75, 0.65, 0.55),
        description="Largest share of characters in the commonest sequence of 2, 3, 4 words.",
    )
    max_duplicate_ngrams: tuple[Share, Share, Share, Share, Share, Share] = Field(
        (0.75, 0.7, 0.65, 0.6, 0.55, 0.5),
        description="Largest share of characters in repeated sequences of 5 to 10 words.",
    )


class Privacy(Stage):
    """Personal data and secrets in questions, answers and quotes."""

    kinds: tuple[Kind, ...] = Field(KINDS, description="What is looked for.")
    on_found: Literal["drop", "flag"] = Field("drop", description="What a find does to its record.")
    allow_in_corpus: bool = Field(
        True,
        description="Whether a value that stands verbatim in the record's own source passage only "
        "flags it, being public already.",
    )
    regions: tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...] = Field(
        ("US", "GB", "DE", "FR", "ES"),
        description="ISO 3166 codes of countries whose national phone formats are looked for; "
        "numbers with + and a country code are always found.",
    )


class ExactDedup(Stage):
    """Copies that differ in case, spacing, punctuation or Unicode form only."""

    fields: tuple[RecordField, ...] = Field(
        ("question", "answer"), min_length=1, description="What must be equal to be a copy."
    )


Groups = Literal["connected", "star"]
_GROUPS = (
    "`connected`: all that hang together by any chain of twins are one group; `star`: each dropped "
    "record is a twin of the kept one itself."
)


class NearDedup(Stage):
    """Near copies by MinHash over n-grams, verified by true Jaccard similarity."""

    threshold: float = Field(0.6, ge=0.01, le=1, description="Jaccard similarity of a twin.")
    fields: tuple[RecordField, ...] = Field(
        ("question", "answer"), min_length=1, description="What must be alike to be a twin."
    )
    unit: Literal["char", "word"] = Field("char", description="What n-grams are made of.")
    ngram: int = Field(5, ge=1, le=20, description="Characters or words per n-gram.")
    bands: int | None = Field(
        None, ge=1, le=512, description="Bands of a signature; by default what the threshold needs."
    )
    rows: int | None = Field(
        None, ge=1, le=64, description="Values per band; give it together with `bands`."
    )
    groups: Groups = Field("connected", description=_GROUPS)

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.bands is None) != (self.rows is None):
            raise ValueError("give `bands` and `rows` together, or neither")
        return self


class SemanticDedup(Stage):
    """Copies in meaning, by cosine similarity of embeddings."""

    threshold: float = Field(0.96, gt=0, le=1, description="Cosine similarity of a twin.")
    groups: Groups = Field("connected", description=_GROUPS)


class Judge(Stage):
    """A language model scores each record by a rubric. It costs money, so none is asked by
    default.
    """

    teacher: str = Field(description="Name of the teacher that judges; it then writes nothing.")
    rubric: str = Field(
        "judge/quality@1.0.0",
        pattern=RUBRIC_ID,
        description="The rubric: id and version of its prompt.",
    )
    min_score: int = Field(
        3, ge=1, le=5, description="A record whose weakest criterion is below this is bad."
    )
    votes: int = Field(1, ge=1, le=9, description="Votes on a record; their median counts.")
    on_low: Literal["drop", "flag"] = Field(
        "drop", description="What a score below `min_score` does to its record."
    )
    on_unreadable: Literal["drop", "flag"] = Field(
        "flag", description="What happens to a record of which no vote can be read."
    )
    allow_same_family: bool = Field(
        False, description="Whether the judge may be of a model family that also writes."
    )


class Decontamination(Stage):
    """Records that hold or rephrase a question of the user's own evaluation sets."""

    sets: tuple[ReferenceSet, ...] = Field(
        (), description="The evaluation sets. Without any, this filter does not run."
    )
    control: ReferenceSet | None = Field(
        None, description="Rows known to be clean; how many of them match is the false-alarm rate."
    )
    ngram: int = Field(8, ge=3, le=50, description="Words per n-gram of a question.")
    answer_ngram: int = Field(13, ge=3, le=50, description="Words per n-gram of an answer.")
    coverage: float = Field(
        0.4, gt=0, le=1, description="Share of an item's n-grams that makes a match."
    )
    cosine: float = Field(
        0.96,
        gt=0,
        le=1,
        description="Cosine similarity of a question that is surely the same; half-way from an "
        "item's neighbours to it lies what makes a rephrased question.",
    )
    on_match: Literal["drop", "flag"] = Field(
        "drop", description="What a match does to its record."
    )


class Leakage(Stage):
    """Training records that are near twins of validation or test records."""

    semantic: float = Field(0.92, gt=0, le=1, description="Cosine similarity of a twin.")
    lexical: float = Field(0.7, gt=0, le=1, description="Jaccard similarity of a twin.")


class Filters(Stage):
    """The filters, in the order they run. Set one to null to leave it out."""

    privacy: Privacy | None = Field(
        default_factory=Privacy, description="Personal data and secrets."
    )
    heuristics: Heuristics | None = Field(
        default_factory=Heuristics, description="Length, language, format, loops and refusals."
    )
    judge: Judge | None = Field(None, description="A language model as a judge.")
    exact: ExactDedup | None = Field(default_factory=ExactDedup, description="Exact duplicates.")
    near: NearDedup | None = Field(default_factory=NearDedup, description="Near duplicates.")
    semantic: SemanticDedup | None = Field(
        default_factory=SemanticDedup, description="Duplicates in meaning."
    )
    leakage: Leakage | None = Field(default_factory=Leakage, description="Twins across the splits.")
    decontamination: Decontamination | None = Field(
        default_factory=Decontamination, description="Matches with evaluation sets."
    )
    against: tuple[ReferenceSet, ...] = Field(
        (), description="Records that are duplicates of rows in these sets are dropped, too."
    )


class Diversity(Stage):
    """Choosing the target number: every source first, then quotas, then what covers most."""

    buckets: str = Field(
        "cluster",
        pattern=r"^(cluster|style|document|language|metadata\.\w+)$",
        description="What has quotas: clusters of meaning, or the values of `style`, `document`, "
        "`language` or a field `metadata.NAME`.",
    )
    max_loss: float = Field(
        0.5, ge=0, le=1, description="Largest share of its fair number that a bucket may lose."
    )
    clusters: int | None = Field(
        None, ge=1, description="Clusters to balance over; by default the root of the rows."
    )
    min_per_source: int = Field(
        1, ge=0, description="Records every source document keeps where it has them."
    )
