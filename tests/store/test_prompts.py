"""Prompt files: what is refused, that values are never templates, and the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_prompts import NAME, written

from configs.errors import ConfigError
from store.prompts import Prompt, read_prompt


def prompt(folder: Path, body: str = "# user\n\n{{ text }}\n", **front: str) -> Prompt:
    return read_prompt(written(folder, body, **front), NAME)


def test_front_and_sections(tmp_path: Path) -> None:
    body = "# system\n\nBe brief.\n## Of the text\n\n# user\n{{ text }} {{ range(2) | list }}\n"
    found = prompt(tmp_path, body, schema="claims, a list", criteria="[clarity]")
    assert found.front.reply_schema == "claims, a list"
    assert (found.front.variables, found.front.criteria) == (("text",), ("clarity",))
    assert found.render(text="so") == [
        {"role": "system", "content": "Be brief.\n## Of the text"},
        {"role": "user", "content": "so [0, 1]"},
    ]


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ({"id": "made/other"}, "id: 'made/other', and the file is called 'made/ask'"),
        ({"version": "1.3.0"}, "version: '1.3.0', and the file is called '1.2.0'"),
        ({"version": "1.2"}, "version: Input should be a valid string"),
        ({"version": "1.2.0-beta"}, "version: String should match pattern"),
        ({"version": "01.2.0"}, "version: String should match pattern"),
        ({"reason": None}, "reason: Field required"),
        ({"author": "''"}, "author: String should have at least 1 character"),
        ({"autor": "me"}, "autor: Extra inputs are not permitted"),
        ({"variables": "[text, title]"}, "variables: declared and not used: title"),
        ({"variables": "[]"}, "variables: used and not declared: text"),
        ({"variables": "[text"}, "front matter: not valid YAML"),
    ],
)
def test_front_matter_is_refused(tmp_path: Path, front: dict[str, str | None], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_prompt(written(tmp_path, **front), NAME)  # type: ignore[arg-type]
    assert f"{tmp_path / NAME}.md: {said}" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("# teacher\n{{ text }}\n", "unknown role '# teacher'"),
        ("{{ text }}\n", "it begins with a line of its own for who speaks"),
        ("Hello\n# user\n{{ text }}\n", "it begins with a line of its own for who speaks"),
        ("# user\nOne\n{% if text %}\n", "line 2 of # user: Unexpected end of template"),
        ("# user\n{{ text | no_such }}\n", "line 1 of # user: No filter named 'no_such'"),
        ("# user\n{% include text %}\n", "# user takes in another template"),
    ],
)
def test_bodies_are_refused(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        prompt(tmp_path, body)
    assert f"{tmp_path / NAME}.md: body: {said}" in str(caught.value)


def test_what_is_no_prompt_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path) / f"{NAME}.md"
    path.write_text("Just words.")
    with pytest.raises(ConfigError, match="front matter: a prompt begins with it"):
        read_prompt(tmp_path, NAME)
    path.write_bytes(b"---\nid: \xff\n---\n")
    with pytest.raises(ConfigError, match=r"not UTF-8 \(byte 8\)"):
        read_prompt(tmp_path, NAME)
    with pytest.raises(ConfigError, match=r"no prompt 'made/ask@9.0.0'; there are: made/ask@1.2.0"):
        read_prompt(tmp_path, "made/ask@9.0.0")


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Prompt:
    """A prompt that says what it is given, alone and item by item."""
    body = "# user\n<{{ text }}|{% for each in items %}{{ each }}{% endfor %}>\n"
    return prompt(tmp_path_factory.mktemp("echo"), body, variables="[text, items]")


TEMPLATES = st.sampled_from(
    ["{{ 7*7 }}", "{% if 1 %}", "{%- raw -%}", "{# no #}", "{{ ''.__class__ }}", "}}", "%}", "\n"]
)


@given(st.lists(st.one_of(TEMPLATES, st.text(max_size=8)), max_size=6))
def test_values_are_never_templates(echo: Prompt, pieces: list[str]) -> None:
    text = "".join(pieces)
    (turn,) = echo.render(text=text, items=pieces)
    assert turn["content"] == f"<{text}|{text}>"


@pytest.mark.parametrize(
    "escape",
    [
        "text.__class__.__mro__",
        "text.__class__.__base__.__subclasses__()",
        "text | attr('__class__') | string",
        "'{0.__class__.__init__.__globals__}'.format(text)",
        "text.format_map.__self__.__class__",
        "cycler.__init__.__globals__.os.popen('id').read()",
        "range(10 ** 9) | list",
        "items.append(1)",
        "1 / 0",
    ],
)
def test_a_body_does_not_leave_the_sandbox(tmp_path: Path, escape: str) -> None:
    found = prompt(
        tmp_path, f"# user\n{{{{ {escape} }}}}{{{{ text, items }}}}", variables="[text, items]"
    )
    items: list[int] = []
    with pytest.raises(ConfigError, match=f"prompt {NAME}, section # user: "):
        found.render(text="a", items=items)
    assert items == []
