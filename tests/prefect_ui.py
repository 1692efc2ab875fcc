"""The Prefect UI as a person uses it, through Playwright and Debian's Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chromium import CHROMIUM
from playwright.sync_api import Locator, Page, expect, sync_playwright

_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
_PATIENCE_MS = 30_000


@dataclass(frozen=True)
class PrefectUI:
    """One tab with the UI of the server at ``url``; ``pictures`` is where screenshots go."""

    page: Page
    url: str
    pictures: Path

    def form(self, deployment: object) -> None:
        """Open the form that starts a run of a deployment, by its id."""
        self.page.goto(f"{self.url}/deployments/deployment/{deployment}/run")
        self.page.get_by_role("button", name="Submit").wait_for()

    def run(self, flow_run: object) -> None:
        """Open the page of a run."""
        self.page.goto(f"{self.url}/runs/flow-run/{flow_run}")

    def field(self, label: str) -> Locator:
        """A field of a form by the label that people read."""
        told = self.page.locator(
            ".schema-form-property__label", has_text=re.compile(f"^{label}\\b")
        )
        return self.page.locator(".schema-form-property").filter(has=told).last

    def fill(self, label: str, value: object) -> None:
        """Type into a field."""
        self.field(label).locator("input, textarea").first.fill(str(value))

    def choose(self, label: str, option: str) -> None:
        """Pick from a field's menu."""
        self.field(label).locator("button.p-select-button__control").focus()
        self.page.keyboard.press("Space")  # a click opens and closes it
        self.page.locator(".p-select-option").get_by_text(option, exact=True).click()

    def switch(self, label: str) -> None:
        """Turn a switch on."""
        self.field(label).locator("[role=switch]").click()

    def press(self, button: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=button, exact=True).last.click()

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page says so."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def picture(self, name: str, whole: bool = False) -> None:
        """Keep a screenshot."""
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=whole)


@contextmanager
def browsing_prefect(api: str, pictures: Path) -> Iterator[PrefectUI]:
    """The UI of the server with this API in a headless browser, while the block runs."""
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        page.set_default_timeout(_PATIENCE_MS)
        try:
            yield PrefectUI(page, api.removesuffix("/api"), pictures)
        finally:
            browser.close()
