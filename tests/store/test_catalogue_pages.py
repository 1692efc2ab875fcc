"""The catalogue: what it shows, what it refuses to pass on, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_samples import content, manifest, released

from store.catalogue import write_catalogue
from store.catalogue.drawing import tree, trend
from store.catalogue.markdown import card_html
from store.collect import withdraw
from store.publish import publish, release


def test_a_catalogue_has_a_page_for_each_dataset_and_version(tmp_path: Path) -> None:
    released(tmp_path)
    released(tmp_path, say="other")
    done = write_catalogue(tmp_path, tmp_path / "catalogue")
    assert (done.datasets, done.versions, done.written, done.broken) == (1, 2, 2, [])
    place = tmp_path / "catalogue/datasets/small/small-v2"
    assert {p.name for p in place.iterdir()} == {"index.html", "report.html", "recipe.yaml"}
    assert "small-v1/index.html" in (place.parent / "index.html").read_text()


def test_only_pages_that_changed_are_written_again(tmp_path: Path) -> None:
    released(tmp_path)
    write_catalogue(tmp_path, tmp_path / "out")
    assert write_catalogue(tmp_path, tmp_path / "out").written == 0
    released(tmp_path, say="other")
    # The first one is not the latest any more, which its page says.
    assert write_catalogue(tmp_path, tmp_path / "out").written == 2


@pytest.mark.parametrize("damage", ["manifest", "altered", "report"])
def test_a_broken_version_is_shown_and_stops_nothing(tmp_path: Path, damage: str) -> None:
    first = released(tmp_path)
    released(tmp_path, "whole")
    path = first.path / ("report.html" if damage == "report" else "manifest.json")
    if damage == "report":
        path.unlink()
    elif damage == "altered":
        path.write_text(path.read_text().replace("completed", "partial"))
    else:
        path.write_text("{")
    done = write_catalogue(tmp_path, tmp_path / "out")
    assert done.datasets == 2
    assert done.broken
    page = tmp_path / "out/datasets/small/small-v1/index.html"
    assert "This version is broken" in page.read_text()


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script>"
    recipe = {"language": "en", "description": evil, "name": "small"}
    said = manifest(recipe=recipe, notes=[evil], teachers=[[evil, evil, 6]])
    publish(tmp_path, "small", content(evil), said)
    write_catalogue(tmp_path, tmp_path / "out")
    for page in (tmp_path / "out").rglob("index.html"):
        assert "<script>alert" not in page.read_text()


@pytest.mark.parametrize(
    "text",
    ["<img src=http://x/y>", "[a](javascript:alert(1))", "![a](http://x/y.png)", "[a](file:///etc)",
     "[a](data:text/html,x)", "<javascript:alert(1)>"],
)  # fmt: skip
def test_a_card_neither_acts_nor_fetches(text: str) -> None:
    found = card_html(f"---\na: 1\n---\n\n# title\n\n{text}\n")
    assert "<img" not in found
    assert not any(bad in found for bad in ('="javascript', '="file', '="data', "title"))


def test_a_recipe_passes_what_hides_its_secrets(tmp_path: Path) -> None:
    released(tmp_path)
    write_catalogue(tmp_path, tmp_path / "out", hide=lambda recipe: {"hidden": len(recipe) > 0})
    assert (tmp_path / "out/datasets/small/small-v1/recipe.yaml").read_text() == "hidden: true\n"


def test_a_branch_has_a_lane_of_its_own() -> None:
    drawn = tree([("a-v1", "", "ok"), ("a-v2", "a-v1", "ok"), ("a-v3", "a-v1", "ok")])
    assert [y for _, y, *_ in drawn.dots] == [26, 26, 64]
    assert len(drawn.lines) == 2
    assert trend("Rows", [("v1", None)], ",.0f", "v1") is None


def test_figures_are_those_of_the_version_that_counts(tmp_path: Path) -> None:
    """After a rollback a list must not show the figures of what was rolled back."""
    first = released(tmp_path)
    released(tmp_path, say="other", train=9)
    index = write_catalogue(tmp_path, tmp_path / "out").index
    assert '<span class="dim">Rows</span> <strong>11</strong>' in index.read_text()
    release(first, "the second <b>was</b> wrong")
    assert write_catalogue(tmp_path, tmp_path / "out").broken == []
    assert '<span class="dim">Rows</span> <strong>6</strong>' in index.read_text()
    page = (tmp_path / "out/datasets/small/index.html").read_text()
    assert "small-v1 became the latest: the second &lt;b&gt;was&lt;/b&gt; wrong" in page
    assert "Figures and dots are those of small-v1." in page


def test_what_is_gone_is_told_with_the_reason(tmp_path: Path) -> None:
    first = released(tmp_path)
    released(tmp_path, say="other")
    write_catalogue(tmp_path, tmp_path / "out")
    withdraw(first, "a licence was wrong")
    write_catalogue(tmp_path, tmp_path / "out")
    page = (tmp_path / "out/datasets/small/index.html").read_text()
    assert "small-v1 is gone: a licence was wrong" in page
    version = (tmp_path / "out/datasets/small/small-v2/index.html").read_text()
    assert "parent small-v1, which is gone" in version
    assert "small-v1/index.html" not in page + version
    (first.path.parent / "gone" / "small-v1.json").write_text("{")
    assert "small-v1 is gone: " in write_catalogue(tmp_path, tmp_path / "out").broken[0]


def test_what_an_older_version_does_not_state_is_not_shown_as_nothing(tmp_path: Path) -> None:
    corpus = {"snapshot": "a" * 64, "documents": 3, "passages": 9, "licences": []}
    publish(tmp_path, "small", content(), manifest(corpus=corpus))
    write_catalogue(tmp_path, tmp_path / "out")
    for page in (tmp_path / "out").rglob("index.html"):
        assert "Documents covered" not in page.read_text()
