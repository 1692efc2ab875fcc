"""A version's prompts beside those of real users, and the patch that tops up what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile, RunCommand, StartServer
from ruamel.yaml import YAML

from configs.load import load_recipe
from flows.pipeline import build
from flows.realism import measure, read_sample
from flows.realism_topics import patch_of
from generators.teachers import endpoint
from store.journal import request_key

SECRETS = (
    "jane.roe@firm.org",
    "4539 1488 0343 6467",
    "+49 30 901820",
    "DE02 1203 0000 0000 2020 51",
    "Ada Lovelace",
)
RIVERS = [
    "how long is the alder river",
    "Which lake does the Birch River flow into?",
    "how many days does the elm river freeze over??",
    "when was cedar river surveyed",
    "is the birch river longer than the alder river",
    "who surveyed the Elm River first?",
    f"hi my name is {SECRETS[4]}, how long is the cedar river? mail me at {SECRETS[0]}",
    f"length of the birch river, call {SECRETS[2]}",
]
BREAD = [
    "at how many degrees do I bake sourdough bread",
    "how long does sourdough bread need in the oven",
    "what flour for sourdough bread pls",
    "why must sourdough rest over night",
    "my sourdough bread is too dense what now",
]
TAXES = [
    f"how do i file my income tax return, my account is {SECRETS[3]}",
    "deadline for the income tax return",
    "can I deduct my home office in the tax return",
    f"tax return refund to my card {SECRETS[1]}?",
]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "real.csv"
    rows = [*RIVERS, *BREAD, *TAXES]
    path.write_text("said,day\n" + "".join(f"{json.dumps(row)},1\n" for row in rows))
    return path


def with_bread(recipe_file: RecipeFile, documents: Path, **fields: Any) -> Path:
    """A recipe whose plan asks about rivers only, though its corpus knows of bread."""
    (documents / "bread.md").write_text(
        "---\ntitle: Sourdough Bread\ndate: 2024-05-01\nlicence: CC0-1.0\n---\n"
        "# Sourdough Bread\n\n## Baking\n\nSourdough bread is made of rye flour. "
        "The dough of sourdough bread rests for 12 hours over night. "
        "Sourdough bread is baked in the oven for 50 minutes.\n\n## Figures\n\n"
        "- **Baking temperature:** 230 degrees\n- **Flour:** rye flour\n",
        encoding="utf-8",
    )
    rivers = ["alder.md", "birch.md", "cedar.md", "elm.md"]
    return recipe_file(target=8, max_candidates=8, top_up=rivers, gate=None, **fields)


def test_what_nobody_was_asked_is_topped_up(
    recipe_file: RecipeFile, documents: Path, sample: Path, stillhouse: RunCommand, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    path = with_bread(recipe_file, documents)
    first = build(load_recipe(str(path), output=out)).version
    told = ("--column", "said", "--output", out)
    said = stillhouse("realism", sample, "rivers", *told)
    assert said.code == 1, "lower casing and open endings are too far from rivers' questions"
    folder = out / ".stillhouse" / "realism" / first.name
    assert f"--patch {folder / 'realism.yaml'}" in said.out.replace("\n", "")
    assert "17 real messages, 4 of them with personal data" in said.out
    figures = json.loads((folder / "realism.json").read_text())
    over = {one["feature"] for one in figures["features"] if one["over"]}
    assert {"casing", "ending"} <= over and figures["fails"] and figures["auc"]["form"] is None
    bread, taxes = figures["blind_spots"]
    assert "sourdough" in bread["words"] and bread["messages"] == len(BREAD)
    assert bread["documents"] == ["bread.md"] and bread["synthetic"] == 0
    assert "tax" in taxes["words"] and not taxes["in_corpus"] and taxes["documents"] == []
    assert "not in the corpus" in said.out

    written = (folder / "realism.yaml").read_text()
    patch = YAML(typ="safe").load(written)
    assert patch["top_up"][0] == "bread.md"
    everything = said.out + said.err + written + json.dumps(figures)
    assert not [secret for secret in SECRETS if secret in everything]
    left = [file.read_bytes() for file in out.rglob("*") if file.is_file()]
    assert not [secret for secret in SECRETS if any(secret.encode() in one for one in left)]

    again = load_recipe(str(path), folder / "realism.yaml", output=out)
    assert "bread.md" in again.top_up
    second = build(again).version
    real = read_sample(str(sample), "said")
    found = measure(real, f"rivers@{second.number}", out, 0.15, None)
    assert ["tax" in topic.spot.words for topic in found.topics] == [True]
    assert "top_up" not in patch_of(found, real)


def test_shares_that_are_too_far_become_conditions_that_replace_those_of_the_recipe(
    recipe_file: RecipeFile, documents: Path, tmp_path: Path
) -> None:
    own = {"register": {"formal": 3, "plain": 1}, "persona": ["a child"]}
    path = with_bread(recipe_file, documents, conditions=own)
    build(load_recipe(str(path), output=tmp_path / "out"))
    chats = [f"hey, pls tell me about the {word} thx" for word in "abcdefghij" * 5]
    sample = tmp_path / "chats.jsonl"
    sample.write_text("".join(json.dumps({"text": text}) + "\n" for text in chats))
    real = read_sample(str(sample), None)
    patch = patch_of(measure(real, "rivers", tmp_path / "out", 0.15, "data"), real)
    casual = {"casual, as in a chat": 1.0}
    assert patch["conditions"]["register"] == {"formal": None, "plain": None, **casual}
    file = tmp_path / "realism.yaml"
    YAML(typ="safe").dump(patch, file)
    patched = load_recipe(str(path), file, output=tmp_path / "out")
    assert patched.conditions["register"] == casual
    assert [*patched.conditions["persona"]] == ["a child"]
    assert patched.user_inputs is not None and patched.user_inputs.path == str(sample)
    version = build(patched.model_copy(update={"target": 4})).version
    twins = measure(real, f"rivers@{version.number}", tmp_path / "out", 0.15, None)
    assert twins.table == "messy" and not {one.feature for one in twins.over} & {"ending"}


def test_a_sample_alone_is_shown_and_bad_ones_are_refused(
    sample: Path, stillhouse: RunCommand, tmp_path: Path
) -> None:
    alone = stillhouse("realism", sample, "--column", "said")
    assert alone.code == 0 and "How real users write" in alone.out and "casing" in alone.out
    assert not [secret for secret in SECRETS if secret in alone.out]
    wrong = stillhouse("realism", sample)
    assert wrong.code == 2 and "said, day" in wrong.err
    bare = tmp_path / "bare.csv"
    bare.write_text("i am jane.roe@example.com\nhelp\n")
    assert "jane" not in stillhouse("realism", bare).err
    gone = stillhouse("realism", tmp_path / "none.csv")
    assert gone.code == 2 and "no file to read" in gone.err
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    assert "holds no messages" in stillhouse("realism", empty).err
    assert stillhouse("realism", sample, "nothing", "--column", "said").code == 2


def test_teachers_are_not_told_who_wrote_what(
    recipe_file: RecipeFile,
    start_server: StartServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[object] = []

    def keyed(request: object, *rest: Any) -> str:
        sent.append(request)
        return request_key(request, *rest)

    monkeypatch.setattr(endpoint, "request_key", keyed)
    own = tmp_path / "own.jsonl"
    own.write_text("".join(json.dumps({"question": text}) + "\n" for text in RIVERS))
    methods = [
        {"name": name, "prompts": {"name": f"own-{name}", "path": str(own)}}
        for name in ("distill", "self_instruct")
    ]
    path = recipe_file(start_server().url, methods=methods, target=8, max_candidates=8)
    version = build(load_recipe(str(path), output=tmp_path / "out")).version
    asked = json.dumps(sent)
    assert "[e-mail]" in asked and "[name]" in asked and "[phone number]" in asked
    tables = [version.table(name).to_dicts() for name in ("data", "rejected")]
    assert {row["method"] for rows in tables for row in rows} == {"distill", "self_instruct"}
    everything = asked + json.dumps(tables, default=str)
    assert not [secret for secret in SECRETS if secret in everything]
