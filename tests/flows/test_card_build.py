"""A build's card: who wrote, whose licences, and what of a recipe is only words."""

from __future__ import annotations

from pathlib import Path

from conftest import RecipeFile

from configs.load import load_recipe
from flows.pipeline import build
from flows.workspace import run_of


def test_the_card_knows_writers_and_licences(recipe_file: RecipeFile, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    text = "The Lome is a river of 77 km in the north. It was measured in 1913 by Ada Stone."
    (tmp_path / "more" / "lome.md").write_text(f"---\nlicence: CC BY-NC 4.0\n---\n# Lome\n\n{text}")
    plain = load_recipe(str(recipe_file()), output=tmp_path / "out")
    own = str(plain.corpus[0].path)
    corpus = [{"path": own}, {"path": str(tmp_path / "more")}]
    path = recipe_file(corpus=corpus, card={"intended_use": "A quiz."})
    recipe = load_recipe(str(path), output=tmp_path / "out")
    version = build(recipe).version
    counts = version.manifest["corpus"]["licence_counts"]
    assert counts["CC BY-NC 4.0"] == 1 and sum(counts.values()) == 5
    (one,) = version.manifest["writers"]
    assert one == {
        "teacher": "templates",
        "model": "grounded-templates/1.0.0",
        "mode": "rule-based",
        "depth": 0,
        "rows": 12,
    }
    card = version.read("README.md").decode()
    assert "| CC BY-NC 4.0 | 1 document | non-commercial use only |" in card
    assert "**Intended:** A quiz." in card and "Looked for: email, phone" in card
    assert version.manifest["synthetic_content"]["splits"]["train"]["rows"] == 12
    other = load_recipe(str(recipe_file(corpus=corpus)), output=tmp_path / "out")
    assert run_of(other) == run_of(recipe), "words on a card do not change what is made"
