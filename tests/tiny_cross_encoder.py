"""Cross-encoders of a few thousand weights, made on the spot, with labels in any order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from configs.errors import ConfigError
from store.stages import Pair
from verifiers.entailment import cross_encoder

WORDS = """the bridge was opened in copper conducts electricity library is closed on mondays ann
lee won race oslo grey lake covers square kilometres river flows into it not mary holt surveyed
1931 310 452 . , ? >""".split()
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
MOST = 64
"""Tokens the models read at once."""


def tiny(folder: Path, labels: Sequence[str], seed: int = 0) -> Path:
    """Save a random model with these labels, in this order, and return its folder."""
    torch.manual_seed(seed)
    tokenizer_of().save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(SPECIAL) + len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=MOST,
        initializer_range=0.4,
        id2label=dict(enumerate(labels)),
        label2id={name: place for place, name in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def usable(folder: Path, labels: Sequence[str]) -> Path:
    """Folder of a random model with these labels that passes the trial every model must pass."""
    for seed in range(20):
        found = tiny(folder / f"model-{seed}", labels, seed)
        try:
            cross_encoder.load(str(found))
        except ConfigError:
            continue
        return found
    raise AssertionError("no seed gives a usable model")


def tokenizer_of() -> PreTrainedTokenizerFast:
    """A tokenizer of whole words."""
    vocabulary = {word: place for place, word in enumerate([*SPECIAL, *WORDS])}
    raw = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
    raw.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=MOST,
    )


def logits(folder: Path, pairs: Sequence[Pair]) -> torch.Tensor:
    """What the model of a folder says of pairs, by transformers alone, one pair at a time."""
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    with torch.inference_mode():
        rows = [
            model(**tokenizer(pair.evidence, pair.claim, return_tensors="pt")).logits[0]
            for pair in pairs
        ]
    return torch.stack(rows)
