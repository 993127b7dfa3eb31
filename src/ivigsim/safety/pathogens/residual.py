"""The risk that is left in a dose: from donors and screening over the pool and the process to the patient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError
from ivigsim.outcomes import stream
from ivigsim.safety.pathogens.donors import Donors, Input, Plasma, Unknown
from ivigsim.safety.pathogens.factors import Reduction
from ivigsim.safety.pathogens.facts import numbers_in
from ivigsim.safety.pathogens.pooling import plasma

Floats = NDArray[np.float64]

DRAWS = 20_000
MOST_LOTS = 1000
_BLOCK = 1000  # draws whose donations are held in memory at once


@dataclass(frozen=True)
class Spread:
    """Quantiles of a chance (5%, 50%, 95%) over what is not known, and its mean."""

    low: float
    median: float
    high: float
    mean: float


@dataclass(frozen=True)
class Residual:
    """The risk left: chances of infection, over all pools unless said otherwise.

    Attributes
    ----------
    reduction : Reduction
    at_most : bool
        Whether risks are upper bounds, since a reduction is a lower one.
    contaminated : Spread
        Chance that a pool holds an undetected donation or more.
    given_such_a_pool : Spread
        Chance for the course, or its part from one pool, when that pool holds one.
    per_gram, per_dose, per_course : Spread
        `per_dose` is of the largest dose.
    course : ndarray, shape (DRAWS,)
        The draws behind `per_course`.
    without_steps : Spread
        The course without any reduction.
    lots : int
        Pools that the course is spread over.
    seed : int
    inputs : tuple of Input
    """

    reduction: Reduction
    at_most: bool
    contaminated: Spread
    given_such_a_pool: Spread
    per_gram: Spread
    per_dose: Spread
    per_course: Spread
    course: Floats = field(repr=False, compare=False)
    without_steps: Spread
    lots: int
    seed: int
    inputs: tuple[Input, ...]


def residual_risk(
    found: Reduction,
    doses_g: Sequence[float],
    donors: Donors | None = None,
    *,
    lots: int = 1,
    seed: int = 1,
) -> Residual:
    """Return the risk of a course, as a distribution over what is not known.

    The concentration in a pool of equal donations is the sum of the titres of the undetected ones over the
    number of donations; a gram of IgG takes the plasma of its yield; the process leaves 10 to the minus
    reduction of it; the chance of infection is 1 - exp(-infectious units).

    Parameters
    ----------
    found : Reduction
        Of the agent by the process.
    doses_g : sequence of float
        IVIG of each infusion (g).
    donors : Donors, optional
    lots : int
        Pools that the course is spread over evenly; 1 takes all from one.
    seed : int

    Returns
    -------
    Residual

    Raises
    ------
    InputError
        When a number is neither in the table nor given, the table holds no factor of the process against the
        agent, or a dose or the number of lots is out of range.

    Examples
    --------
    >>> from ivigsim.safety.pathogens import reduction
    >>> risk = residual_risk(reduction("Gammagard S/D", "HIV"), [70.0, 70.0])
    >>> risk.at_most, risk.per_course.low < risk.per_course.median < risk.per_course.high
    (True, True)
    """
    if not doses_g or not all(0 < dose <= 1e6 for dose in doses_g):
        raise InputError(f"the doses are {list(doses_g)} g; accepted: each above 0, up to 1e6 g")
    if not 1 <= lots <= MOST_LOTS:
        raise InputError(f"lots is {lots}; accepted: a whole number from 1 to {MOST_LOTS}")
    if not found.parts and not found.without:
        raise Unknown(
            f"no factor of {found.process.name} against {found.agent.name} counts, so no risk is computed;"
            " accepted: an agent with factors, as `ivigsim pathogens` lists"
        )
    known = plasma(found.agent, donors or Donors())
    draws = stream(seed, f"pathogens {found.agent.name}")
    left = 10.0**-found.log10
    share = sum(doses_g) / lots
    log_spared, log_spared_raw = np.zeros(DRAWS), np.zeros(DRAWS)  # keeps the digits of a tiny chance
    for lot in range(lots):
        chance, raw = _lot(known, draws)
        with np.errstate(divide="ignore"):  # a sure infection spares nobody: the logarithm of 0
            log_spared += np.log1p(-_infected(chance, raw * left * share))
            log_spared_raw += np.log1p(-_infected(chance, raw * share))
        if lot == 0:
            first, units = chance, raw * left
    course = -np.expm1(log_spared)
    return Residual(
        reduction=found,
        at_most=found.at_least or known.bound,
        contaminated=_spread(first),
        given_such_a_pool=_spread(_infected(1.0, units * share)),
        per_gram=_spread(_infected(first, units)),
        per_dose=_spread(_infected(first, units * max(doses_g))),
        per_course=_spread(course),
        course=course,
        without_steps=_spread(-np.expm1(log_spared_raw)),
        lots=lots,
        seed=seed,
        inputs=(*known.inputs, _yield_input()),
    )


def _infected(chance: Floats | float, units: Floats) -> Floats:
    """Return the chance of infection by infectious units that come with a chance."""
    return np.asarray(-chance * np.expm1(-units))


def _lot(known: Plasma, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw a pool: the chance that it holds the agent, and the infectious units per gram if it does."""
    low, high = _yield_g_per_l()
    ml_per_gram = 1000.0 / random.uniform(low, high, DRAWS)
    if known.chance is None:
        chance, per_ml = np.ones(DRAWS), np.full(DRAWS, 10.0 ** known.titre_log10[0])
    else:
        pool = 10.0 ** random.uniform(math.log10(known.pool[0]), math.log10(known.pool[1]), DRAWS)
        expected = pool * random.uniform(*known.chance, DRAWS)
        chance = -np.expm1(-expected)
        per_ml = _titres(known.titre_log10, _undetected(expected, random), random) / pool
    return chance, per_ml * ml_per_gram / known.copies_per_infection


def _undetected(expected: Floats, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw how many undetected donations a pool holds that holds at least one (a Poisson number above 0)."""
    # the time of the first event of a Poisson process that has one; what follows is Poisson again
    first = -np.log1p(random.random(len(expected)) * np.expm1(-expected)) / expected
    more: NDArray[np.int64] = random.poisson(expected * (1 - np.minimum(first, 1.0)))
    return 1 + more


def _titres(
    limits_log10: tuple[float, float], count: NDArray[np.int64], random: np.random.Generator
) -> Floats:
    """Draw the sum of titres (copies/mL) of the undetected donations of each pool."""
    sums = []
    for block in np.array_split(count, len(count) // _BLOCK):
        every = 10.0 ** random.uniform(*limits_log10, int(block.sum()))
        sums.append(np.add.reduceat(every, np.concatenate([[0], np.cumsum(block)[:-1]])))
    return np.concatenate(sums)


def _yield_g_per_l() -> tuple[float, float]:
    low, high = numbers_in("plasma_yield", "value", r"([\d.]+)-([\d.]+)")
    return low, high


def _yield_input() -> Input:
    low, high = _yield_g_per_l()
    why = "recalled, not checked; each value as likely"
    return Input("IgG from a litre of plasma", f"{low:g} to {high:g} g", "assumed", ("plasma_yield",), why)


def _spread(values: Floats) -> Spread:
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    return Spread(float(low), float(median), float(high), float(values.mean()))
