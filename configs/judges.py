"""Who may judge: a teacher that writes nothing, of another model family than those that write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from configs.teachers import Teacher

FAMILIES = {
    "gpt": r"gpt|chatgpt|davinci|codex|o\d+$",
    "claude": r"claude",
    "llama": r"llama|codellama|tinyllama|vicuna|alpaca",
    "qwen": r"qwen|qwq|qvq|codeqwen",
    "mistral": r"mistral|mixtral|ministral|codestral|magistral|devstral|pixtral|zephyr",
    "gemini": r"gemini|gemma|codegemma|medgemma|palm",
    "deepseek": r"deepseek",
    "phi": r"phi\d*$",
    "command": r"command|aya|c4ai",
    "grok": r"grok",
    "nova": r"nova",
    "glm": r"glm|chatglm",
    "kimi": r"kimi|moonshot",
    "granite": r"granite",
    "falcon": r"falcon",
    "yi": r"yi\d*$",
}
"""How the words of a model's name begin, by family."""

_WORDS = re.compile(r"[a-z0-9]+")


class Judging(Protocol):
    """Settings of whoever asks a teacher to judge."""

    @property
    def teacher(self) -> str | None:
        """Name of the teacher that judges."""
        ...

    @property
    def allow_same_family(self) -> bool:
        """Whether it may be of a family that writes."""
        ...


def families_of(teacher: Teacher) -> frozenset[str]:
    """The model families a teacher belongs to, none where it works by rule: what ``family`` says,
    else those its model's name gives away. A distilled model may name two; a name that tells none
    stands for itself by its first word.
    """
    if teacher.family:
        return frozenset({teacher.family.casefold()})
    words = _WORDS.findall((teacher.model or "").casefold().rsplit("/", 1)[-1])
    if not teacher.is_model or not words:
        return frozenset()
    named = {name for name, how in FAMILIES.items() for word in words if re.match(how, word)}
    return frozenset(named or {words[0]})


def shared_families(judge: Teacher, writers: Sequence[Teacher]) -> dict[str, str]:
    """Families a judge has in common with teachers that write, by the names of those teachers."""
    own = families_of(judge)
    shared = {writer.name: own & families_of(writer) for writer in writers}
    return {name: ", ".join(sorted(families)) for name, families in shared.items() if families}


def check_judge(settings: Judging, where: str, teachers: Sequence[Teacher]) -> Teacher:
    """The teacher that judges.

    Raises:
        ValueError: there is none of that name, or it works by rule.
    """
    judge = next((t for t in teachers if t.name == settings.teacher), None)
    if judge is None or not judge.is_model:
        known = ", ".join(t.name for t in teachers if t.is_model) or "none"
        raise ValueError(
            f"{where}.teacher {settings.teacher!r} is no model teacher of this recipe; "
            f"those are: {known}"
        )
    return judge


def check_independent(
    settings: Judging, where: str, judge: Teacher, writers: Sequence[Teacher]
) -> None:
    """Refuse a judge that would judge its own kin, unless that is allowed.

    Raises:
        ValueError: it shares a model family with a teacher that writes.
    """
    shared = shared_families(judge, writers)
    if shared and not settings.allow_same_family:
        writer, family = next(iter(shared.items()))
        raise ValueError(
            f"{where}.teacher {judge.name!r} is of the same model family ({family}) as teacher "
            f"{writer!r}, and models favour their own kin: name a judge of another family, say "
            f"`family:` where a model's name misleads, or set {where}.allow_same_family: true"
        )
