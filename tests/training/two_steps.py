"""Two optimiser steps of TRL's trainers on each dataset of a list, in a process of its own.

Reads jobs as JSON from stdin: ``trainer`` (sft, dpo or kto), ``load`` (arguments of
`datasets.load_dataset`). Writes a JSON line for each: losses, and by how much
the weights moved.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any


def train(job: dict[str, Any], tokenizer: Path, folder: Path) -> dict[str, Any]:
    """Two steps of two rows each on the training split, on a model that knows nothing yet."""
    from datasets import load_dataset
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, set_seed

    set_seed(1)
    words = AutoTokenizer.from_pretrained(tokenizer)
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 2}
    special = {"pad_token_id": words.pad_token_id, "eos_token_id": words.eos_token_id}
    made = LlamaForCausalLM(LlamaConfig(vocab_size=len(words), **sizes, **heads, **special))
    made.save_pretrained(folder / "model")  # Those who compare with it load it again from there.
    model = LlamaForCausalLM.from_pretrained(folder / "model")
    before = model.lm_head.weight.detach().clone()
    rows = load_dataset(**job["load"], split="train", cache_dir=str(folder / "cache"))
    trainer = make(job["trainer"], model, words, rows, folder)
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    moved = float((model.lm_head.weight.detach().cpu() - before).abs().max())
    return {"rows": len(rows), "steps": trainer.state.global_step, "losses": losses, "moved": moved}


def make(kind: str, model: Any, words: Any, rows: Any, folder: Path) -> Any:
    """TRL's trainer of a kind."""
    if kind == "kto":
        from trl.experimental.kto import KTOConfig as Config
        from trl.experimental.kto import KTOTrainer as Trainer
    elif kind == "dpo":
        from trl import DPOConfig as Config
        from trl import DPOTrainer as Trainer
    else:
        from trl import SFTConfig as Config
        from trl import SFTTrainer as Trainer
    steps = {"max_steps": 2, "per_device_train_batch_size": 2, "logging_steps": 1}
    quiet = {"report_to": "none", "save_strategy": "no", "disable_tqdm": True, "use_cpu": True}
    settings = Config(output_dir=str(folder / "out"), bf16=False, **steps, **quiet)
    return Trainer(model=model, args=settings, train_dataset=rows, processing_class=words)


def main() -> None:
    """Every job of stdin; the tokenizer's folder is the only argument."""
    for job in json.load(sys.stdin):
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(train(job, Path(sys.argv[1]), Path(folder))), flush=True)


if __name__ == "__main__":
    main()
