"""The steps of one infusion: each rate of the ladder in turn, the last until the dose is in."""

from __future__ import annotations

from collections.abc import Iterator

from ivigsim.products.infusion import RateStep
from ivigsim.products.ladder import Ladder

SHORTEST_STEP_MIN = 1.0
"""A last step shorter than this is not begun: the one before runs on (assumed: no pump is set for less)."""


def rate_steps(grams: float, dosing_kg: float, percent: float, ladder: Ladder) -> Iterator[RateStep]:
    """Yield the steps of one infusion: each rate of the ladder in turn, the last until the dose is in.

    Parameters
    ----------
    grams : float
        Dose (g).
    dosing_kg : float
        Weight that rates are per (kg).
    percent : float
        Strength (%).
    ladder : Ladder

    Examples
    --------
    >>> ladder = Ladder(((1.0, 30.0), (2.0, 30.0)), ())
    >>> [(step.start_min, step.minutes, step.grams) for step in rate_steps(9, 100, 10, ladder)]
    [(0.0, 30.0, 3.0), (30.0, 30.0, 6.0)]
    """
    start = total = 0.0
    last = len(ladder.steps) - 1
    for place, (rate, minutes) in enumerate(ladder.steps):
        per_min = rate * dosing_kg / 1000.0  # g/min
        left = (grams - total) / per_min
        next_rate = ladder.steps[min(place + 1, last)][0]
        # what the next step would run, were it to finish the dose
        after = (left - minutes) * rate / next_rate
        ends = place == last or after < SHORTEST_STEP_MIN
        given = grams - total if ends else per_min * minutes
        minutes = left if ends else minutes
        total = grams if ends else total + given
        yield RateStep(
            start_min=start,
            minutes=minutes,
            rate_mg_kg_min=rate,
            rate_ml_h=per_min * 60.0 * 100.0 / percent,
            grams=given,
            volume_ml=given * 100.0 / percent,
            total_g=total,
            total_ml=total * 100.0 / percent,
        )
        if ends:
            return
        start += minutes
