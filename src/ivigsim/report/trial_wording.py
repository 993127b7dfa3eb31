"""Numbers and names of a trial as reports print them."""

from __future__ import annotations

from collections.abc import Sequence

from ivigsim.outcomes import Interval
from ivigsim.report.wording import count, decimals, estimate
from ivigsim.trials.statistics import Analysis
from ivigsim.trials.statistics.design import WORDS

BLANK = "-"
NONE = Interval(None, None, None)
LONG = 14  # letters; longer names of arms do not fit beside their numbers


def tags(arms: Sequence[str]) -> dict[str, str]:
    """Return what to call arms in a table: their names, or letters where a name is long.

    Examples
    --------
    >>> tags(["low", "high"])
    {'low': 'low', 'high': 'high'}
    >>> tags(["IVIG 1 g/kg on two days", "untreated"])
    {'IVIG 1 g/kg on two days': 'A', 'untreated': 'B'}
    """
    if all(len(arm) <= LONG for arm in arms):
        return {arm: arm for arm in arms}
    return {arm: _letter(place) for place, arm in enumerate(arms)}


def _letter(place: int) -> str:
    """Return A to Z, then AA to AZ and so on."""
    more, last = divmod(place, 26)
    return (_letter(more - 1) if more else "") + chr(ord("A") + last)


def design_words(found: Analysis) -> str:
    """Return what kind of trial it is, and its size."""
    sizes = {arm.simulated for arm in found.arms}
    each = "arms of different size"
    if len(sizes) == 1 and not (size := sizes.pop()) % found.replicates:
        each = f"{count(size // found.replicates, 'patient')} per arm"
    if found.replicates > 1:
        each += f", {count(found.replicates, 'replicate')}"
    against = f", reference {found.design.reference}" if found.design.compared else ""
    return f"{WORDS[found.design.kind]}; {count(len(found.arms), 'arm')}, {each}{against}."


def p_text(p: float | None) -> str:
    """Return a p value.

    Examples
    --------
    >>> p_text(0.0412), p_text(0.0000002), p_text(0.9999), p_text(None)
    ('0.041', '<0.001', '>0.99', '-')
    """
    if p is None:
        return BLANK
    if p < 0.001:
        return "<0.001"
    if p > 0.99:
        return ">0.99"
    return f"{p:.2f}" if p >= 0.1 else f"{p:.3f}"


def percent(found: Interval) -> str:
    """Return a share and its limits in percent.

    Examples
    --------
    >>> percent(Interval(0.8, 0.687, 0.889))
    '80.0 (68.7–88.9)'
    """
    if found.value is None:
        return BLANK
    low, high = found.low, found.high
    limits = "" if low is None or high is None else f" ({100 * low:.1f}–{100 * high:.1f})"
    return f"{100 * found.value:.1f}{limits}"


def points(found: Interval) -> str:
    """Return a difference of shares in percentage points.

    Examples
    --------
    >>> points(Interval(-0.0621, -0.1186, -0.0046))
    '−6.2 (−11.9 to −0.5)'
    """
    return signed(
        Interval(*(None if x is None else 100 * x for x in (found.value, found.low, found.high))), 1
    )


def signed(found: Interval, places: int) -> str:
    """Return a difference with its sign and limits."""
    if found.value is None:
        return BLANK

    def text(x: float) -> str:
        return f"{round(x, places) + 0.0:+.{places}f}".replace("-", "−").replace("+0.0", "0.0")

    if found.low is None or found.high is None:
        return f"{text(found.value)} (no limits)"
    return f"{text(found.value)} ({text(found.low)} to {text(found.high)})"


def ratio_text(found: Interval) -> str:
    """Return a ratio; a side without limit is ∞.

    Examples
    --------
    >>> ratio_text(Interval(1.333, 1.077, 1.651)), ratio_text(Interval(1.0, None, None))
    ('1.33 (1.08–1.65)', '1.00 (no limits)')
    >>> ratio_text(Interval(None, 1.5, None)), ratio_text(NONE)
    ('∞ (1.50–∞)', '-')
    """
    if found == NONE:
        return BLANK

    def text(x: float | None) -> str:
        return "∞" if x is None else f"{x:.{min(2, decimals(x)) if x else 2}f}"

    if found.low is None:
        return f"{text(found.value)} (no limits)"
    return f"{text(found.value)} ({text(found.low)}–{text(found.high)})"


def median_text(found: Interval) -> str:
    """Return a median time with its limits; NR is not reached.

    Examples
    --------
    >>> median_text(Interval(3.0, 2.0, None)), median_text(NONE)
    ('3 (2–NR)', 'NR')
    """
    if found.value is None:
        return "NR" if found.low is None else f"NR ({found.low:g}–NR)"
    return estimate(found.value, found.low, found.high)


def amount(found: Interval) -> str:
    """Return grams or money, whole from 100 on.

    Examples
    --------
    >>> amount(Interval(1234.5, 1100.2, 1400.0)), amount(Interval(56.78, None, None))
    ('1,234 (1,100–1,400)', '56.8 (no limits)')
    """
    if found.value is None:
        return BLANK
    places = 0 if abs(found.value) >= 100 else 1
    limits = (found.low, found.high)
    if limits[0] is None or limits[1] is None:
        return f"{found.value:,.{places}f} (no limits)"
    return f"{found.value:,.{places}f} ({limits[0]:,.{places}f}–{limits[1]:,.{places}f})"
