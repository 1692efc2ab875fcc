"""The catalogue: its page is the code's, and what recipes may name."""

from __future__ import annotations

import pytest
from conftest import ROOT, RecipeFile, RunCommand

from configs.errors import ConfigError
from configs.load import load_recipe
from configs.methods import method_names
from flows.pipeline import build
from flows.views.methods import methods_page
from generators.catalogue import catalogue


def test_the_page_is_what_the_code_says() -> None:
    ours = dict(catalogue())
    page = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    assert page == methods_page(ours), "run: stillhouse methods --page docs/catalogue.md"
    assert all(entry.example for entry in ours.values())


def test_names_are_known_without_importing_a_method() -> None:
    assert method_names() == tuple(catalogue())


def test_unknown_methods_and_styles_are_refused(
    recipe_file: RecipeFile, stillhouse: RunCommand
) -> None:
    said = stillhouse("build", recipe_file(methods=[{"name": "grounded"}]))
    assert (
        said.code == 2
        and "there is no method 'grounded'; there are: backtranslate, columns" in said.err
    )
    path = recipe_file(methods=[{"styles": {"clozes": 1}}])
    with pytest.raises(ConfigError, match="no style 'clozes'; there are: question_answer, cloze"):
        build(load_recipe(str(path)))
    twice = [{"styles": {"cloze": 1}}, {"styles": {"true_false": 1}}]
    with pytest.raises(ConfigError, match="name each method once"):
        load_recipe(str(recipe_file(methods=twice)))


def test_the_command_lists_them(stillhouse: RunCommand) -> None:
    said = stillhouse("methods")
    assert said.code == 0 and all(name in said.out for name in catalogue())
