"""The command `catalogue`: its exit codes, and that no secret reaches a page's recipe."""

from __future__ import annotations

from pathlib import Path

from store_samples import content, manifest
from typer.testing import CliRunner

from flows.cli import app
from store.publish import publish


def test_the_catalogue_is_written_without_secrets_and_tells_what_is_broken(tmp_path: Path) -> None:
    recipe = {
        "language": "en",
        "description": "",
        "name": "small",
        "teachers": [{"base_url": "https://me:hunter2@host/v1"}],
    }
    made = publish(tmp_path, "small", content(), manifest(recipe=recipe))
    asked = ["catalogue", "--output", str(tmp_path)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    place = tmp_path / "catalogue/datasets/small/small-v1"
    assert "https://(hidden)@host/v1" in (place / "recipe.yaml").read_text()
    (made.path / "manifest.json").write_text("{")
    broken = CliRunner().invoke(app, asked)
    assert broken.exit_code == 1
    assert "broken: small-v1" in broken.stdout
