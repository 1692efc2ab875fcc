"""Report pages in a real browser: quiet, reachable by everybody, and never wider than a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cached import cached
from chromium import CHROMIUM, Browser, browsing
from report_samples import drawn, explained, rich_manifest
from store_samples import content, manifest, released

from store.report import render_report

AXE = cached("axe") / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = os.environ.get("STILLHOUSE_SHOTS")
"""A folder to keep a picture of each page in."""
LOOKS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
PAGES = ("rich", "small")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")

OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNREACHABLE = """[...document.querySelectorAll('*')].filter(each => {
  const way = getComputedStyle(each).overflowX;
  return (way == 'auto' || way == 'scroll') && each.scrollWidth > each.clientWidth
    && each.tabIndex < 0;
}).map(each => each.outerHTML.slice(0, 120))"""
FAULTS = """axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa',
  'best-practice']}).then(found => found.violations.map(each =>
  [each.id, each.nodes.length, each.nodes[0].html.slice(0, 200), each.nodes[0].failureSummary]))"""


def rich_page() -> str:
    """A version that the gate held back, with all that a report can have."""
    panel, gone, figures = drawn()
    made = content()
    about = {"dataset": "small", **manifest(**rich_manifest(gone))}
    rows = made.splits["train"].to_dicts()
    return render_report(about, rows, made.rejected, panel, explained(), figures)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "rich.html").write_text(rich_page(), encoding="utf-8")
    small = released(folder / "out").path / "report.html"
    return {"rich": folder / "rich.html", "small": small}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("profile")) as found:
        yield found


def told(browser: Browser) -> list[Any]:
    """Messages of the console, errors and requests but for the page itself."""
    loud = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
    requests = [d["request"]["url"] for m, d in browser.events if m == "Network.requestWillBeSent"]
    return [d for m, d in browser.events if m in loud] + requests[1:]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_report_is_quiet_and_no_wider_than_the_screen(
    browser: Browser, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    browser.show(pages[name], width, scheme)
    if SHOTS:
        browser.picture(Path(SHOTS) / f"{name}-{width}-{scheme}.png")
    browser.evaluate(OPEN_ALL)
    assert browser.evaluate(OVERFLOW) == 0
    assert browser.evaluate(UNREACHABLE) == []
    assert told(browser) == []


@pytest.mark.skipif(not AXE.exists(), reason="there is no axe-core; `make axe` fetches it once")
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_no_fault(
    browser: Browser, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    browser.show(pages[name], width, scheme)
    browser.evaluate(OPEN_ALL)
    browser.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
    assert browser.evaluate(FAULTS) == []


def test_the_first_stop_of_the_keyboard_leads_to_the_report(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.show(pages["rich"], 1280, "light")
    for kind in ("keyDown", "keyUp"):
        browser.say("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab",
                    windowsVirtualKeyCode=9)  # fmt: skip
    assert browser.evaluate("document.activeElement.getAttribute('href')") == "#use"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
