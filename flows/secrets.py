"""Keys of teachers, from the environment or from Prefect Secret blocks; never from a recipe."""

from __future__ import annotations

import os
from typing import Any

from configs.errors import ConfigError
from configs.recipe import Recipe
from configs.teachers import Teacher


def secrets_of(recipe: Recipe) -> dict[str, str]:
    """Keys by teacher; teachers without one are left out.

    Raises:
        ConfigError: the variable or block that a teacher names holds no key.
    """
    found = {teacher.name: secret_of(teacher) for teacher in recipe.teachers}
    return {name: secret for name, secret in found.items() if secret}


def secret_of(teacher: Teacher) -> str:
    """The key of a teacher, empty where it needs none."""
    if teacher.api_key_block:
        key = _from_block(teacher.name, teacher.api_key_block)
        source = f"the Prefect Secret block {teacher.api_key_block!r}"
    elif teacher.api_key_env:
        key = _from_environment(teacher.name, teacher.api_key_env)
        source = f"the environment variable {teacher.api_key_env}"
    else:
        return ""
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(
            f"teacher {teacher.name!r}: the key in {source} has a line break or a character that "
            "is not ASCII, which no server can be sent; copy the key again"
        )
    return key


def _from_environment(teacher: str, variable: str) -> str:
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ConfigError(
            f"teacher {teacher!r}: the environment variable {variable} holds no key; export it, "
            "or take api_key_env out for a server without keys"
        )
    return key


def _from_block(teacher: str, block: str) -> str:
    from prefect.blocks.system import Secret

    load: Any = Secret.load
    try:
        key = str(load(block, _sync=True).get()).strip()
    except Exception as error:
        # Whatever is wrong with the server or the block, its text could repeat the secret.
        raise ConfigError(
            f"teacher {teacher!r}: cannot read the Prefect Secret block {block!r} "
            f"({type(error).__name__}); is PREFECT_API_URL set, and the block there?"
        ) from None
    if not key:
        raise ConfigError(f"teacher {teacher!r}: the Prefect Secret block {block!r} is empty")
    return key
