"""Settings of the filters: one model per filter, named as its stage registers."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from configs.stages import Stage

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

    fields: tuple[Literal["question", "answer"], ...] = Field(
        ("question", "answer"), min_length=1, description="What must be equal to be a copy."
    )


class NearDedup(Stage):
    """Near copies by MinHash over character n-grams, verified by true Jaccard similarity."""

    threshold: float = Field(0.85, gt=0, le=1, description="Jaccard similarity of a twin.")
    ngram: int = Field(5, ge=2, le=20, description="Characters per n-gram.")
    permutations: int = Field(128, ge=16, le=1024, description="Hashes per record.")


class SemanticDedup(Stage):
    """Copies in meaning, by cosine similarity of embeddings."""

    threshold: float = Field(0.96, gt=0, le=1, description="Cosine similarity of a twin.")


class Filters(Stage):
    """The filters, in the order they run. Set one to null to leave it out."""

    heuristics: Heuristics | None = Field(
        default_factory=Heuristics, description="Length, language, format, loops and refusals."
    )
    privacy: Privacy | None = Field(
        default_factory=Privacy, description="Personal data and secrets."
    )
    exact: ExactDedup | None = Field(default_factory=ExactDedup, description="Exact duplicates.")
    near: NearDedup | None = Field(default_factory=NearDedup, description="Near duplicates.")
    semantic: SemanticDedup | None = Field(
        default_factory=SemanticDedup, description="Duplicates in meaning."
    )


class Diversity(Stage):
    """Choosing the target number: every source first, then clusters, spread inside each."""

    clusters: int | None = Field(
        None, ge=1, description="Clusters to balance over; by default the root of the rows."
    )
    min_per_source: int = Field(
        1, ge=0, description="Records every source document keeps where it has them."
    )
