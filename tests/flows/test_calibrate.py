"""The figures of a calibration against ones computed by hand, and labels that do not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile

from configs.errors import ConfigError
from configs.filters import Judge
from configs.load import load_recipe
from configs.recipe import Recipe
from flows import judging
from flows.calibrate import Labelled, _shown, keep, measure, read_labels, threshold

JUDGE = Judge(teacher="judge")


def test_figures_equal_those_computed_by_hand() -> None:
    # 8 bad rows of which 6 are dropped, 12 good ones of which 2 are.
    bad = [True] * 8 + [False] * 12
    dropped = [True] * 6 + [False] * 2 + [True] * 2 + [False] * 10
    found = threshold(3, bad, dropped)
    assert (found.precision, found.recall, found.dropped) == (6 / 8, 6 / 8, 8)
    assert found.f1 == pytest.approx(0.75) and found.accuracy == 16 / 20
    # Chance: (8 * 8 + 12 * 12) / 400 = 0.52, so kappa is (0.8 - 0.52) / 0.48.
    assert found.kappa == pytest.approx(0.58333, abs=1e-5)
    # Wilson for 6 of 8, as in Brown, Cai and DasGupta (2001).
    assert found.recall_interval == pytest.approx((0.4093, 0.9285), abs=1e-4)


def test_a_threshold_that_drops_nothing_has_no_precision() -> None:
    found = threshold(2, [True, False], [False, False])
    assert found.precision is None and found.precision_interval is None
    assert (found.recall, found.f1, found.kappa) == (0, 0, 0)


def test_leniency_and_unread_rows() -> None:
    rows = [Labelled(question="q", answer="a", label=n) for n in (1, 2, 4, 5, 3)]
    found = measure(rows, [3, 3, 5, 5, None], 3, unread_votes=1)
    assert found.leniency == pytest.approx((2 + 1 + 1 + 0) / 4)
    assert (found.labelled, found.bad, found.unreadable, found.bad_below) == (5, 2, 1, 3)
    assert found.recommended == 4, "4 and 5 drop the same rows, and 4 is the lower one"
    with pytest.raises(ConfigError, match="only 2 of 5 rows got a vote that can be read"):
        measure(rows, [1, 2, None, None, None], 3, unread_votes=3)


def with_judge(recipe_file: RecipeFile, output: Path, **judge: Any) -> Recipe:
    teachers = [
        {"name": "rules", "kind": "grounded-templates"},
        {"name": "judge", "base_url": "http://127.0.0.1:9/v1", "model": "qwen3"},
    ]
    path = recipe_file(teachers=teachers, filters={"judge": {"teacher": "judge", **judge}})
    return load_recipe(str(path), output=output)


def test_a_calibration_holds_for_the_judge_it_was_made_with(
    recipe_file: RecipeFile, tmp_path: Path
) -> None:
    recipe = with_judge(recipe_file, tmp_path / "out")
    rows = [Labelled(question="q", answer="a", label=n) for n in (1, 2, 4, 5)]
    assert recipe.filters.judge is not None
    keep(recipe, recipe.filters.judge, measure(rows, [1, 3, 4, 5], 3, unread_votes=0))

    def said(**judge: Any) -> dict[str, Any]:
        other = with_judge(recipe_file, tmp_path / "out", **judge)
        assert other.filters.judge is not None
        found = judging.calibration_of(other, other.filters.judge)
        return judging.calibrated(found, other.filters.judge)

    expected = {"precision": 1.0, "recall": 0.5, "labelled": 4, "unreadable": 0}
    assert said() == said(on_low="flag") == {"calibrated": True, **expected}
    assert said(votes=3) == {"calibrated": False}, "three votes are another judge"
    assert said(min_score=4) == {"calibrated": False}, "scores under 4 were not what was bad"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['{"question": "q", "answer": "a", "label": "good"}'] * 99, "1 fewer than the 100"),
        (['{"question": "q", "answer": "a", "label": "good"}'] * 100, "are good"),
        (['{"question": "q", "answer": "a", "label": 1}'] * 100, "are bad"),
        (['{"question": "q", "answer": "a", "label": 6}'] * 100, ":1: label: a score is"),
        (['{"question": "q", "answer": "a", "label": "fine"}'] * 100, ":1: label: "),
        (['{"question": "q", "label": 1}'], ":1: answer: Field required"),
        (["{"], ":1: row: Invalid JSON"),
        (
            ['{"question": "q", "answer": "a", "label": 1}'] * 60
            + ['{"question": "q", "answer": "a", "label": "good"}'] * 60,
            "mixes good/bad with scores",
        ),
    ],
)
def test_labels_that_do_not_do(tmp_path: Path, lines: list[str], said: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_labels(path, JUDGE)


def test_the_judge_is_not_told_who_wrote_a_row() -> None:
    row = Labelled(question="jane.roe@firm.org asks", answer="+49 30 901820", label="good")
    shown = _shown(row)
    assert (shown.question, shown.answer) == ("[e-mail] asks", "[phone number]")
