"""What stands in a report, and where; how it looks is tested in a browser (tests/browser)."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from report_samples import rich_page
from store_samples import content, manifest

from store.checks import verify
from store.publish import publish
from store.report import render_report
from store.report.generations import draw_generations
from store.report.panel import SAYS, groups
from store.report.scales import LogScale, Scale
from verifiers.collapse.metrics import METRICS
from verifiers.collapse.ranks import curve

SECTIONS = ("use", "content", "truth", "richness", "making")
VOID = {"meta", "br", "path", "circle", "line", "polyline"}


@pytest.fixture(scope="module")
def page() -> str:
    return rich_page()


def section(page: str, name: str) -> str:
    return page.partition(f'<section id="{name}"')[2].partition("</section>")[0]


class Nested(HTMLParser):
    """Fails where an element is closed that is not open; collects ids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())


def test_what_people_ask_comes_in_order(page: str) -> None:
    places = [page.index(f'<section id="{name}"') for name in SECTIONS]
    assert places == sorted(places)
    assert all(f'href="#{name}"' in page for name in SECTIONS)
    found = Nested()
    found.feed(page)
    assert found.open == [] and len(found.ids) == len(set(found.ids))


def test_the_gate_is_told_first_with_what_to_do(page: str) -> None:
    use = section(page, "use")
    assert "effective number of clusters has fallen by almost half" in use
    assert "now 21.4, was 39.8, −14.2 standard deviations" in use
    assert "<li>Raise the weight of the anchor" in use and "remedy.yaml" in use
    assert "75.0% of this version was written by machines" in use
    assert "✗</span> quarantined" in page


def test_a_page_is_small_and_needs_nothing_from_outside(page: str) -> None:
    assert len(page.encode()) < 1_000_000
    assert not re.search(r"https?://|<script|src=|@import|url\(", page)


def test_alarms_are_words_and_come_first(page: str) -> None:
    rows = re.findall(r"</span> (alarm|no alarm|not tested)</td>", section(page, "richness"))
    assert rows[0] == "alarm" and {*rows} == {"alarm", "no alarm", "not tested"}
    first = rows[: rows.index("not tested")]
    assert first == sorted(first), "an alarm stands below what is none"


def test_rings_have_the_numbers_of_the_table(page: str) -> None:
    richness = section(page, "richness")
    rings = re.findall(r'class="ring-number"[^>]*>(\d+)<', richness)
    numbered = re.findall(r'<th scope="row" class="n">(\d+)</th>', richness)
    assert rings == numbered[: len(rings)] == [str(n) for n in range(1, 13)]
    assert len(numbered) > 12, "smaller ones are folded, not lost"


def test_every_table_says_what_it_is(page: str) -> None:
    captions = re.findall(r"<caption>(.+?)</caption>", page)
    assert page.count("<table") == len(captions) == len(set(captions))
    assert page.count('role="region"') == page.count('tabindex="0"') == len(captions) + 1
    assert page.count('role="img"') == page.count("<desc ")
    assert not re.search(r"<th(?![^>]*scope=)[ >]", page)


def test_every_figure_of_the_panel_is_explained() -> None:
    assert SAYS.keys() == METRICS.keys()


def test_a_panel_without_tests_is_shown_without_verdicts() -> None:
    row = {"metric": "vendi", "reference": "corpus", "value": 2.0, "effect": None, "alarm": False}
    (found,) = groups([{**row, "p_adjusted": None, "gated": False}])
    assert not found.tested and [line.row["metric"] for line in found.first] == ["vendi"]


@pytest.mark.parametrize(("low", "first"), [(0.93, "90%"), (0.61, "60%"), (0.2, "0%")])
def test_the_axis_of_generations_begins_below_all(low: float, first: str) -> None:
    point = {"value": low + 0.02, "low": low, "high": 1.0}
    earlier = [{"version": 3, "figures": {"claim_accuracy": point}}]
    own = {"metric": "claim_accuracy", "reference": "", **point}
    (course,) = draw_generations(earlier, 4, [own])
    assert (course.up[0][1], course.up[-1][1]) == ("100%", first)
    assert [dot.version for dot in course.dots] == ["v3", "v4"]
    assert all(course.top <= dot.top <= dot.y <= dot.bottom <= course.bottom for dot in course.dots)
    assert draw_generations([], 1, [own]) == [], "one generation is no course"


def test_scales_put_their_ends_at_the_ends() -> None:
    assert [Scale(2, 4, 10, 20)(value) for value in (2, 3, 4)] == [10, 15, 20]
    scale = LogScale(0.01, 100, 0, 8)
    assert [scale(mark) for mark in scale.marks()] == [0, 2, 4, 6, 8]
    assert LogScale(0.003, 0.06, 0, 1).marks() == pytest.approx([0.005, 0.01, 0.02, 0.05])
    assert Scale(1, 1, 5, 9)(1) == 5


def test_figures_are_kept_and_drawn_again(tmp_path: Path) -> None:
    points = {"version": [[0, 1000], [5, 5]], "parent": [[7, 7]], "anchor": [[8, 8]]}
    curves = {name: curve(np.array([4, 2, 1])) for name in ("version", "parent")}
    drawing: dict[str, Any] = {
        "map": {"explained": 0.5, "points": points, "rings": []},
        "tails": [{"of": "clusters", "curves": curves}],
        "ancestors": [],
    }
    made = replace(content(), figures=drawing)
    version = publish(tmp_path, "small", made, manifest())
    assert verify(version) == [] and version.figures == drawing
    page = (version.path / "report.html").read_text(encoding="utf-8")
    assert "Map of meanings" in page and "No cluster has vanished." in page
    again = render_report(
        version.manifest, [], made.rejected, version.table("probes"), figures=version.figures
    )
    assert section(again, "richness") == section(page, "richness")


def test_nothing_measured_is_said(tmp_path: Path) -> None:
    made = replace(content(), probes=content().probes.clear())
    version = publish(tmp_path, "small", made, manifest())
    page = (version.path / "report.html").read_text(encoding="utf-8")
    assert "Nothing was measured." in page and "Map of meanings" not in page
    assert version.figures == {} and isinstance(version.table("probes"), pl.DataFrame)
