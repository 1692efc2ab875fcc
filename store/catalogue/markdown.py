"""Cards as HTML. Rows come from models, so nothing they write may act or reach the network."""

from __future__ import annotations

import itertools
import re

from markdown_it import MarkdownIt

_REGION = '<div class="scroll" role="region" tabindex="0" aria-label="Table {} of the card"><table>'


class _Careful(MarkdownIt):
    """Markdown whose links lead to http and https alone."""

    def validateLink(self, url: str) -> bool:
        return url.lower().startswith(("http://", "https://"))


def card_html(text: str) -> str:
    """A card without its YAML and title, its headings two levels lower. Raw HTML is shown as text,
    and images as links, since a page must fetch nothing.
    """
    body = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    body = re.sub(r"\A\s*# .*\n", "", body)
    markdown = _Careful("commonmark", {"html": False}).enable("table").disable("image")
    tokens = markdown.parse(body)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if token.tag in ("h1", "h2") else "h4"
        for child in token.children or []:
            if child.type == "link_open":
                child.attrSet("rel", "noreferrer noopener nofollow")
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    html = html.replace("<pre>", '<pre tabindex="0">')
    # The text is escaped, so these marks are the renderer's own.
    number = itertools.count(1)
    html = re.sub("<table>", lambda _: _REGION.format(next(number)), html)
    return html.replace("</table>", "</table></div>")
