from __future__ import annotations

from pathlib import Path

import pytest

from configs.locations import location_of
from configs.recipe import Recipe

_TEACHER = {"name": "rules", "kind": "grounded-templates"}


def test_folders_and_urls_are_told_apart() -> None:
    assert location_of("data/outputs") == Path("data/outputs")
    assert location_of("file:///data/outputs") == Path("/data/outputs")
    assert str(location_of("s3://bucket/prefix/")) == "s3://bucket/prefix"
    assert not isinstance(location_of("s3://bucket/prefix"), Path)


@pytest.mark.parametrize("url", ["gs://bucket/x", "https://example.org/x", "s3://", "memory://x"])
def test_what_cannot_decide_races_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="only folders and S3-compatible stores"):
        location_of(url)


@pytest.mark.parametrize("url", ["s3://KEY:SECRET@bucket/x", "s3://bucket/x?key=SECRET"])
def test_keys_in_a_url_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="AWS_ACCESS_KEY_ID") as caught:
        location_of(url)
    assert "SECRET" not in str(caught.value)


def test_a_recipe_keeps_its_output_as_text() -> None:
    fields = {
        "name": "x",
        "corpus": [{"path": "docs"}],
        "teachers": [_TEACHER],
    }
    recipe = Recipe.model_validate({**fields, "output": "s3://bucket/prefix"})
    assert recipe.model_dump(mode="json")["output"] == "s3://bucket/prefix"
    again = Recipe.model_validate(recipe.model_dump(mode="json"))
    assert str(again.output) == "s3://bucket/prefix"
    assert Recipe.model_json_schema()["properties"]["output"]["type"] == "string"


@pytest.mark.parametrize("url", ["s3:/bucket/x", Path("s3://bucket/x"), "s3:bucket", "file://x/y"])
def test_a_url_with_too_few_slashes_is_no_folder(url: str | Path) -> None:
    with pytest.raises(ValueError, match=r"a (file )?URL has (two|three) slashes"):
        location_of(url)


def test_a_file_url_is_decoded() -> None:
    assert location_of(Path("/a b/ü").as_uri()) == Path("/a b/ü")


def test_the_extra_is_named_where_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("configs.locations.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install 'stillhouse\[s3\]'"):
        location_of("s3://bucket/prefix")
