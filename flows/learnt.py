"""A calibration of the verifier from labelled claims of a version, kept with the page on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from configs.errors import ConfigError
from configs.verifiers import Grounding
from flows.labels import check_enough, read_labels
from flows.review import grounding_of, undecided
from flows.workspace import working_folder
from store.files import put_whole
from store.pages import fill
from store.versions import Version
from verifiers.calibration import BELOW, save_calibration
from verifiers.learning import Learnt, Told, learn, supports
from verifiers.reliability import reliability_svg


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of labels: where the calibration and its page are, how many labels there were and
    how many of them were ``supported``, which share of the supported ``wanted`` to be lost at most,
    and the share that is expected to be lost of all ``undecided`` claims of the version.
    """

    version: str
    path: Path
    page: Path
    learnt: Learnt
    labelled: int
    supported: int
    wanted: float
    undecided: int
    expected: float


def learn_from(version: Version, labels: Path, wanted: float, to: Path | None) -> Reviewed:
    """Learn from a labelled file, and write the calibration and its page.

    Raises:
        ConfigError: the labels do not do, or the version does not say what is undecided.
        StoreCorrupt: the disk refused.
    """
    path = to or _usual_place(version)
    if path.suffix != ".json":
        raise ConfigError(f"--to {path}: give a file that ends with .json")
    settings, claims = grounding_of(version), undecided(version)
    said = read_labels(labels, {*claims["id"]})
    check_enough(labels, said)
    learnt = learn(_told(claims, said, settings), wanted, settings.scorer)
    found = Reviewed(
        version=version.name,
        path=path,
        page=path.with_suffix(".html"),
        learnt=learnt,
        labelled=len(said),
        supported=sum(said.values()),
        wanted=wanted,
        undecided=len(claims),
        expected=_expected(claims, learnt, settings),
    )
    save_calibration(learnt.calibration, path)
    _save_page(found)
    return found


def _usual_place(version: Version) -> Path:
    folder = working_folder(version.root) / "calibrations"
    return folder / f"{version.manifest['dataset']}.json"


def _told(claims: pl.DataFrame, labels: Mapping[str, bool], settings: Grounding) -> Told:
    own = claims.filter(pl.col("id").is_in([*labels]))
    scores, open_ = own["uncalibrated"].to_numpy(), _open(own, settings)
    chosen = settings.entailment
    supported = scores >= chosen.threshold if chosen else open_
    return Told(scores, np.array([float(labels[id_]) for id_ in own["id"]]), supported, open_)


def _open(claims: pl.DataFrame, settings: Grounding) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Claims that a threshold decides about: any of a model's, and those that wording supported;
    what lacks support by its checks gets none from a probability.
    """
    if settings.entailment:
        return np.ones(len(claims), bool)
    lost_by_threshold = pl.col("detail").str.starts_with(BELOW)
    return (
        claims.select((pl.col("verdict") == "supported") | lost_by_threshold).to_series().to_numpy()
    )


def _expected(claims: pl.DataFrame, learnt: Learnt, settings: Grounding) -> float:
    """The share of the supported claims that is lost, going by the probabilities of all of them."""
    scores = claims["uncalibrated"].to_numpy()
    likely = learnt.calibration(scores)
    lost = ~supports(learnt.calibration, scores, _open(claims, settings))
    return float(likely[lost].sum() / max(likely.sum(), 1e-9))


def _save_page(found: Reviewed) -> None:
    before, after = found.learnt.before.table, found.learnt.after.table
    plot = reliability_svg([("before", before), ("after", after)], found.version)
    tables = [("before", before), ("after", after)]
    text = fill(
        Path(__file__).with_suffix(".html.j2"), found=found, plot=_marked(plot), tables=tables
    )
    put_whole(found.page, text.encode())


def _marked(svg: str) -> str:
    from markupsafe import Markup

    return Markup(svg)  # made by our own template, which escapes
