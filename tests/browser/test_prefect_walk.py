"""A person with a browser: fills in the form, sees a run, opens its report, decides, cancels."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from chromium import CHROMIUM
from conftest import RecipeFile, StartServer
from prefect_ui import PrefectUI, browsing_prefect

from benchmarks.prefect_server import Server, served, serving_prefect, until
from store.versions import latest

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
    pytest.mark.timeout(400),
    pytest.mark.long,
]


def submitted(ui: PrefectUI, server: Server) -> str:
    """Press Submit; the run that it makes."""
    before = server.ask("flow_runs/count")
    ui.press("Submit")
    until(lambda: server.ask("flow_runs/count") > before, 30)
    return server.newest()


def test_a_walk_through_the_ui(
    recipe_file: RecipeFile, start_server: StartServer, tmp_path: Path
) -> None:
    pictures = Path(os.environ.get("STILLHOUSE_PICTURES", tmp_path / "pictures"))
    pictures.mkdir(exist_ok=True)
    rules = recipe_file().rename(tmp_path / "rules.yaml")
    teacher = start_server({"latency": 2.0})
    slow = recipe_file(teacher.url, {"concurrency": 1}, name="slow")
    output = tmp_path / "out"
    words = ("--recipe", rules, "--output", output, "--reports", 0)
    with serving_prefect(tmp_path) as known, served(known, tmp_path / "serve.log", *words):
        server = Server(known["PREFECT_API_URL"])
        build = until(lambda: server.deployment("build-dataset"))
        with browsing_prefect(server.api, pictures) as ui:
            refused(ui, server, build)
            completed(ui, server, build)
            approved(ui, server, build, output)
            cancelled(ui, server, build, slow)
    answered = len(teacher.bodies())
    time.sleep(3)
    assert len(teacher.bodies()) == answered, "a cancelled run goes on sending"


def refused(ui: PrefectUI, server: Server, build: str) -> None:
    """A bad value is told where it was entered, and makes no run."""
    ui.form(build)
    ui.picture("form", whole=True)
    ui.fill("target", -3)
    ui.press("Submit")
    ui.sees("-3 is less than the minimum of 0")
    ui.picture("refused")
    assert server.ask("flow_runs/count") == 0


def completed(ui: PrefectUI, server: Server, build: str) -> None:
    """A run with another target, its artifacts, and the report of its version."""
    ui.form(build)
    ui.fill("target", 9)
    run = submitted(ui, server)
    assert server.ended(run, "Completed", "Failed", "Crashed") == "Completed"
    ui.run(run)
    ui.sees("rivers-v1")
    ui.picture("run")
    ui.page.get_by_text("Artifacts", exact=True).last.click()
    ui.sees("funnel-rivers")
    ui.picture("artifacts")
    ui.page.get_by_text("funnel-rivers").first.click()
    ui.sees("published")
    ui.picture("funnel")
    report = next(a for a in server.ask("artifacts/filter") if a["key"] == "report-rivers")
    ui.page.goto(f"{ui.url}/artifacts/artifact/{report['id']}")
    with ui.page.expect_popup() as opened:
        ui.page.get_by_role("link", name="Open the report").click()
    opened.value.wait_for_load_state()
    assert "rivers-v1" in opened.value.title()
    opened.value.screenshot(path=ui.pictures / "report.png")


def approved(ui: PrefectUI, server: Server, build: str, output: Path) -> None:
    """A run that asks, and a person who says yes."""
    ui.form(build)
    ui.fill("name", "asked")
    ui.fill("target", 9)
    ui.switch("ask_approval")
    run = submitted(ui, server)
    assert server.ended(run, "AwaitingApproval", "Completed", "Failed") == "AwaitingApproval"
    assert latest(output, "asked") is None
    ui.run(run)
    ui.sees("AwaitingApproval")
    ui.page.get_by_role("button", name="Resume").first.click()
    ui.sees("asked-v1")
    ui.choose("Decision", "approve")
    ui.fill("Reason", "read it")
    ui.picture("approval")
    ui.press("Submit")
    assert server.ended(run, "Completed", "Failed", "Rejected") == "Completed"
    found = latest(output, "asked")
    assert found is not None and found.name == "asked-v1"


def cancelled(ui: PrefectUI, server: Server, build: str, slow: Path) -> None:
    """A run that is stopped while it asks."""
    ui.form(build)
    ui.fill("recipe_file", slow)
    run = submitted(ui, server)
    until(lambda: server.ask("task_runs/filter", flow_runs={"id": {"any_": [str(run)]}}))
    time.sleep(3)
    ui.run(run)
    ui.sees("Running")
    ui.picture("running")
    ui.page.get_by_role("button", name="Cancel", exact=True).first.click()
    ui.press("Confirm")
    started = time.monotonic()
    assert server.ended(run, "Cancelled", "Completed", "Failed", "Crashed") == "Cancelled"
    assert time.monotonic() - started < 60
    ui.run(run)
    ui.sees("Cancelled")
    ui.picture("cancelled")
