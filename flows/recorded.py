"""The recipe that a version was built from, as its manifest recorded it."""

from __future__ import annotations

from pydantic import ValidationError

from configs.errors import ConfigError
from configs.recipe import Recipe
from store.versions import Version


def recorded_recipe(version: Version) -> Recipe:
    """The recipe of a version, with the folder the version is in as its output.

    Raises:
        ConfigError: it is of another version of Stillhouse.
    """
    data = {**version.manifest["recipe"], "output": version.path.parent.parent}
    try:
        return Recipe.model_validate(data)
    except ValidationError:
        raise ConfigError(
            f"the recipe of {version.name} is of another version of Stillhouse; "
            "build the dataset again"
        ) from None
