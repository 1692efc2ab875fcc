"""A language model of two megabytes, for real engines: it knows which byte follows which.

A Llama of one layer that does nothing: the embedding is the identity, attention and feed-forward
are zero. The output matrix alone decides, and it holds the logarithms of the next byte's chances.
Inside quotes it closes them sooner or later, so JSON that a grammar binds comes to an end.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

WIDTH, CONTEXT = 288, 8192
SPECIAL = ("<|start|>", "<|end|>")
START, END = 256, 257
VOCABULARY = 256 + len(SPECIAL)
TEXT = (
    "The river carries its water past the mill and on to the lake in every month of the year. "
    "Five quick brown foxes jump over a lazy dog by the wharf at six, seven, eight or nine. "
    "What is the length of the Alder River? It is 310 km long, and 452 or 1978 of them froze. "
)
CLOSES, ENDS, NEVER = 0.05, 0.3, 1e-12
"""Chances that a quote closes, that a text ends after a sentence, and of what is not in TEXT."""
TEMPLATE = (
    "{% for m in messages %}<|start|>{{ m.role }}\n{{ m.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)


def chances() -> np.ndarray:
    """Row: the token before; column: the token that follows."""
    counts = np.zeros((VOCABULARY, VOCABULARY))
    text = TEXT.encode()
    for before, after in zip(text, text[1:] + text[:1], strict=True):
        counts[before, after] += 1
    unknown = np.flatnonzero(counts.sum(axis=1) == 0)
    counts[np.ix_(unknown, list(b"TFWIa"))] = 1  # Begin a sentence after all else.
    known = counts / counts.sum(axis=1, keepdims=True)
    known *= 1 - CLOSES
    known[:, ord('"')] += CLOSES
    for mark in b".?":
        known[mark] *= 1 - ENDS
        known[mark, END] += ENDS
    return np.maximum(known, NEVER)


def tokens() -> list[str]:
    """Names of the bytes as GPT-2 writes them, then the special tokens."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte if byte in plain else next(others)) for byte in range(256)] + list(SPECIAL)


def write_model(path: Path) -> Path:
    """Write the model as GGUF."""
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(32)
    writer.add_head_count(9)
    writer.add_head_count_kv(9)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(WIDTH // 9)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens())
    kinds = [gguf.TokenType.NORMAL] * 256 + [gguf.TokenType.CONTROL] * len(SPECIAL)
    writer.add_token_types(kinds)
    # The format wants a merge; these two bytes stand in no UTF-8.
    writer.add_token_merges([f"{tokens()[0xC0]} {tokens()[0xC1]}"])
    writer.add_bos_token_id(START)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    for name, values in tensors().items():
        writer.add_tensor(name, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def tensors() -> dict[str, np.ndarray]:
    """The weights; a one-hot vector comes out of the last norm as long as the root of WIDTH."""
    output = np.zeros((VOCABULARY, WIDTH))
    output[:, :VOCABULARY] = np.log(chances()).T / np.sqrt(WIDTH)
    square = np.zeros((WIDTH, WIDTH))
    found = {
        "token_embd.weight": np.eye(VOCABULARY, WIDTH),
        "output_norm.weight": np.ones(WIDTH),
        "output.weight": output,
        "blk.0.attn_norm.weight": np.ones(WIDTH),
        "blk.0.ffn_norm.weight": np.ones(WIDTH),
        "blk.0.ffn_gate.weight": np.zeros((32, WIDTH)),
        "blk.0.ffn_up.weight": np.zeros((32, WIDTH)),
        "blk.0.ffn_down.weight": np.zeros((WIDTH, 32)),
    }
    names = ("attn_q", "attn_k", "attn_v", "attn_output")
    return {**found, **{f"blk.0.{name}.weight": square for name in names}}


def write_folder(path: Path) -> Path:
    """Write the same model as transformers reads it: a folder of weights, settings, tokeniser."""
    from safetensors.numpy import save_file
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    path.mkdir()
    weights = {_renamed(name): values.astype(np.float32) for name, values in tensors().items()}
    save_file(weights, path / "model.safetensors", {"format": "pt"})
    (path / "config.json").write_text(json.dumps(SETTINGS))
    sampled = {"do_sample": True, "bos_token_id": START, "eos_token_id": END, "pad_token_id": END}
    (path / "generation_config.json").write_text(json.dumps(sampled))
    bytewise = Tokenizer(models.BPE({name: number for number, name in enumerate(tokens())}, []))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    bytewise.add_special_tokens([AddedToken(name, special=True) for name in SPECIAL])
    bytewise.save(str(path / "tokenizer.json"))
    (path / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "tokenizer_class": "PreTrainedTokenizerFast",
                "bos_token": SPECIAL[0],
                "eos_token": SPECIAL[1],
                "pad_token": SPECIAL[1],
                "chat_template": TEMPLATE,
            }
        )
    )
    return path


SETTINGS = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": VOCABULARY,
    "hidden_size": WIDTH,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 9,
    "num_key_value_heads": 9,
    "max_position_embeddings": CONTEXT,
    "tie_word_embeddings": False,
    "bos_token_id": START,
    "eos_token_id": END,
    "pad_token_id": END,
    "dtype": "float32",
}


def _renamed(name: str) -> str:
    """What transformers calls a tensor."""
    for ours, theirs in (
        ("token_embd", "model.embed_tokens"),
        ("output_norm", "model.norm"),
        ("output.", "lm_head."),
        ("blk.0.attn_norm", "model.layers.0.input_layernorm"),
        ("blk.0.ffn_norm", "model.layers.0.post_attention_layernorm"),
        ("blk.0.attn_output", "model.layers.0.self_attn.o_proj"),
    ):
        if name.startswith(ours):
            return name.replace(ours, theirs)
    _, _, part, _ = name.split(".")
    block, _, what = part.partition("_")
    room = {"attn": "self_attn", "ffn": "mlp"}[block]
    return f"model.layers.0.{room}.{what}_proj.weight"
