"""The card: its label, licences, uses and limits, for people and for programs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from ruamel.yaml import YAML
from store_samples import content, manifest, records

from store.card.licences import hub_id, licence_head, licences_of
from store.card.made import cell
from store.card.origins import digital_source_type, label_text, origins_in
from store.publish import publish
from store.version_tables import Content

RECIPE = {"language": "en", "description": "Rivers.", "name": "small"}


def mixed() -> Content:
    """Real rows, rows by a teacher and rows by rule."""
    made = content()
    train = pl.concat([records([0, 1]), records([2, 3], origin="teacher", teacher="big")])
    real = records([4], origin="human", teacher="")
    return replace(made, splits={"train": train, "validation": real, "test": real.clear()})


def card_of(root: Path, made: Content, **said: Any) -> tuple[dict[str, Any], str]:
    """A published card's YAML, and its prose."""
    text = publish(root, "small", made, manifest(**said)).read("README.md").decode()
    _, head, body = text.split("---\n", 2)
    return YAML(typ="safe").load(head), body


def corpus(**counts: int) -> dict[str, Any]:
    """What a manifest says of a corpus with these licences; ``none`` is where none is stated."""
    licences = {("" if name == "none" else name): count for name, count in counts.items()}
    about = {"snapshot": "a" * 64, "documents": sum(counts.values()), "passages": 9, "covered": 2}
    return {**about, "licences": sorted(filter(None, licences)), "licence_counts": licences}


def test_the_label_says_what_machines_wrote(tmp_path: Path) -> None:
    head, body = card_of(tmp_path, mixed(), origins=["human", "rule", "teacher"])
    label = head["synthetic_content"]
    assert label["contains_ai_generated_text"] is True
    assert (label["rows"], label["synthetic_rows"], label["ai_generated_rows"]) == (5, 4, 2)
    assert label["splits"]["validation"]["synthetic_share"] == 0
    assert label["splits"]["train"]["synthetic_share"] == 1
    assert label["digital_source_type"].endswith("compositeWithTrainedAlgorithmicMedia")
    assert "4 of 5 rows (80.0%) were made by a machine" in body
    assert "The text of 2 synthetic rows was generated or changed by AI models" in body
    assert "| train | 4 | 4 | 2 | 100.0% |" in body and "| validation | 1 | 0 | 0 | 0.0% |" in body
    assert head["language_creators"] == ["machine-generated", "found"]


def test_rules_are_not_called_ai(tmp_path: Path) -> None:
    head, body = card_of(tmp_path, content())
    assert head["synthetic_content"]["contains_ai_generated_text"] is False
    assert "no AI model wrote any of them" in body
    assert head["tags"][0] == "synthetic" and head["size_categories"] == ["n<1K"]


def test_the_hub_takes_the_head(tmp_path: Path) -> None:
    from huggingface_hub import DatasetCardData

    recipe = {**RECIPE, "methods": [{"name": "grounded_qa"}], "conditions": {"language": {"de": 1}}}
    head, _ = card_of(tmp_path, content(), recipe=recipe)
    read = DatasetCardData(**head)
    assert read.license == "mit" and read.language == ["en", "de"]
    assert read.task_categories == ["text-generation", "question-answering"]


def test_licences_are_counted_and_warned_of(tmp_path: Path) -> None:
    counts = {"cc-by-nc-sa-4.0": 3, "MIT": 5, "none": 2, "House|rules": 1}
    found = corpus(**counts)
    head, body = card_of(tmp_path, content(), corpus=found)
    assert head["license"] == "other" and head["license_name"] == "several"
    assert head["source_licenses"] == ["mit", "cc-by-nc-sa-4.0", "not stated", "House|rules"]
    assert "| MIT | 5 documents | – |" in body
    assert "| not stated | 2 documents | nothing is known" in body
    assert "non-commercial use only; share-alike" in body
    assert "| House\\|rules | 1 document | not a licence that is known" in body
    assert "no legal advice" in body


