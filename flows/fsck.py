"""All versions of some datasets checked one by one, with progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from configs.errors import ConfigError
from configs.locations import Location
from flows import progress
from store.checks import Problem, check_pointers, check_version, dataset_names
from store.versions import list_versions


@dataclass(frozen=True)
class Checked:
    """How many were looked at, and what is wrong with them."""

    datasets: int
    versions: int
    problems: Sequence[Problem]


def check(root: Location, names: Sequence[str] | None = None) -> Checked:
    """Check datasets, by default all of a folder.

    Raises:
        ConfigError: there is no such dataset, or none at all.
    """
    there = dataset_names(root)
    lost = [name for name in names or () if name not in there]
    if lost or not there:
        raise ConfigError(
            f"no dataset {', '.join(lost) or 'at all'} in {root}; there are: "
            f"{', '.join(there) or 'none'}"
        )
    chosen = list(names or there)
    versions = [version for name in chosen for version in list_versions(root, name)]
    problems = [problem for name in chosen for problem in check_pointers(root, name)]
    with progress.bars():
        for done, version in enumerate(versions):
            progress.report("versions", done, len(versions))
            problems += check_version(version)
    return Checked(len(chosen), len(versions), problems)
