from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from configs.errors import ConfigError
from configs.load import SHIPPED, find_recipe, load_recipe, shipped_recipes
from configs.recipe import Recipe
from configs.teachers import Teacher

BASE = """\
name: small
corpus:
  - path: docs
teachers:
  - name: rules
    kind: grounded-templates
"""
OPENAI = """\
name: small
corpus:
  - path: docs
teachers:
  - name: big
    base_url: http://localhost/v1
    model: m
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "recipe.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def load(folder: Path, text: str | bytes, **overrides: object) -> Recipe:
    return load_recipe(str(write(folder, text)), **overrides)


def refusal(folder: Path, text: str | bytes) -> list[str]:
    """The lines of the error, without the file's path."""
    path = write(folder, text)
    with pytest.raises(ConfigError) as caught:
        load_recipe(str(path))
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [line.removeprefix(f"{path}:") for line in lines]


def test_what_may_be_a_password_is_not_repeated(tmp_path: Path) -> None:
    said = refusal(tmp_path, BASE + "postgres://u:hunter2@db/journal: x\n")
    assert len(said) == 1 and "recipe: unknown field" in said[0] and "hunter2" not in said[0]
    assert "targt: unknown field; did you mean 'target'?" in refusal(tmp_path, BASE + "targt: 1")[0]


def test_a_ceiling_says_where_it_can_be_raised() -> None:
    recipe = load_recipe("quickstart")
    bounded = recipe.within(recipe.budget.with_ceilings({"max_requests": 5}, "the form"))
    assert bounded.ceilings.place_of("max_requests") == "max_requests of the form"
    assert bounded.ceilings.place_of("max_usd") == "budget.max_usd"
    assert bounded.budget == recipe.budget and bounded.model_dump() == recipe.model_dump()


def test_quickstart_is_offline_and_complete() -> None:
    recipe = load_recipe("quickstart")
    assert recipe.name == "quickstart"
    assert [teacher.kind for teacher in recipe.teachers] == ["grounded-templates"]
    assert recipe.corpus[0].reader == "python-api"
    assert "json" in recipe.corpus[0].modules
    assert recipe.candidate_cap == 5 * recipe.target


def test_grounded_qa_takes_its_teacher_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEACHER_BASE_URL", "http://10.0.0.1:8000/v1")
    monkeypatch.setenv("TEACHER_MODEL", "some-model")
    recipe = load_recipe("grounded-qa")
    assert recipe.teachers[0].base_url == "http://10.0.0.1:8000/v1"
    assert recipe.teachers[0].model == "some-model"
    assert recipe.teachers[0].api_key_env == "TEACHER_API_KEY"
    assert Path(str(recipe.corpus[0].path)).parent.is_dir()


def test_shipped_recipes_are_found_by_name_and_by_path() -> None:
    assert {"quickstart", "grounded-qa"} <= set(shipped_recipes())
    assert find_recipe("quickstart") == SHIPPED / "quickstart.yaml"
    assert load_recipe(str(SHIPPED / "quickstart.yaml")) == load_recipe("quickstart")


@pytest.mark.parametrize("name", ["nothing", "", "../configs/quickstart", "a\0b"])
def test_an_unknown_recipe_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(ConfigError, match=r"shipped recipes \(backtranslate, .*, quickstart, "):
        load_recipe(name)


def test_an_unknown_field_names_line_field_and_the_near_name(tmp_path: Path) -> None:
    assert refusal(tmp_path, BASE + "taget: 5\n") == [
        "7: taget: unknown field; did you mean 'target'?"
    ]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("filters:\n  near:\n    treshold: 1\n", "9: filters.near.treshold: unknown field; did"),
        ("verifiers:\n  grounding: {top: 1}\n", "8: verifiers.grounding.top: unknown field; did"),
        ("chunking:\n  zzz: 1\n", "8: chunking.zzz: unknown field; known fields: max_chars,"),
        ("methods:\n  - weigth: 1\n", "8: methods[0].weigth: unknown field; did you mean 'weight'"),
    ],
)
def test_unknown_fields_are_explained_at_every_depth(tmp_path: Path, extra: str, said: str) -> None:
    assert refusal(tmp_path, BASE + extra)[0].startswith(said)


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("{stal: drop}", "policy.stal: unknown field; did you mean 'stale'?"),
        ("{stale: no way}", "policy.stale: Input should be 'keep', 'flag' or 'drop'"),
        ("hard", "policy: Input should be 'strict', 'standard' or 'lenient'"),
    ],
)
def test_a_row_policy_is_a_name_or_rules_and_its_error_is_told_once(
    tmp_path: Path, policy: str, said: str
) -> None:
    text = f"{BASE}verifiers:\n  grounding:\n    policy: {policy}\n"
    assert refusal(tmp_path, text) == [f"9: verifiers.grounding.{said}"]


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    text = BASE.replace("small", "Big Name") + "target: none\nsed: 7\nchunking:\n  max_chars: 1\n"
    lines = refusal(tmp_path, text)
    assert [line.split(": ")[0] for line in lines] == ["1", "7", "10", "8"]
    assert [line.split(": ")[1] for line in lines] == [
        "name",
        "target",
        "chunking.max_chars",
        "sed",
    ]


