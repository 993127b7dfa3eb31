"""Sentences and numbers as reports print them."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log10

RESEARCH_ONLY = "For research and teaching; never for treatment decisions."
CALIBRATED = (
    "Parameters are calibrated to published results;"
    " `ivigsim validate` shows what they reproduce and what not."
)
SAME_PATIENTS = "Every regimen is given to the same virtual patients."
MONTE_CARLO = (
    "95% intervals say how much another draw of as many virtual patients would differ, "
    "not how far the model is right."
)


def decimals(value: float) -> int:
    """Return how many decimals show three significant figures of `value`; at most three.

    Examples
    --------
    >>> decimals(83.42), decimals(123.4), decimals(8.319)
    (1, 0, 2)
    """
    return 3 if abs(value) < 0.1 else max(0, 2 - floor(log10(abs(value))))


def estimate(value: float, low: float | None, high: float | None) -> str:
    """Return an estimate with three significant figures and its interval with as many decimals.

    Whole numbers stay whole. NR stands for an end that is not reached.

    Examples
    --------
    >>> estimate(10.4, 8.657, 12.446)
    '10.4 (8.7–12.4)'
    >>> estimate(48.0, 45.0, None)
    '48 (45–NR)'
    >>> estimate(7.0, None, None), estimate(0.0, 0.0, 0.383)
    ('7', '0.0 (0.0–0.4)')
    """
    ends = (low, high)
    # rounding first keeps the noise of a difference that is zero from printing
    numbers = [round(x, 3) + 0.0 for x in (value, low, high) if x is not None]
    places = 0 if all(x == int(x) for x in numbers) else decimals(numbers[0]) if numbers[0] else 1
    if places == 0 and abs(value) >= 1000:
        places = 2 - floor(log10(abs(value)))  # 1,234 is shown as 1,230

    def text(x: float | None) -> str:
        return "NR" if x is None else f"{round(round(x, 3), places) + 0.0:,.{max(places, 0)}f}"

    return text(value) if ends == (None, None) else f"{text(value)} ({text(low)}–{text(high)})"


def count(number: int, noun: str) -> str:
    """Return a number of things.

    Examples
    --------
    >>> count(1, "patient"), count(1000, "patient")
    ('1 patient', '1,000 patients')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def settings_text(covariates: Mapping[str, object], switched: Mapping[str, bool], lead: str = "") -> str:
    """Return what was fixed for every patient and which mechanisms were switched; empty when nothing was.

    Examples
    --------
    >>> settings_text({"splenectomised": True}, {"fc_gamma_blockade": False}, "with ")
    'with splenectomised = yes, fc_gamma_blockade off'
    """
    texts = [f"{name} = {_value_text(value)}" for name, value in covariates.items()]
    texts += [f"{name} {'on' if on else 'off'}" for name, on in switched.items()]
    return f"{lead}{', '.join(texts)}" if texts else ""


def _value_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
