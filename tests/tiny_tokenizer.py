"""Tokenizers of one token for each byte, with chat templates that know all roles or not."""

from __future__ import annotations

import json
from pathlib import Path

SPECIAL = ("<|start|>", "<|end|>")
_SAY = "<|start|>{{ m.role }}\n{{ m.content }}<|end|>\n"
_END_ALONE = "{{ m.content.split('</think>')[-1] }}"
"""What the templates of some models leave of an answer: right for asking, wrong for training."""


_CALLED = (
    "{% for c in m.tool_calls or [] %}{{ c.function.name }}"
    "{% for k, v in c.function.arguments.items() %}{{ k }}={{ v }}{% endfor %}{% endfor %}"
)
"""The calls of a message that has them in a field."""


def write_tokenizer(
    path: Path, tools: bool = True, refuse: str = "", thinks: bool = True, calls: bool = False
) -> Path:
    """A folder that transformers reads: without ``tools`` its template says nothing of functions
    and their results; with ``refuse`` it raises that for them; where it ``thinks``
    not, it takes reasoning away; only with ``calls`` it knows the field ``tool_calls``.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    path.mkdir()
    names = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *SPECIAL]
    bytewise = Tokenizer(models.BPE({name: number for number, name in enumerate(names)}, []))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    bytewise.decoder = decoders.ByteLevel()
    bytewise.add_special_tokens([AddedToken(name, special=True) for name in SPECIAL])
    bytewise.save(str(path / "tokenizer.json"))
    wrong = "{{ raise_exception('" + refuse + "') }}" if refuse else ""
    say = _SAY.replace("<|end|>", f"{_CALLED}<|end|>") if calls else _SAY
    turn = "{% if m.role == 'tool' %}" + (_SAY if tools and not refuse else wrong)
    turn += "{% else %}" + say + "{% endif %}"
    head = "{% if tools %}tools{{ tools | tojson }}\n{% endif %}" if tools else ""
    end = "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
    template = f"{head}{{% for m in messages %}}{turn}{{% endfor %}}{end}"
    template = template if thinks else template.replace("{{ m.content }}", _END_ALONE)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": SPECIAL[0],
        "eos_token": SPECIAL[1],
        "pad_token": SPECIAL[1],
        "chat_template": template,
    }
    (path / "tokenizer_config.json").write_text(json.dumps(settings))
    return path
