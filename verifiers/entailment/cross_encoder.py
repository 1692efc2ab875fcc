"""Cross-encoders: classifiers that read evidence and claim together, from a folder or a hub.

Evidence that is longer than the model reads is cut into windows that overlap, and the window that
says most counts. Code of a model's own is never run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from configs.errors import ConfigError
from store.located import folder_hash, located
from store.stages import Entailed, Pair
from store.text import storable
from verifiers.entailment.labels import Labels, labels_of

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder as Model

_MOST_TOKENS = 512
"""Tokens of a window: what these models were trained on, even where they could read more."""
_LEAST_TOKENS = 32
"""Evidence that a window must leave room for beside the claim."""
_SLACK = 2
"""Tokens that a word in two pieces may take more than it takes whole."""
_BATCH = 32
_PLAIN = (
    "The bridge was opened in 1931.",
    "Copper conducts electricity.",
    "The library is closed on Mondays.",
    "Ann Lee won the race in Oslo.",
)
"""Sentences a model is tried out on: each supports itself, and none supports another."""

_one_at_a_time = Lock()  # a forward pass takes all threads there are


@dataclass(frozen=True)
class CrossEncoder:
    """A model ready to judge; ``most`` is the number of tokens it reads at once."""

    model: Model
    labels: Labels
    most: int

    def __call__(self, pairs: Sequence[Pair]) -> list[Entailed]:
        """One answer per pair, in their order; an output that is no number is no answer."""
        cut = [list(self._windows(storable(p.claim), storable(p.evidence))) for p in pairs]
        flat = [piece for pieces in cut for piece in pieces]
        rows = self._probabilities(flat) if flat else np.zeros((0, 2))
        starts = np.cumsum([0, *map(len, cut)])
        return [
            self._answer(rows[start : start + len(pieces)])
            for start, pieces in zip(starts, cut, strict=False)
        ]

    def _answer(self, rows: NDArray[np.float64]) -> Entailed:
        if not len(rows):
            return Entailed(None, said=f"the claim is too long for a model of {self.most} tokens")
        if np.isnan(rows[:, 0]).any():
            return Entailed(None, said="the model gave a score that is no number")
        supported, against = rows.max(axis=0)
        return Entailed(float(supported), None if np.isnan(against) else float(against))

    def _windows(self, claim: str, evidence: str) -> Iterator[tuple[str, str]]:
        """The claim with each piece of the evidence that fits; none where the claim fills it all.
        Neighbours share a quarter, so that a statement at a cut is whole in one of them.
        """
        tokenizer: Any = self.model.tokenizer
        own = len(tokenizer(claim, add_special_tokens=False, verbose=False)["input_ids"])
        room = self.most - own - tokenizer.num_special_tokens_to_add(pair=True) - _SLACK
        if room < _LEAST_TOKENS:
            return
        spans = tokenizer(
            evidence, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )["offset_mapping"]
        for start in range(0, max(1, len(spans) - room // 4), room - room // 4):
            if start == 0 and len(spans) <= room:
                yield evidence, claim
                return
            piece = spans[start : start + room]
            yield evidence[piece[0][0] : piece[-1][1]], claim

    def _probabilities(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Support and contradiction of pairs of evidence and claim. The model sorts them by length,
        so that little is spent on padding.
        """
        import torch

        with _one_at_a_time:
            logits = self.model.predict(
                [*pairs],
                batch_size=_BATCH,
                show_progress_bar=False,
                activation_fn=torch.nn.Identity(),
            )
        return self.labels.probabilities(logits)


@lru_cache(maxsize=2)
def load(name: str) -> CrossEncoder:
    """The model of that hub name or folder, ready to judge, on the fastest device there is.

    Raises:
        ConfigError: it cannot be loaded, needs code of its own, has labels that say nothing, or
            takes a sentence to be supported by another one rather than by itself.
    """
    from sentence_transformers import CrossEncoder as Model
    from transformers import AutoConfig
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        path, revision = located(name)
        where = {"revision": revision, "trust_remote_code": False}
        settings: Any = AutoConfig.from_pretrained(path, **where)
        _check_kind(settings.architectures or ["unknown"], name)
        model = Model(path, **where)
    except (OSError, ValueError, ImportError, KeyError, RuntimeError) as error:
        raise _not_loaded(name, error) from error
    if not model.tokenizer.is_fast:
        raise ConfigError(f"entailment.model {name!r} has no fast tokenizer; choose another model")
    model.max_seq_length = _limit(model)
    found = CrossEncoder(model, labels_of(settings.id2label, name), model.max_seq_length)
    _try_out(found, name, ", ".join(settings.id2label.values()))
    return found


@lru_cache(maxsize=8)
def identity(name: str) -> list[str]:
    """All that decides what the model says of a pair: its files, or its name and revision.

    Raises:
        ConfigError: there is no such model.
    """
    try:
        path, revision = located(name)
    except (OSError, ValueError) as error:
        raise _not_loaded(name, error) from error
    return [name, revision] if revision else [folder_hash(Path(path))]


def _check_kind(built: Sequence[str], name: str) -> None:
    """Refuse what would be loaded with a last layer of random numbers."""
    if not any(kind.endswith("ForSequenceClassification") for kind in built):
        raise ConfigError(
            f"entailment.model {name!r} is no sequence classifier but {', '.join(built)}; choose a "
            "model trained on natural language inference"
        )


def _limit(model: Model) -> int:
    own = [model.max_seq_length, getattr(model.config, "max_position_embeddings", None)]
    return min([_MOST_TOKENS, *(int(size) for size in own if size and size > 0)])


def _try_out(model: CrossEncoder, name: str, labels: str) -> None:
    """Labels can be named wrongly, and numbered ones are a guess; so sentences must be supported by
    themselves more than by others, on average.
    """
    same = model([Pair(text, text) for text in _PLAIN])
    other = model([Pair(text, _PLAIN[i - 1]) for i, text in enumerate(_PLAIN)])
    if any(answer.supported is None for answer in (*same, *other)):
        raise ConfigError(
            f"entailment.model {name!r} gives scores that are no numbers; its files may be damaged"
        )
    if sum(a.supported or 0 for a in same) <= sum(a.supported or 0 for a in other):
        raise ConfigError(
            f"entailment.model {name!r} finds sentences better supported by others than by "
            f"themselves, going by its labels ({labels}): these are named the wrong way round, or "
            "it is no entailment model; choose another, or correct `id2label` of config.json in a "
            "copy of its folder"
        )


def _not_loaded(name: str, error: Exception) -> ConfigError:
    if "trust_remote_code" in str(error):
        return ConfigError(
            f"entailment.model {name!r} needs code of its own to be run (trust_remote_code), which "
            "Stillhouse never does; choose a model of a standard architecture, for example a "
            "DeBERTa trained on natural language inference, or entailment.kind: judge"
        )
    return ConfigError(
        f"entailment.model {name!r} cannot be loaded ({type(error).__name__}); give the folder of "
        "a sequence classifier, or a hub name on a machine that reaches the hub"
    )
