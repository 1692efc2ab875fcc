"""What `stillhouse corpus` says of a folder, of a recipe, and of a folder that cannot be read."""

from __future__ import annotations

from pathlib import Path

from conftest import RecipeFile, RunCommand
from made_documents import put, whole_folder


def test_it_shows_what_was_read_and_what_was_not(stillhouse: RunCommand, tmp_path: Path) -> None:
    folder = put(tmp_path / "documents", whole_folder())
    german = "Der Hafen ist zwölf Meter tief, und der Turm wurde vor vielen Jahren gebaut. " * 3
    english = " ".join(f"The tower at mile {n * 37} was built in {n + 1900}." for n in range(50))
    files = {
        "german.txt": german.encode(),
        "again.txt": german.replace(" ", "  ").encode(),
        "old.txt": english.encode(),
        "new.txt": f"{english} It fell in 1950.".encode(),
        "other.txt": f"{english} It fell in 1951.".encode(),
    }
    put(folder, files)
    said = stillhouse("corpus", folder)
    lines = [" ".join(line.replace("│", " ").split()) for line in said.out.splitlines()]
    assert said.code == 0
    assert "documents 43" in lines
    assert "with pages 8" in lines
    assert "problems 10" in lines
    assert any(line.startswith("by kind ") and ".pdf 4" in line for line in lines)
    assert any(line.startswith("languages en ") and "de 1" in line for line in lines)
    assert "dates 2000-01-01 to 2024-06-13; 23 undated" in lines
    assert "german.txt: says the same as again.txt" in lines
    assert any(line.startswith("old.txt: says nearly the same as new.txt (9") for line in lines)
    assert any(line.startswith("new.txt and other.txt: 9") for line in lines)
    assert any(line.startswith("broken/scanned.pdf: has no text on its 3 pages") for line in lines)


def test_a_recipe_needs_no_teacher(
    stillhouse: RunCommand, recipe_file: RecipeFile, documents: Path
) -> None:
    said = stillhouse("corpus", recipe_file("${NOBODY_SET_THIS}"))
    assert said.code == 0
    assert ".md 4" in said.out
    assert "2024-05-01 to 2024-05-01" in said.out


def test_nothing_to_read_is_an_exit_code(stillhouse: RunCommand, tmp_path: Path) -> None:
    put(tmp_path / "bad", {"a.md": b"\xff", "b.txt": b" "})
    said = stillhouse("corpus", tmp_path / "bad")
    assert said.code == 1
    assert "a.md: not UTF-8 (byte 0)" in said.out
    assert stillhouse("corpus", tmp_path / "nowhere").code == 2