def test_missing_fields_are_named(tmp_path: Path) -> None:
    lines = refusal(tmp_path, "description: nothing else\n")
    assert lines == [
        f"1: {name}: this field is required" for name in ("name", "corpus", "teachers")
    ]


@pytest.mark.parametrize("field", ["api_key", "token", "password"])
def test_a_key_in_a_recipe_is_refused_and_not_repeated(tmp_path: Path, field: str) -> None:
    lines = refusal(tmp_path, OPENAI + f"    {field}: sk-very-secret\n")
    assert len(lines) == 1
    assert lines[0].startswith(f"8: teachers[0].{field}: ")
    assert "api_key_env" in lines[0]
    assert "sk-very-secret" not in lines[0]


def test_variables_and_their_defaults_are_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STILL_SET", "from the environment")
    monkeypatch.setenv("STILL_EMPTY", "")
    monkeypatch.delenv("STILL_UNSET", raising=False)
    text = BASE + (
        "description: ${STILL_SET} and ${STILL_UNSET:-a default} and ${STILL_EMPTY:-another}\n"
        "target: ${STILL_UNSET:-12}\n"
        "language: ${STILL_UNSET:-}en\n"
    )
    recipe = load(tmp_path, text)
    assert recipe.description == "from the environment and a default and another"
    assert (recipe.target, recipe.language) == (12, "en")


def test_a_missing_variable_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STILL_UNSET", raising=False)
    lines = refusal(tmp_path, BASE + "description: ${STILL_UNSET}\n")
    assert lines == ["7: description: the environment variable STILL_UNSET is not set; export it"]


def test_duplicate_keys_are_refused(tmp_path: Path) -> None:
    lines = refusal(tmp_path, BASE + "target: 5\ntarget: 6\n")
    assert re.match(r'8: not valid YAML: found duplicate key "target"', lines[0])


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words\n", ""])
def test_a_recipe_must_be_a_mapping(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text) == ["1: a recipe is a mapping of fields; start with `name:`"]


def test_a_file_that_is_not_utf8_is_refused_with_the_byte(tmp_path: Path) -> None:
    lines = refusal(tmp_path, BASE.encode() + b"description: caf\xe9\n")
    assert lines == [f" not UTF-8 (byte {len(BASE) + 16}); save it as UTF-8"]


def test_invalid_yaml_names_the_line(tmp_path: Path) -> None:
    assert refusal(tmp_path, BASE + "seed: *nope\n")[0].startswith("7: not valid YAML: ")


@pytest.mark.parametrize(
    ("extra", "said"),
    [("as_of: 2024-02-30\n", "day is out of range"), ("description: a\0b\n", "unacceptable char")],
)
def test_what_yaml_cannot_read_is_an_error_of_the_recipe(
    tmp_path: Path, extra: str, said: str
) -> None:
    assert refusal(tmp_path, BASE + extra)[0].startswith(f" not valid YAML: {said}")


@pytest.mark.parametrize("name", ["../up", "a/b", "/abs", ".hidden", "Upper", "", "a" * 65, "a b"])
def test_dataset_names_stay_inside_their_folder(tmp_path: Path, name: str) -> None:
    lines = refusal(tmp_path, BASE.replace("name: small", f"name: '{name}'"))
    assert len(lines) == 1
    assert lines[0].startswith("1: name: ")


def test_corpus_paths_start_at_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "recipes"
    folder.mkdir()
    path = write(folder, BASE)
    monkeypatch.chdir(tmp_path)
    assert load_recipe("recipes/recipe.yaml").corpus[0].path == str(folder / "docs")
    assert load_recipe(str(path)).corpus[0].path == str(folder / "docs")
    absolute = load(folder, BASE.replace("path: docs", "path: /srv/docs"))
    assert absolute.corpus[0].path == "/srv/docs"


def test_an_empty_corpus_path_is_no_path(tmp_path: Path) -> None:
    lines = refusal(tmp_path, BASE.replace("path: docs", "path: ''"))
    assert lines == ["3: corpus[0]: reader files needs `path`: a file, a folder or a glob"]


