"""Who responds in each arm, and how arms differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivigsim.outcomes import Interval
from ivigsim.trials.statistics.cohorts import Cohorts, check_matched
from ivigsim.trials.statistics.design import Design
from ivigsim.trials.statistics.proportions import (
    Pairs,
    difference,
    mcnemar_p,
    paired_difference,
    paired_ratio,
    ratio,
    score_p,
    share,
)

if TYPE_CHECKING:
    import polars as pl

METHODS = {
    "parallel": "shares: Wilson; difference: Newcombe; ratio: log (Katz); p: score test",
    "paired": "shares: Wilson; difference: Newcombe, paired; ratio: Bonett and Price; p: McNemar, exact",
}


@dataclass(frozen=True)
class ResponseShare:
    """Responders of an arm: their share of those judged, and of all."""

    arm: str
    judged: int
    not_judged: int
    responders: int
    share: Interval
    share_of_all: float


@dataclass(frozen=True)
class ResponseComparison:
    """An arm against the reference; `pairs` only where patients are their own controls.

    Attributes
    ----------
    arm, reference : str
    difference : Interval
        Share of the arm minus that of the reference, 0 to 1.
    ratio : Interval
        Share of the arm over that of the reference.
    p : float or None
        Two-sided.
    pairs : Pairs or None
    """

    arm: str
    reference: str
    difference: Interval
    ratio: Interval
    p: float | None
    pairs: Pairs | None


@dataclass(frozen=True)
class ResponseResult:
    """One response endpoint."""

    endpoint: str
    label: str
    method: str
    shares: tuple[ResponseShare, ...]
    comparisons: tuple[ResponseComparison, ...]


def responses(found: Cohorts, design: Design) -> tuple[ResponseResult, ...]:
    """Return shares and comparisons of every response endpoint."""
    compare = compare_pairs if design.kind == "paired" else compare_groups
    return tuple(
        ResponseResult(
            endpoint,
            design.label(endpoint),
            METHODS[design.kind],
            tuple(_share(frame, arm, endpoint, design.level) for arm, frame in found.by_arm.items()),
            tuple(compare(found, arm, endpoint, design) for arm in design.compared),
        )
        for endpoint in design.responses
    )


def _tally(frame: pl.DataFrame, endpoint: str) -> tuple[int, int]:
    """Return responders and how many were judged."""
    return int(frame[endpoint].sum() or 0), frame.height - frame[endpoint].null_count()


def _share(frame: pl.DataFrame, arm: str, endpoint: str, level: float) -> ResponseShare:
    responders, judged = _tally(frame, endpoint)
    interval = share(responders, judged, level)
    return ResponseShare(arm, judged, frame.height - judged, responders, interval, responders / frame.height)


def compare_groups(found: Cohorts, arm: str, endpoint: str, design: Design) -> ResponseComparison:
    """Compare an arm of independent patients with the reference.

    Raises
    ------
    InputError
        When the design is paired.
    """
    design.require("parallel", "a comparison of independent shares")
    k1, n1 = _tally(found.by_arm[arm], endpoint)
    k2, n2 = _tally(found.by_arm[design.reference], endpoint)
    p = float(score_p(k1, n1, k2, n2)) if n1 and n2 else None
    return ResponseComparison(
        arm,
        design.reference,
        difference(k1, n1, k2, n2, design.level),
        ratio(k1, n1, k2, n2, design.level),
        p,
        None,
    )


def compare_pairs(found: Cohorts, arm: str, endpoint: str, design: Design) -> ResponseComparison:
    """Compare an arm with the reference in the same patients; pairs not judged in both arms are left out.

    Raises
    ------
    InputError
        When the design is parallel, or the patients of the arms do not match.
    """
    import polars as pl

    design.require("paired", "a comparison of paired shares")
    frame, other = found.by_arm[arm], found.by_arm[design.reference]
    check_matched(frame, other, arm, design.reference)
    both = pl.DataFrame({"a": frame[endpoint], "b": other[endpoint]}).drop_nulls()
    if both.is_empty():
        nothing = Interval(None, None, None)
        return ResponseComparison(arm, design.reference, nothing, nothing, None, None)
    a, b = both["a"], both["b"]
    pairs = Pairs(int((a & b).sum()), int((a & ~b).sum()), int((~a & b).sum()), int((~a & ~b).sum()))
    return ResponseComparison(
        arm,
        design.reference,
        paired_difference(pairs, design.level),
        paired_ratio(pairs, design.level),
        float(mcnemar_p(pairs.arm_only, pairs.reference_only)),
        pairs,
    )
