"""The student as one who is asked: an endpoint, a model, and the words that tell generations apart.

It is asked as a teacher is, through the pool and the journal, so a killed probe pays for nothing
twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from configs.errors import ConfigError, ParseError
from configs.recipe import Recipe
from configs.teachers import Teacher
from store.rows import READERS, rows_in
from verifiers.closed_book.asking import MAX_TOKENS

NAME = "student"


@dataclass(frozen=True)
class Student:
    """Who is probed and how: ``key_env`` names the variable with the key, ``key_block`` the Prefect
    Secret block; ``label`` names the generation, an empty one the version its rows are from.
    """

    endpoint: str
    model: str
    key_env: str | None = None
    label: str = ""
    concurrency: int = 16
    max_tokens: int = MAX_TOKENS
    key_block: str | None = None


def recipe_for(student: Student, recipe: Recipe) -> Recipe:
    """A recipe whose only teacher is the student, over the same corpus and in the same folder.

    Raises:
        ConfigError: the address, model or name of a variable cannot be right.
    """
    try:
        teacher = Teacher(
            name=NAME,
            base_url=student.endpoint,
            model=student.model,
            api_key_env=student.key_env,
            api_key_block=student.key_block,
            structured="none",
            temperature=0,
            max_tokens=student.max_tokens,
            concurrency=student.concurrency,
        )
    except ValidationError as error:
        # What stands in the wrong place may be a key, so no value is repeated.
        said = "; ".join(problem["msg"] for problem in error.errors(include_input=False))
        raise ConfigError(f"--endpoint, --model or --key-env: {said}") from None
    return Recipe(
        name=f"{recipe.name[:50]}-probe",
        corpus=recipe.corpus,
        chunking=recipe.chunking,
        teachers=(teacher,),
        output=recipe.output,
        seed=recipe.seed,
        language=recipe.language,
        as_of=recipe.as_of,
    )


def read_harmful(path: Path | None) -> list[str]:
    """Requests that must be refused: a text file with one a line, or rows with a field ``prompt``.

    Raises:
        ConfigError: the file cannot be read, or holds none.
        ParseError: it is not of the form its suffix says; with file and line.
    """
    if path is None:
        return []
    if not path.is_file():
        raise ConfigError(f"--refusals {path}: there is no such file")
    if path.suffix.lower() in READERS:
        found = [_prompt(row, where) for where, row in rows_in([path])]
    else:
        try:
            found = path.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise ParseError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    prompts = [text.strip() for text in found if text.strip()]
    if not prompts:
        raise ConfigError(f"--refusals {path}: it holds no request; write one a line")
    return list(dict.fromkeys(prompts))


def _prompt(row: object, where: str) -> str:
    prompt = row.get("prompt") if isinstance(row, dict) else None
    if not isinstance(prompt, str):
        raise ParseError(f"{where}: prompt: text is wanted, one request that must be refused")
    return prompt