@pytest.mark.parametrize(
    ("licences", "given", "wanted"),
    [
        ({"MIT": 3}, "", {"license": "mit"}),
        ({"none": 3}, "", {"license": "unknown"}),
        ({"PSF License": 3}, "", {"license": "other", "license_name": "psf-license"}),
        ({"MIT": 3, "none": 1}, "CC BY-SA 4.0", {"license": "cc-by-sa-4.0"}),
    ],
)
def test_the_licence_of_the_whole(
    licences: dict[str, int], given: str, wanted: dict[str, str]
) -> None:
    recipe = {**RECIPE, "card": {"licence": given}}
    assert licence_head({"recipe": recipe, "corpus": corpus(**licences)}) == wanted


def test_licences_of_real_rows_count_too() -> None:
    anchor = {"role": "references", "set": "mails", "licence": "cc-by-nd-4.0", "rows": 9}
    said = {
        "recipe": {**RECIPE, "anchor": {"name": "mails"}},
        "corpus": corpus(MIT=1),
        "references": [anchor, {**anchor, "set": "other", "licence": "gpl-3.0"}],
        "lineage": {"real_rows": 7},
    }
    assert [(one.hub_id, one.of) for one in licences_of(said)] == [
        ("mit", "1 document"),
        ("cc-by-nd-4.0", "7 real rows"),
    ]
    assert licence_head(said)["license"] == "other"


@pytest.mark.parametrize(
    ("stated", "known"),
    [
        ("MIT License", "mit"),
        ("The MIT License", "mit"),
        ("Apache 2.0", "apache-2.0"),
        ("Apache-2.0", "apache-2.0"),
        ("GPL-3.0-or-later", "gpl-3.0"),
        ("CC0", "cc0-1.0"),
        ("cc by 4.0", "cc-by-4.0"),
        ("whatever", None),
    ],
)
def test_usual_spellings_are_known(stated: str, known: str | None) -> None:
    assert hub_id(stated) == known


def test_what_people_write_goes_on_the_card(tmp_path: Path) -> None:
    card = {
        "intended_use": "Train a helpdesk.",
        "out_of_scope": "Advice on health.",
        "limits": "Only from 2024.",
        "contact": "data@example.org",
    }
    made = {"teacher": "big", "model": "m-1", "mode": "distillation", "depth": 0, "rows": 6}
    _, body = card_of(
        tmp_path,
        content(),
        recipe={**RECIPE, "card": card},
        writers=[made],
        notes=["two teachers stood still."],
        gate={"passed": True},
    )
    assert "**Intended:** Train a helpdesk." in body
    assert "**Out of scope:** Advice on health." in body
    assert "- Only from 2024.\n" in body and "- Two teachers stood still.\n" in body
    assert "| big | m-1 | distillation | 0 | 6 |" in body
    assert "this version passed it" in body and "Report faults to data@example.org" in body
    assert "@misc{small-v1," in body and "year = {2024}" in body
    assert "switched the filter `privacy` off" in body


def test_what_is_missing_is_a_limit(tmp_path: Path) -> None:
    _, body = card_of(tmp_path, content(), status="partial", note="3 of 12 rows; ask again")
    assert "- 3 of 12 rows; ask again.\n" in body


def test_what_was_done_about_personal_data(tmp_path: Path) -> None:
    privacy = {"kinds": ["email", "ip_address"], "on_found": "drop", "allow_in_corpus": True}
    recipe = {**RECIPE, "filters": {"privacy": privacy}}
    funnel = [{"stage": "privacy", "kept": 6, "dropped": 3, "reasons": []}]
    _, body = card_of(tmp_path, content(), recipe=recipe, funnel=funnel)
    assert "were dropped (3 of them)" in body and "Looked for: email, ip address." in body


ORIGINS = st.lists(st.sampled_from(["human", "teacher", "self", "edited", "rule"]), max_size=8)


