"""The method ``rewrite``: a passage in another form that keeps what it says.

Rephrased documents teach more per token than the documents themselves (WRAP, arXiv 2401.16380); the
forms are those of Nemotron-CC (arXiv 2412.02595), with ``tutorial`` and ``table``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from configs.errors import ParseError
from generators.catalogue import Entry
from generators.examples import example
from generators.prompts import load_prompt
from generators.replies import TEXT, Draft, form, read_form
from generators.teacher import Request, Task
from generators.writing import REPAIR, about_passage

PROMPT, ASKED = load_prompt("rewrite/text@1.0.0"), load_prompt("rewrite/task@1.0.0")
SCHEMA = form(text=TEXT)
FORMS: Mapping[str, tuple[str, str]] = {
    "facts": (r"(?m)^- .+\n+- ", 'at least two lines that begin with "- "'),
    "faq": (r"(?ms)^Q: .+^A: ", 'lines that begin with "Q: " and "A: "'),
    "tutorial": (r"(?ms)^1[.)] .+^2[.)] ", "numbered steps"),
    "table": (r"(?m)^\|.+\|\n\|[ :|-]+\|\n\|", "a Markdown table"),
}
"""What must be found in a text of a style, and how that is called."""


def render(task: Task) -> Request:
    """The passage and the form that is wanted."""
    return about_passage(task, PROMPT, SCHEMA, style=task.seed.style)


def read(text: str, task: Task) -> Draft:
    """A request for that form, by rule, and the rewritten text.

    Raises:
        ParseError: the text has not the form; the message is fit to send back.
    """
    found, rung = read_form(text, SCHEMA)
    pattern, wanted = FORMS.get(task.seed.style, ("", ""))
    if not re.search(pattern, found["text"]):
        raise ParseError(f"- text: it must have {wanted}")
    (asked,) = ASKED.render(style=task.seed.style, title=task.passage.heading)
    return Draft(asked["content"], found["text"], (), rung)


ENTRY = Entry(
    summary="A passage rewritten as an encyclopedia entry, list, dialogue, tutorial or table.",
    paper="WRAP, arXiv 2401.16380; Nemotron-CC, arXiv 2412.02595",
    inputs="passages",
    outputs="question, answer",
    styles=dict.fromkeys(("wiki", "distil", "facts", "faq", "tutorial", "table"), 1.0),
    prompts=(PROMPT, ASKED, REPAIR),
    render=render,
    read=read,
    example=example("rewrite"),
)
