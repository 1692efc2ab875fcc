"""Report pages in a real browser: quiet, reachable by everybody, and never wider than a phone."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cached import cached
from chromium import CHROMIUM, Browser, browsing
from report_samples import rich_page

from configs.load import load_recipe
from flows.diff.versions import compare
from flows.lineage.records import trace
from flows.pipeline import build
from flows.views import lineage as lineage_view
from flows.views import version_diff_page
from store.versions import Version

AXE = cached("axe") / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = os.environ.get("STILLHOUSE_SHOTS")
"""A folder to keep a picture of each page in."""
LOOKS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
PAGES = ("rich", "built", "diff", "lineage")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")

OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNREACHABLE = """[...document.querySelectorAll('*')].filter(each => {
  const way = getComputedStyle(each).overflowX;
  return (way == 'auto' || way == 'scroll') && each.scrollWidth > each.clientWidth
    && each.tabIndex < 0;
}).map(each => each.outerHTML.slice(0, 120))"""
FOLDED = """[...document.querySelectorAll('details > *')].filter(each =>
  !each.checkVisibility({contentVisibilityAuto: true})).map(each => each.outerHTML.slice(0, 120))"""
CUT_OFF = """[...document.querySelectorAll('.scroll')].filter(each =>
  each.scrollWidth > each.clientWidth).map(each => each.getAttribute('aria-label'))"""
FAULTS = """axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa',
  'best-practice']}).then(found => found.violations.map(each =>
  [each.id, each.nodes.length, each.nodes[0].html.slice(0, 200), each.nodes[0].failureSummary]))"""


def built(folder: Path) -> Version:
    """The second version of a small dataset, so that it has a parent."""
    documents = folder / "documents"
    documents.mkdir()
    for name, length in (("Alder", 310), ("Birch", 452), ("Cedar", 128)):
        text = f"# {name} River\n\nThe {name} River is {length} km long. It flows into Grey Lake."
        (documents / f"{name}.md").write_text(f"{text}\n\n- **Length:** {length} km\n")
    recipe = {
        "name": "rivers",
        "corpus": [{"path": str(documents)}],
        "teachers": [{"name": "templates", "kind": "grounded-templates"}],
        "methods": [{"styles": {"question_answer": 3, "cloze": 1, "true_false": 1}}],
    }
    for target in (5, 8):
        path = folder / "recipe.yaml"
        path.write_text(json.dumps({**recipe, "target": target}), encoding="utf-8")
        version = build(load_recipe(str(path), output=folder / "out")).version
    return version


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "rich.html").write_text(rich_page(), encoding="utf-8")
    version = built(folder)
    assert (version.number, version.manifest["parent"]) == (2, "rivers-v1")
    parent = Version(version.path.with_name("rivers-v1"))
    diff = version_diff_page.save_page(compare(parent, version, 2), folder / "diff.html")
    traced = trace(version.root, version.table("data", ["id"])["id"][0], "rivers")
    lineage = lineage_view.save_page(traced, folder / "lineage.html")
    own = {"rich": folder / "rich.html", "built": version.path / "report.html"}
    return {**own, "diff": diff, "lineage": lineage}


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


@pytest.mark.skipif(not AXE.exists(), reason="there is no axe-core; `make axe` fetches it once")
def test_axe_finds_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<p style='color:#aaa'>pale</p><div style='overflow:auto;width:9px'>wideword")
    browser.show(page, 360, "light")
    browser.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
    found = {rule for rule, *_ in browser.evaluate(FAULTS)}
    assert {"color-contrast", "html-has-lang", "document-title"} <= found
    assert browser.evaluate(UNREACHABLE) != []


def test_the_first_stop_of_the_keyboard_leads_to_the_report(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.show(pages["rich"], 1280, "light")
    for kind in ("keyDown", "keyUp"):
        browser.say("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab",
                    windowsVirtualKeyCode=9)  # fmt: skip
    assert browser.evaluate("document.activeElement.getAttribute('href')") == "#use"
    assert browser.evaluate("document.activeElement.getBoundingClientRect().top") >= 0


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_folded_or_cut_off_in_print(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    browser.show(pages[name], 1280, "light")
    browser.say("Emulation.setEmulatedMedia", media="print")
    browser.say("Emulation.setDeviceMetricsOverride", width=720, height=1000,
                deviceScaleFactor=1, mobile=False)  # fmt: skip
    if SHOTS:
        printed = browser.say("Page.printToPDF", preferCSSPageSize=True)
        (Path(SHOTS) / f"{name}.pdf").write_bytes(base64.b64decode(printed["data"]))
    assert browser.evaluate(FOLDED) == []
    assert browser.evaluate(CUT_OFF) == []
