"""What a run shows, without a server: the page of counters, names, cells, and the form."""

from __future__ import annotations

from uuid import uuid4

import pytest

from configs.load import load_recipe
from flows.runs.board import Board, Counts
from flows.runs.deciding import Decision, raised
from flows.runs.markdown import table
from flows.runs.names import artifact_key
from store.ledger import Spent


def test_the_page_of_counters() -> None:
    spent = [Spent(10, 1000, 0.5)]
    counts = Counts(100, standing=40, answered=50)
    counts.stages["generate"], counts.dropped["generate"] = (3, 12.0), 4
    board = Board("rivers", uuid4(), counts, lambda: spent[0])
    spent[0] = Spent(25, 3000, 0.75)
    page = board.page()
    assert "| accepted so far | 40 of 100 wanted |" in page
    assert "| cost of this run | 15 requests, 2,000 tokens, $0.2500 |" in page
    assert "| generate | 3 | 12.0 | 4 |" in page
    counts.standing = 100
    assert "| time to the target at this rate | done |" in board.page()


def test_names_and_cells() -> None:
    assert artifact_key("my_data.v2") == "my-data-v2"
    assert artifact_key("embedding passages") == "embedding-passages"
    said = table(["a"], [["a|b\n<img src=x> [x](javascript:0)"]]).splitlines()[-1]
    assert said == "| a\\|b \\<img src=x> \\[x\\](javascript:0) |"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"decision": "approve"}, ""),
        ({"decision": "reject"}, "A rejection needs a reason."),
        ({"decision": "reject", "reason": "dull"}, ""),
        ({"decision": "raise budget"}, "Say at least one new ceiling."),
        ({"decision": "raise budget", "max_usd": 5}, ""),
    ],
)
def test_a_form_says_what_it_lacks(given: dict[str, object], wrong: str) -> None:
    assert Decision.model_validate(given).what_is_wrong() == wrong


def test_only_the_ceilings_that_were_set_change() -> None:
    recipe = load_recipe("quickstart")
    decision = Decision(decision="raise budget", max_requests=9_000)
    changed = raised(recipe, decision)
    assert changed.ceilings.max_requests == 9_000
    assert changed.ceilings.max_usd == recipe.budget.max_usd and changed.budget == recipe.budget
