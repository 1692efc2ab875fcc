"""What `stillhouse corpus` says of a folder, of a recipe, and of a folder that cannot be read."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from pathlib import Path

from conftest import RecipeFile, RunCommand
from made_documents import parquet, put, whole_folder
from odd_server import odd_server, says

from configs.load import load_recipe
from flows import steps


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
    assert stillhouse("corpus", "").code == 2


def test_it_tells_what_a_build_would_refuse(
    stillhouse: RunCommand, recipe_file: RecipeFile, tmp_path: Path
) -> None:
    put(tmp_path, {"one/a.md": b"Ana is deep.\n", "two/a.md": b"Bel is deep.\n"})
    path = recipe_file(corpus=[{"path": "one"}, {"path": "two"}])
    assert "a.md: is the id of several documents" in stillhouse("corpus", path).out
    assert "read two folders with files of the same names" in stillhouse("build", path).err


def test_what_a_recipe_fetches_is_fetched_once_for_all_commands(
    stillhouse: RunCommand, recipe_file: RecipeFile, documents: Path, tmp_path: Path
) -> None:
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        file = documents / request.path.removeprefix("/v1/")
        found = file.read_bytes() if file.is_file() else None
        status, data = (404, b"") if found is None else (200, found)
        says(status, data, content_type="text/markdown")(request)

    rows = parquet([{"body": f"The Lake {n} is {n + 3} m deep.", "name": str(n)} for n in range(3)])
    put(tmp_path / "lakes", {"train.parquet": rows})
    lakes = {"reader": "hub", "dataset": "./lakes", "text_column": "body", "title_column": "name"}
    with odd_server(answer) as url:
        (tmp_path / "list.txt").write_text(f"{url}/alder.md\n{url}/none.md\n", encoding="utf-8")
        rivers = {"reader": "urls", "path": "list.txt", "urls": [f"{url}/birch.md"]}
        sources = [{**rivers, "private_addresses": True}, lakes]
        path = recipe_file(corpus=sources, output=str(tmp_path / "out"))
        said = stillhouse("corpus", path)
        lines = [" ".join(line.replace("│", " ").split()) for line in said.out.splitlines()]
        assert said.code == 0 and "documents 5" in lines and "problems 1" in lines
        assert any("/v1/none.md: the server answers 404 Not Found" in line for line in lines)
        assert len(asked) == 3
        recipe = load_recipe(str(path))
        corpus = steps.read_corpus(recipe)
        assert steps.read_corpus(recipe) == corpus and len(asked) == 3
        found = steps.workspace(recipe).corpus(corpus)
        (river, *_) = found.documents
        assert (river.title, river.source) == ("Birch River", f"{url}/birch.md")
        assert found.documents[-1].id == "lakes:2"
        assert stillhouse("corpus", path, "--refresh").code == 0 and len(asked) == 6
        elsewhere = tmp_path / "elsewhere"
        assert stillhouse("corpus", path, "--output", elsewhere).code == 0 and len(asked) == 9
    assert str(elsewhere) not in recipe.model_dump_json() and recipe.corpus[0].cache is None
