"""The recipe that a version was built from, as its manifest recorded it."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from configs.errors import ConfigError
from configs.load import find_recipe, load_recipe
from configs.locations import OUTPUT, Location
from configs.recipe import Recipe
from store.versions import Version, find_version, latest


def recorded_recipe(version: Version) -> Recipe:
    """The recipe of a version, with the folder the version is in as its output.

    Raises:
        ConfigError: it is of another version of Stillhouse.
    """
    data = {**version.manifest["recipe"], "output": version.root}
    try:
        return Recipe.model_validate(data)
    except ValidationError:
        raise ConfigError(
            f"the recipe of {version.name} is of another version of Stillhouse; "
            "build the dataset again"
        ) from None


def recipe_and_version(
    recipe_or_dataset: str, output: Location | None
) -> tuple[Recipe, Version | None, bool]:
    """What a recipe's file or name, or ``DATASET[@N]``, means: the recipe, the version (the latest
    of a recipe, if there is one), and whether the recipe is the one recorded in it.

    Raises:
        ConfigError: there is no such recipe and no such version.
    """
    version = version_named(recipe_or_dataset, output)
    if version is not None:
        return recorded_recipe(version), version, True
    recipe = load_recipe(recipe_or_dataset, output=output)
    return recipe, latest(recipe.output, recipe.name), False


def version_named(recipe_or_dataset: str, output: Location | None) -> Version | None:
    """The version that ``DATASET[@N]`` means, None where it means a recipe.

    Raises:
        ConfigError: there is no such recipe and no such version.
    """
    try:
        find_recipe(recipe_or_dataset)
    except ConfigError as no_recipe:
        if Path(recipe_or_dataset).suffix in (".yaml", ".yml"):
            raise
        return _version(recipe_or_dataset, output or OUTPUT, no_recipe)
    return None


def _version(spec: str, root: Location, no_recipe: ConfigError) -> Version:
    try:
        return find_version(root, spec)
    except ConfigError as no_version:
        if "@" in spec:
            raise
        raise ConfigError(f"{no_recipe}\n{no_version}") from None
