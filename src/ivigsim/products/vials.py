"""Whole vials: which sizes make a dose, with as few vials as can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd, lcm

from ivigsim.errors import InputError, unknown

ROUNDINGS = ("nearest", "up", "down", "none")
_MOST_UNITS = 100_000  # of the finest step between totals; a slip of a unit, not a dose, is above


@dataclass(frozen=True)
class Vials:
    """Vials to open for one infusion.

    Attributes
    ----------
    counts : tuple of (float, int)
        Size (g) and number, largest first.
    grams : float
        In the vials together.
    given_g : float
        Of that, given to the patient.
    """

    counts: tuple[tuple[float, int], ...]
    grams: float
    given_g: float

    @property
    def number(self) -> int:
        """How many vials."""
        return sum(count for _, count in self.counts)

    @property
    def left_g(self) -> float:
        """What stays in the vials (g)."""
        return self.grams - self.given_g


def vials_for(dose_g: float, sizes_g: Sequence[float], rounding: str) -> Vials:
    """Choose the vials for a dose: the total that the rounding asks for, in as few vials as can be.

    Parameters
    ----------
    dose_g : float
        Dose (g).
    sizes_g : sequence of float
        Sizes that exist (g).
    rounding : str
        "nearest" (of two totals as near, the larger), "up", "down", or "none": the dose is given as it is,
        from the least total that holds it.

    Returns
    -------
    Vials

    Raises
    ------
    InputError
        For an unknown rounding, or a dose that rounds to no vial at all.

    Examples
    --------
    >>> vials_for(70, [5, 10, 20, 40], "nearest").counts
    ((40.0, 1), (20.0, 1), (10.0, 1))
    >>> vials_for(68, [5, 10], "none").left_g
    2.0
    """
    if rounding not in ROUNDINGS:
        raise unknown("rounding", str(rounding), ROUNDINGS)
    unit, units = _in_units(sizes_g)
    # 7 vials and a rounding error are 7 vials
    wanted = Fraction(round(dose_g, 9)).limit_denominator(10**9) / unit
    if wanted > _MOST_UNITS:
        raise InputError(
            f"a dose of {dose_g:g} g is too large; accepted: up to {float(_MOST_UNITS * unit):g} g"
        )
    fewest = _fewest(units, ceil(wanted) + max(units))
    below = next((total for total in range(floor(wanted), 0, -1) if fewest[total]), 0)
    above = next(total for total in range(max(ceil(wanted), 1), len(fewest)) if fewest[total])
    total = above if rounding in ("up", "none") else below
    if rounding == "nearest" and above - wanted <= wanted - below:
        total = above
    if total == 0:
        raise InputError(
            f"a dose of {dose_g:g} g rounded {'down' if rounding == 'down' else 'to the nearest'} is no vial;"
            f" accepted: from {float(min(units) * unit):g} g, or rounding up or none (nearest: --round up)"
        )
    counts: dict[int, int] = {}
    left = total
    while left:
        counts[fewest[left]] = counts.get(fewest[left], 0) + 1
        left -= fewest[left]
    grams = float(total * unit)
    return Vials(
        tuple((float(size * unit), counts[size]) for size in sorted(counts, reverse=True)),
        grams,
        dose_g if rounding == "none" else grams,
    )


def _in_units(sizes_g: Sequence[float]) -> tuple[Fraction, list[int]]:
    """Return the finest step between totals (g), and the sizes in it."""
    sizes = [Fraction(str(size)) for size in sizes_g]
    below = lcm(*(size.denominator for size in sizes))
    whole = [int(size * below) for size in sizes]
    step = gcd(*whole)
    return Fraction(step, below), [size // step for size in whole]


def _fewest(sizes: list[int], most: int) -> list[int]:
    """Return, for each total, a vial of the smallest set that makes it; 0 where none does.

    Of sets as small, that with the larger vial is taken, so that the answer is always the same.
    """
    number = [0] + [most + 1] * most
    last = [0] * (most + 1)
    for total in range(1, most + 1):
        for size in sorted(sizes, reverse=True):
            if size <= total and number[total - size] + 1 < number[total]:
                number[total], last[total] = number[total - size] + 1, size
    return last
