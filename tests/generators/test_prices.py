"""What a call costs: the order of the tables, unknown models, and the worst case."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RecipeFile, RunCommand, StartServer
from hypothesis import given
from hypothesis import strategies as st

from configs.errors import ConfigError
from configs.teachers import Budget, Teacher
from generators.teachers.prices import Price, price_of, read_table
from store.journal import Reply

OPENAI = "https://api.openai.com/v1"


def teacher(model: str, **more: float) -> Teacher:
    return Teacher(name="big", model=model, base_url=OPENAI, **more)


def own_table(tmp_path: Path, models: str) -> Path:
    path = tmp_path / "prices.yaml"
    path.write_text(f'as_of: "2026-01-02"\nsource: our contract\nmodels:\n  {models}\n')
    return path


def test_the_recipe_comes_first_then_the_own_table_then_the_shipped_one(tmp_path: Path) -> None:
    budget = Budget(prices=own_table(tmp_path, "gpt-4o: {input: 1, output: 2}"))
    given_ = teacher("gpt-4o", usd_per_million_input=7, usd_per_million_output=8)
    found = price_of(given_, budget)
    assert found == Price(7, 8, 7, "the recipe")
    assert price_of(teacher("gpt-4o"), budget) == Price(1, 2, 1, "our contract (2026-01-02)")
    shipped = price_of(teacher("gpt-4o"), Budget())
    assert shipped is not None and (shipped.input, shipped.output) == (2.5, 10)
    assert "2026-11-24" in shipped.source, "a price has its day"


def test_models_outside_the_tables_are_looked_up_offline() -> None:
    found = price_of(teacher("gpt-4-turbo"), Budget())
    assert found is not None and found.input > 0 and found.source.startswith("genai-prices ")


def test_an_unknown_model_has_no_price_and_no_budget_in_money() -> None:
    assert price_of(teacher("our-own-7b"), Budget()) is None
    with pytest.raises(ConfigError, match="usd_per_million_input and usd_per_million_output"):
        price_of(teacher("our-own-7b"), Budget(max_usd=5))
    free = teacher("our-own-7b", usd_per_million_input=0, usd_per_million_output=0)
    found = price_of(free, Budget(max_usd=5))
    assert found is not None and found.worst_usd(10**6, 10**6) == 0, "an explicit zero"


@pytest.mark.parametrize(
    "models", ["gpt-4o: {input: -1, output: 2}", "gpt-4o: 5", "gpt-4o: {in: 1}"]
)
def test_a_bad_table_is_named(tmp_path: Path, models: str) -> None:
    path = own_table(tmp_path, models)
    with pytest.raises(ConfigError, match=f"{path}: price table, models.gpt-4o"):
        read_table(path)
    with pytest.raises(ConfigError, match="cannot read the price table"):
        read_table(tmp_path / "missing.yaml")


@given(
    st.floats(0, 100),
    st.floats(0, 100),
    st.floats(0, 1),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.floats(0, 1),
)
def test_no_call_costs_more_than_its_worst_case(
    input_: float, output: float, discount: float, tokens_in: int, tokens_out: int, share: float
) -> None:
    for factor in (1.0, 0.5):
        price = Price(input_, output, discount * input_, "x", factor)
        cached = int(share * tokens_in)
        reply = Reply("x", "stop", "m", tokens_in, tokens_out, cached_tokens=cached)
        assert price.usd(reply) <= price.worst_usd(tokens_in, tokens_out) + 1e-9


def test_cached_tokens_have_their_own_price() -> None:
    price = Price(10, 0, 1, "x")
    assert price.usd(Reply("x", "stop", "m", 10**6, 0)) == 10
    assert price.usd(Reply("x", "stop", "m", 10**6, 0, cached_tokens=10**6)) == 1


def test_tokens_written_to_a_cache_cost_a_quarter_more() -> None:
    price = Price(10, 0, 1, "x")
    written = Reply("x", "stop", "m", 10**6, 0, cache_write_tokens=10**6)
    assert price.usd(written) == 12.5 <= price.worst_usd(10**6, 0)


def test_a_budget_without_a_price_is_told_before_anything_is_sent(
    stillhouse: RunCommand, recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    said = stillhouse(
        "build", recipe_file(server.url, budget={"max_usd": 1}), "--output", tmp_path / "out"
    )
    assert said.code == 2 and "no table knows model 'tiny-teacher'" in said.err
    assert server.bodies() == []
