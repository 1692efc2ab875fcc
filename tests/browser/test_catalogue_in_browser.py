"""The catalogue in a real browser: searched, opened and left without a request to anywhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cached import cached
from chromium import CHROMIUM, Browser, browsing
from store_samples import content, manifest, released

from store.catalogue import write_catalogue
from store.publish import publish

AXE = cached("axe") / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}")
SHOWN = "[...document.querySelectorAll('.dataset:not([hidden]) h2')].map(e => e.textContent)"
TYPE = "q.value = '{}'; q.dispatchEvent(new Event('input')); 0"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FAULTS = """axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa',
  'best-practice']}).then(found => found.violations.map(each =>
  [each.id, each.nodes[0].html.slice(0, 200), each.nodes[0].failureSummary]))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("catalogue")
    for say in ("one", "two"):
        released(root, "rivers", say)
    publish(root, "lakes", content("![x](http://example.org/x.png)"), manifest(notes=["Deep."]))
    return write_catalogue(root, root / "out").index


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("profile")) as found:
        yield found


def until(browser: Browser, script: str) -> None:
    """Wait until the page says so; a page that is going away answers nothing."""
    end = time.monotonic() + 10
    while not browser.evaluate(script):
        assert time.monotonic() < end, script
        time.sleep(0.02)


def test_a_query_finds_its_rows_and_is_kept_on_the_way_back(browser: Browser, pages: Path) -> None:
    browser.show(pages, 1280, "light")
    browser.evaluate(TYPE.format("deep"))
    assert browser.evaluate(SHOWN) == ["lakes"]
    assert browser.evaluate("document.getElementById('count').textContent") == "1 of 2 datasets"
    browser.evaluate("document.querySelector('.dataset:not([hidden]) p a').click()")
    until(browser, "document.title == 'lakes-v1' && document.readyState == 'complete'")
    browser.evaluate("document.querySelector('a[href=\"report.html\"]').click()")
    until(browser, "location.href.endsWith('report.html') && document.readyState == 'complete'")
    browser.evaluate("history.go(-2)")
    until(browser, "document.title.startsWith('Cat') && document.readyState == 'complete'")
    assert browser.evaluate("q.value") == "deep"
    assert browser.evaluate(SHOWN) == ["lakes"]
    urls = [d["request"]["url"] for m, d in browser.events if m == "Network.requestWillBeSent"]
    assert urls
    assert all(url.startswith("file:") for url in urls)


@pytest.mark.parametrize("page", ["", "datasets/rivers", "datasets/rivers/rivers-v2"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_pages_are_quiet_fit_the_screen_and_have_no_fault(
    browser: Browser, pages: Path, page: str, width: int, scheme: str
) -> None:
    browser.show(pages.parent / page / "index.html", width, scheme)
    assert browser.evaluate(OVERFLOW) == 0
    loud = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
    assert [d for m, d in browser.events if m in loud] == []
    if AXE.exists():
        browser.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
        assert browser.evaluate(FAULTS) == []