def test_fields_that_budgets_rest_on_are_not_set_behind_their_back(tmp_path: Path) -> None:
    extra = "    extra_body: {top_p: 0.9, n: 8, max_tokens: 9000}\n"
    (line,) = refusal(tmp_path, OPENAI + extra)
    assert "teachers[0].extra_body: max_tokens, n: these fields are set from" in line
    kept = load(tmp_path, OPENAI + "    extra_body: {top_p: 0.9}\n")
    assert kept.teachers[0].extra_body == {"top_p": 0.9}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://host/v1", "must begin with http:// or https://"),
        ("https://user:sk-1@host/v1", "keys never stand in a recipe"),
        ("http:///v1", "must be an address like"),
        ("https://user:s/k@host/v1", "keys never stand in a recipe"),
        ("http://host:99999/v1", "must be an address like"),
        ("http://host:port/v1", "must be an address like"),
        ("http://my host/v1", "must be an address like"),
        ("http://[::1/v1", "must be an address like"),
        ("http://[::zz]/v1", "must be an address like"),
        ("http://1.2.3.400/v1", "must be an address like"),
        ("http://a..b/v1", "must be an address like"),
        ("http://host/v1?key=1", "must be an address like"),
    ],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str, said: str) -> None:
    (line,) = refusal(tmp_path, OPENAI.replace("http://localhost/v1", url))
    assert "teachers[0].base_url" in line and said in line


@given(st.text("ab1.:/[]-_%?#\\é\t", max_size=14))
def test_an_address_that_is_taken_can_be_asked(rest: str) -> None:
    try:
        teacher = Teacher(name="t", model="m", base_url=f"http://{rest}")
    except ValidationError:
        return
    assert httpx.URL(f"{teacher.base_url}/models").host


def test_addresses_that_are_in_use_are_taken() -> None:
    for host in ("localhost:8000", "[::1]:8000", "10.0.0.1", "api.openai.com", "my_box", "GPU-1."):
        assert Teacher(name="t", model="m", base_url=f"http://{host}/v1").is_model


def test_a_key_in_place_of_its_variable_is_refused_and_not_repeated(tmp_path: Path) -> None:
    text = OPENAI + "    api_key_env: sk-live-planted\n"
    (line,) = refusal(tmp_path, text)
    assert "teachers[0].api_key_env: api_key_env is the name of a variable" in line
    assert "planted" not in line


@pytest.mark.parametrize(
    ("extra", "where", "said"),
    [
        ("splits: {train: 0.5}\n", "splits", "train + validation + test must add up to 1"),
        ("max_candidates: 5\ntarget: 6\n", "recipe", "max_candidates must be at least"),
        ("chunking: {max_chars: 200, overlap_chars: 150}\n", "chunking", "at most half"),
        ("methods: [{styles: {cloze: 0}}]\n", "methods[0]", "at least one style"),
    ],
)
def test_numbers_that_do_not_fit_together_are_refused(
    tmp_path: Path, extra: str, where: str, said: str
) -> None:
    lines = refusal(tmp_path, BASE + extra)
    assert len(lines) == 1
    assert lines[0].split(": ")[1] == where
    assert said in lines[0]


@pytest.mark.parametrize(
    ("teacher", "said"),
    [
        ("{name: a, model: m, base_url: 'ftp://x'}", "must begin with http:// or https://"),
        ("{name: a, model: m}", "needs `base_url` and `model`"),
        ("{name: rules, kind: grounded-templates}", "teachers must have different names"),
    ],
)
def test_teachers_are_checked(tmp_path: Path, teacher: str, said: str) -> None:
    assert said in refusal(tmp_path, BASE + f"  - {teacher}\n")[0]


def test_overrides_replace_fields_unless_none(tmp_path: Path) -> None:
    text = BASE + "target: 5\nseed: 3\n"
    recipe = load(tmp_path, text, target=9, seed=None, output=tmp_path / "out")
    assert (recipe.target, recipe.seed) == (9, 3)
    assert recipe.output == tmp_path / "out"


def test_overrides_are_checked_too(tmp_path: Path) -> None:
    path = write(tmp_path, BASE)
    with pytest.raises(ConfigError, match=r"target: Input should be greater than or equal to 1"):
        load_recipe(str(path), target=0)


def test_a_recipe_survives_its_json_form() -> None:
    recipe = load_recipe("quickstart")
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


def test_every_field_a_form_shows_is_described() -> None:
    schema = Recipe.model_json_schema()
    models = [schema, *schema["$defs"].values()]
    bare = [
        f"{model['title']}.{name}"
        for model in models
        for name, field in model["properties"].items()
        if not field.get("description")
    ]
    assert bare == []


def test_a_login_in_an_address_on_the_card_is_refused_and_not_repeated(tmp_path: Path) -> None:
    address = "https://user:very-secret@example.org/faults"
    lines = refusal(tmp_path, OPENAI + f'card: {{contact: "Write to {address}"}}\n')
    assert len(lines) == 1 and "card.contact" in lines[0] and "very-secret" not in lines[0]
