"""What scores are worth: the probability that a claim is supported, as labelled claims have shown.

How the curve is found is in :mod:`verifiers.curves`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import orjson
from numpy.typing import ArrayLike, NDArray
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from configs.errors import ConfigError
from configs.verifiers import Grounding
from store.files import put_whole
from verifiers.verdicts import Checked

Floats = NDArray[np.float64]
Kind = Literal["identity", "platt", "isotonic"]
Share = Annotated[float, Field(ge=0, le=1)]

_EDGE = 1e-3
"""Scores are kept this far from 0 and 1 in log odds, so that a few do not tilt the curve."""
BELOW = "below the threshold of the calibration: "
"""How the detail of a claim begins that only a calibration's threshold has lost its support."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A monotone map from scores to probabilities.

    ``platt`` is a logistic curve over the log odds of a score, with ``slope`` and ``offset``;
    ``isotonic`` goes straight from one of the points (``scores``, ``probabilities``) to the next;
    ``identity`` leaves scores as they are. ``labelled`` is the number of rows it was learnt from,
    and ``scorer`` says whose scores these were, empty for anybody's. What is less likely than the
    ``threshold`` counts as not found, None leaves that to others.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)

    kind: Kind = "identity"
    labelled: Annotated[int, Field(ge=0)] = 0
    scorer: str = ""
    slope: Annotated[float, Field(ge=0)] = 1.0
    offset: float = 0.0
    scores: tuple[Share, ...] = ()
    probabilities: tuple[Share, ...] = ()
    threshold: Share | None = None

    def __call__(self, scores: ArrayLike) -> Floats:
        """Probabilities of scores, in their order."""
        given = np.asarray(scores, np.float64)
        if self.kind == "platt":
            return share_of(self.slope * log_odds(given) + self.offset)
        if self.kind == "isotonic":
            return np.interp(given, self.scores, self.probabilities)
        return np.clip(given, 0.0, 1.0)

    def probability(self, score: float) -> float:
        """The probability of one score."""
        return float(self([score])[0])


_FILE = TypeAdapter(Calibration)


def log_odds(scores: ArrayLike) -> Floats:
    """Natural logarithm of the odds of scores, finite at 0 and 1 too."""
    kept = np.clip(np.asarray(scores, np.float64), _EDGE, 1 - _EDGE)
    return np.log(kept / (1 - kept))


def share_of(odds: Floats) -> Floats:
    """The inverse of log odds, for any finite ones."""
    return np.exp(-np.logaddexp(0, -odds))


def weighed(checked: Sequence[Checked], calibration: Calibration) -> list[Checked]:
    """The same claims, with scores that are probabilities where they are degrees; what is supported
    by a probability below the threshold is not found.
    """
    return [_weighed(item, calibration) if _is_degree(item) else item for item in checked]


def _weighed(item: Checked, calibration: Calibration) -> Checked:
    raw, least = item.decided.score, calibration.threshold
    score = calibration.probability(raw)
    decided = replace(item.decided, score=score, uncalibrated=raw)
    if least is not None and score < least and decided.verdict == "supported":
        detail = f"{BELOW}{score:.1%} likely supported, {least:.1%} are needed"
        decided = replace(decided, verdict="not_found", detail=detail)
    return replace(item, decided=decided)


def _is_degree(item: Checked) -> bool:
    """Whether the score is a share of a claim's own wording; exact checks give none."""
    claim = item.claim
    return item.decided.rule == "wording" and claim.holds and not claim.absent


def calibration_of(settings: Grounding) -> Calibration | None:
    """The calibration that a verifier is to use, if any.

    Raises:
        ConfigError: it cannot be read, is none, or was learnt from scores of another kind.
    """
    if settings.calibration is None:
        return None
    found = load_calibration(settings.calibration)
    if found.scorer not in ("", settings.scorer):
        raise ConfigError(
            f"verifiers.grounding.calibration: {settings.calibration}: scorer: it was learnt from "
            f"scores of {found.scorer!r}, and this recipe has those of {settings.scorer!r}, of "
            "which it says nothing; set calibration to null, build, and learn a new one with "
            "`stillhouse review`"
        )
    return found


def load_calibration(path: str | Path) -> Calibration:
    """The calibration in a file.

    Raises:
        ConfigError: it cannot be read, or is none; names the field.
    """
    where = f"verifiers.grounding.calibration: {path}"
    try:
        found = _FILE.validate_json(Path(path).read_bytes())
    except OSError as error:
        raise ConfigError(
            f"{where} cannot be read ({error.strerror}); give the path of a file "
            "that `stillhouse review` wrote, or null"
        ) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "file"
        raise ConfigError(
            f"{where}: {field}: {first['msg']}; write it anew with `stillhouse review`"
        ) from None
    points = (found.scores, found.probabilities)
    rising = all([*values] == sorted(values) for values in points)
    paired = len(points[0]) == len(points[1])
    if not (rising and paired) or (found.kind == "isotonic" and not points[0]):
        raise ConfigError(
            f"{where}: scores: they and probabilities must rise together, one probability per "
            "score; write the file anew with `stillhouse review`"
        )
    return found


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write it as JSON, whole or not at all.

    Raises:
        StoreCorrupt: the disk refused.
    """
    put_whole(path, orjson.dumps(asdict(calibration), option=orjson.OPT_INDENT_2))
