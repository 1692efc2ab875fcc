"""Reports behind links of the Prefect UI: those, to this machine, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import polars as pl
from store_samples import content, manifest

from flows.runs.reports import report_url, serving_reports
from flows.runs.shown import report_markdown, rows_markdown
from store.publish import publish


def test_reports_are_served_and_nothing_else(tmp_path: Path) -> None:
    version = publish(tmp_path, "rivers", content(), manifest(notes=[], alarms=[]))
    assert report_url(version) == "" and "Open the report" not in report_markdown(version)
    with serving_reports(tmp_path, 0) as url, httpx.Client(base_url=url, verify=False) as client:
        assert report_url(version) == f"{url}/rivers/rivers-v1/report.html"
        assert f"[Open the report]({report_url(version)})" in report_markdown(version)
        page = client.get("/rivers/rivers-v1/report.html")
        assert page.status_code == 200 and "rivers-v1" in page.text
        for path in (
            "/",
            "/rivers/rivers-v1/",
            "/rivers/rivers-v1/manifest.json",
            "/rivers/latest.json",
            "/.stillhouse/journal.sqlite",
            "/rivers/rivers-v1/report.html?x",
            "/rivers/rivers-v1/%2e%2e/rivers-v1/report.html",
        ):
            assert client.get(path).status_code == 404, path
        strange = client.get("/rivers/rivers-v1/report.html", headers={"Host": "evil.example"})
        assert strange.status_code == 404
    assert report_url(version) == ""


def test_personal_data_is_shown_to_no_server(tmp_path: Path) -> None:
    made = content()
    assert len(made.rejected)
    said = {"question": pl.lit("whose?"), "answer": pl.lit("of Jane Doe")}
    made = replace(made, rejected=made.rejected.with_columns(stage=pl.lit("privacy"), **said))
    page = rows_markdown(publish(tmp_path, "rivers", made, manifest()))
    assert "Jane Doe" not in page and "personal data" in page
