"""Runs of served deployments at a real server: those missed while nobody served, and those that
measure models.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import RecipeFile, StartServer
from conftest import Server as Teacher
from scripted_student import Student, serving

from benchmarks.prefect_server import Server, served, serving_prefect, until
from configs.load import load_recipe
from configs.locations import location_of
from flows.pipeline import build
from store.versions import latest, list_versions

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]


@dataclass(frozen=True)
class Place:
    """A Prefect server, the environment that leads there, a dataset that was built, and who was
    asked for it.
    """

    server: Server
    known: dict[str, str]
    folder: Path
    recipe: Path
    teacher: Teacher

    def launch(self, name: str, late_s: float = 0, **parameters: Any) -> str:
        """The id of a new run of a deployment, that was due some seconds ago."""
        due = (datetime.now(UTC) - timedelta(seconds=late_s)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": due}}
        path = f"deployments/{self.server.deployment(name)}/create_flow_run"
        return str(self.server.ask(path, parameters=parameters, state=state)["id"])

    def artifacts(self, run: str) -> str:
        """What a run left to read."""
        asked = {"flow_runs": {"id": {"any_": [run]}}}
        return "\n".join(str(each["data"]) for each in self.server.ask("artifacts/filter", **asked))


@pytest.fixture
def place(tmp_path: Path, recipe_file: RecipeFile, start_server: StartServer) -> Iterator[Place]:
    teacher = start_server()
    recipe = recipe_file(teacher.url, max_candidates=40)
    build(load_recipe(str(recipe), output=location_of(str(tmp_path / "out"))))
    with serving_prefect(tmp_path, {"PREFECT_RUNNER_POLL_FREQUENCY": "1"}) as known:
        server = Server(known["PREFECT_API_URL"])
        with served(known, tmp_path / "first.log", "--reports", "-1"):
            until(lambda: server.deployment("verify-dataset"))
        yield Place(server, known, tmp_path, recipe, teacher)


def test_what_was_missed_is_made_up_for_and_sends_nothing_twice(
    place: Place, documents: Path
) -> None:
    given = {"dataset": "rivers", "output": str(place.folder / "out")}
    missed = [place.launch("refresh-dataset", late, **given) for late in (7200, 3600)]
    changed = documents / "elm.md"
    changed.write_text(changed.read_text().replace("77 km", "78 km"))
    asked = len(place.teacher.bodies())
    with served(place.known, place.folder / "again.log", "--reports", "-1"):
        names = ("Completed", "Skipped", "Failed", "Partial")
        ended = {place.server.ended(run, *names) for run in missed}
    # Where both come at the same moment, one has the dataset and the other is skipped.
    assert "Completed" in ended <= {"Completed", "Skipped"}
    root = location_of(str(place.folder / "out"))
    assert len(list_versions(root, "rivers")) == 2
    newest = latest(root, "rivers")
    assert newest is not None and newest.manifest["parent"] == "rivers-v1"
    sent = place.teacher.bodies()[asked:]
    assert sent and len(sent) == len({*sent})


def test_a_teacher_is_measured_and_a_student_probed(place: Place) -> None:
    facts = {"facts": 8, "at_least": 4}
    asked = {"recipe_file": str(place.recipe), "output": str(place.folder / "out")}
    with (
        serving(Student({})) as url,
        served(place.known, place.folder / "again.log", "--reports", "-1"),
    ):
        bench = place.launch("bench-teacher", max_concurrency=2, calls=2, **asked)
        assert place.server.ended(bench, "Completed", "Failed") == "Completed"
        probe = place.launch("probe-student", endpoint=url, model="tiny", questions=facts, **asked)
        assert place.server.ended(probe, "Completed", "Failed") == "Completed"
    assert "| in flight | calls | tokens/s |" in place.artifacts(bench)
    assert "| facts, short answers |" in place.artifacts(probe)