@given(st.dictionaries(st.sampled_from(["train", "validation", "test"]), ORIGINS, min_size=1))
def test_counts_of_origins_add_up(found: dict[str, list[str]]) -> None:
    counted = origins_in({name: pl.DataFrame({"origin": rows}) for name, rows in found.items()})
    every = [origin for rows in found.values() for origin in rows]
    assert counted["rows"] == len(every)
    assert counted["synthetic"] == sum(origin != "human" for origin in every)
    assert counted["ai"] == sum(origin not in ("human", "rule") for origin in every)
    assert set(counted["splits"]) == {name for name, rows in found.items() if rows}
    if every:
        assert ("rained" in digital_source_type(counted)) == (counted["ai"] > 0)
        assert ("AI models" in label_text(counted)) == (counted["ai"] > 0)


HOSTILE = (
    "<!-- all is gone ![p](http://example.org/p.png) [x](javascript:alert(1)) | **b** __init__\r\n"
    "## Heading \u202eevil\x07\x1b[31m &lt; `a | <b>` \\"
)


def test_rows_and_licences_change_nothing_on_the_card(tmp_path: Path) -> None:
    made = content(HOSTILE)
    train = records(range(4), HOSTILE, question=HOSTILE)
    _, body = card_of(
        tmp_path,
        replace(made, splits={**made.splits, "train": train}),
        corpus=corpus(**{HOSTILE: 1}),
    )
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(body)
    assert "<!--" not in html and "<img" not in html and "javascript:" not in _links(html)
    assert html.count("<h2>") == body.count("\n## ")
    assert "__init__" in html and "<code>a | &lt;b&gt;</code>" in html
    assert not {*"\u202e\x07\x1b"} & {*body}
    assert html.count("<table>") == 4


def _links(html: str) -> str:
    return " ".join(re.findall(r'href="([^"]*)"', html))


@given(st.text("`|<[]()*_!&\\ ab\n\u202e", max_size=40))
def test_a_cell_says_what_the_text_says(text: str) -> None:
    table = f"| {cell(text)} | end |\n"
    html = MarkdownIt("commonmark").enable("table").render(f"| a | b |\n|---|---|\n{table}")
    assert html.count("<td>") == 2 and "<td>end</td>" in html
    assert not re.search(r"<(a|em|strong|img|!--)\b", html)


def test_the_licence_of_the_dataset_stands_beside_those_of_its_sources(tmp_path: Path) -> None:
    _, body = card_of(tmp_path, content(), corpus=corpus(**{"PSF-2.0": 2}))
    assert "The publisher states no licence of the dataset itself." in body
    assert "| PSF-2.0 | 2 documents | – |" in body
    card = {"licence": "cc-by-4.0", "licence_url": "https://example.org/by"}
    _, body = card_of(tmp_path, content("b"), recipe={**RECIPE, "card": card})
    assert "The publisher states cc-by-4.0 (https://example.org/by) as the licence" in body


def test_real_rows_are_told_beside_the_funnel(tmp_path: Path) -> None:
    lineage = {"real_rows": 1, "synthetic_rows": 4, "synthetic_share": 0.8, "depths": {}}
    mixes = {f"real_{share}": records([0]) for share in ("10", "100", "2_5")}
    made = replace(mixed(), variants=mixes)
    _, body = card_of(tmp_path, made, lineage=lineage)
    assert "The 1 real rows" not in body and "1 real row came beside these" in body
    assert "by % of real rows: real_100, real_10, real_2_5" in body
    _, body = card_of(tmp_path / "none", content())
    assert "came beside these" not in body and "real_" not in body


def test_only_version_1_is_the_first(tmp_path: Path) -> None:
    held = {"status": "quarantined", "note": "held back by its probes"}
    _, body = card_of(tmp_path, content(), **held)
    assert "It is the first version." in body
    assert "**Status:** quarantined. Held back by its probes.\n" in body
    _, body = card_of(tmp_path, content("other"))
    assert "It is the first version." not in body and "It follows" not in body
