"""The risk that is left in a dose: from donors and screening over the pool and the process to the patient."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import InputError, unknown
from ivigsim.outcomes import stream
from ivigsim.safety.pathogens.agents import Agent
from ivigsim.safety.pathogens.facts import load_facts, number
from ivigsim.safety.pathogens.reduction import Reduction

Floats = NDArray[np.float64]

SCREENINGS = {"MP16-NAT": "mp16", "MP8-NAT": "mp8", "ID-NAT": "id"}
"""Screening of donations whose window is in the table: pools of 16 or 8, or single donations."""
INCIDENCE_ROWS = {"HIV": "rr_hiv_2008", "HCV": "rr_hcv_2008"}
YIELD_G_PER_L = (3.5, 5.0)
"""IgG from a litre of plasma (g/L); row plasma_yield, unverified."""
POOL = (1_000.0, 60_000.0)
"""Donations in a pool: least required (row pool_min), and a voluntary cap (row pool_max, unverified)."""
TITRE_LOG10 = (2.0, 7.0)
"""Copies per mL of an undetected viraemic donation (log10), each value as likely (assumed: from below the
limit of a test to the end of a window's ramp; row ema_in_T_max names the input without a number)."""
COPIES_PER_INFECTION = 1.0
"""Copies that infect on average (assumed: the worst case, every copy infects)."""
DRAWS = 20_000


@dataclass(frozen=True)
class Donors:
    """What comes into a pool.

    Attributes
    ----------
    per_donation : float or None
        Chance that a donation is viraemic and not detected; None takes incidence times window from the table.
    screening : str
        One of `SCREENINGS`, for the window.
    pool : float or None
        Donations in a pool; None takes every size within `POOL` as likely on a log scale.
    titre_log10 : tuple of float
        Least and largest titre of such a donation (log10 copies/mL).
    """

    per_donation: float | None = None
    screening: str = "MP16-NAT"
    pool: float | None = None
    titre_log10: tuple[float, float] = TITRE_LOG10

    def __post_init__(self) -> None:
        """Refuse what is no chance, pool or titre."""
        if self.screening not in SCREENINGS:
            raise unknown("screening", self.screening, SCREENINGS)
        if self.per_donation is not None and not 0 < self.per_donation <= 1:
            raise InputError(f"per donation is {self.per_donation:g}; accepted: a chance above 0, up to 1")
        if self.pool is not None and not 1 <= self.pool <= 1e6:
            raise InputError(f"pool is {self.pool:g} donations; accepted: 1 to 1,000,000")
        low, high = self.titre_log10
        if not 0 <= low <= high <= 14:
            raise InputError(f"titre is {low:g} to {high:g} log10 copies/mL; accepted: increasing, 0 to 14")


@dataclass(frozen=True)
class Input:
    """A number that the risk rests on.

    Attributes
    ----------
    what, value : str
    origin : str
        Ids of rows, "given", or "assumed" and why.
    """

    what: str
    value: str
    origin: str


@dataclass(frozen=True)
class Spread:
    """Quantiles of a risk: 5%, 50%, 95%, and the mean."""

    low: float
    median: float
    high: float
    mean: float


@dataclass(frozen=True)
class Residual:
    """The risk left.

    Attributes
    ----------
    agent : Agent
    reduction : Reduction
    at_most : bool
        Whether risks are upper bounds, since a factor is a lower one.
    contaminated : Spread
        Chance that a pool holds any undetected viraemic donation.
    per_gram, per_dose, per_course : Spread
        Chance of infection, in each case of a patient whose pool holds one such donation or more.
    overall_per_course : float
        Chance over all pools: that of such a pool times the mean above.
    without_steps : float
        The same without any reduction.
    inputs : tuple of Input
    """

    agent: Agent
    reduction: Reduction
    at_most: bool
    contaminated: Spread
    per_gram: Spread
    per_dose: Spread
    per_course: Spread
    overall_per_course: float
    without_steps: float
    inputs: tuple[Input, ...]


@dataclass
class _Draws:
    """Draws of what is not known exactly."""

    donors: Donors
    agent: Agent
    random: np.random.Generator
    inputs: list[Input] = field(default_factory=list)

    def between(self, low: float, high: float) -> Floats:
        return self.random.uniform(low, high, DRAWS)

    def add(self, what: str, value: str, origin: str) -> None:
        self.inputs.append(Input(what, value, origin))


def residual_risk(
    found: Reduction, doses_g: Sequence[float], donors: Donors | None = None, seed: int = 1
) -> Residual:
    """Return the risk of a course, as a distribution over what is not known.

    The concentration in a pool of equal donations is the sum of the titres of the undetected ones over the
    number of donations; a gram of IgG takes the plasma of its yield; the process leaves 10 to the minus
    reduction of it;
    the chance of infection is one minus e to the minus of the infectious units.

    Parameters
    ----------
    found : Reduction
        Of the agent by the process.
    doses_g : sequence of float
        IVIG of each infusion (g), all from one pool: the worst case.
    donors : Donors, optional
    seed : int

    Returns
    -------
    Residual

    Raises
    ------
    InputError
        When no chance per donation is in the table and none is given, or a dose is not above 0.

    Examples
    --------
    >>> from ivigsim.safety.pathogens import reduction
    >>> risk = residual_risk(reduction("Carimune NF", "HIV"), [70.0, 70.0])
    >>> risk.at_most, risk.overall_per_course < 1e-15
    (True, True)
    """
    if not doses_g or min(doses_g) <= 0:
        raise InputError(f"doses are {list(doses_g)} g; accepted: each above 0")
    draws = _Draws(donors or Donors(), found.agent, stream(seed, f"pathogens {found.agent.name}"))
    chance, pool = _chance(draws), _pool(draws)
    count = _undetected(pool * chance, draws.random)
    titre = _titres(draws, count)
    per_ml = titre / pool
    draws.add(
        "IgG from plasma", f"{YIELD_G_PER_L[0]:g}-{YIELD_G_PER_L[1]:g} g/L", "plasma_yield (unverified)"
    )
    ml_per_gram = 1000.0 / draws.between(*YIELD_G_PER_L)
    draws.add(
        "copies that infect", f"{COPIES_PER_INFECTION:g}", "assumed: the worst case, every copy infects"
    )
    raw = per_ml * ml_per_gram / COPIES_PER_INFECTION
    left = raw * 10.0**-found.log10
    contaminated = -np.expm1(-pool * chance)
    course = -np.expm1(-left * sum(doses_g))
    before = -np.expm1(-raw * sum(doses_g))
    return Residual(
        agent=found.agent,
        reduction=found,
        at_most=found.at_least,
        contaminated=_spread(contaminated),
        per_gram=_spread(-np.expm1(-left)),
        per_dose=_spread(-np.expm1(-left * max(doses_g))),
        per_course=_spread(course),
        overall_per_course=float((contaminated * course).mean()),
        without_steps=float((contaminated * before).mean()),
        inputs=tuple(draws.inputs),
    )


def _chance(draws: _Draws) -> Floats:
    """Draw the chance that a donation is viraemic and not detected."""
    donors, name = draws.donors, draws.agent.name
    if donors.per_donation is not None:
        draws.add("undetected per donation", f"{donors.per_donation:g}", "given")
        return np.full(DRAWS, donors.per_donation)
    if name in INCIDENCE_ROWS:
        row, window_row = INCIDENCE_ROWS[name], f"wp_{SCREENINGS[donors.screening]}_{name}"
        incidence, window = _incidence(row), number(window_row)
        chance = incidence * window / 365.25
        what = f"{chance:.2g}: {incidence:.2g} per person-year times {window:g} d ({donors.screening})"
        draws.add("undetected per donation", what, f"{row}, {window_row}, rr_model")
        return np.full(DRAWS, chance)
    if name == "HBV":
        low, high = 1e-6, 2e-6
        draws.add("undetected per donation", f"{low:g} to {high:g}", "rr_hbv_range")
        return draws.between(low, high)
    raise InputError(
        f"no chance of an undetected donation with {name} is in the table, so no risk is computed; accepted:"
        " one of your own with --per-donation"
    )


def _incidence(row: str) -> float:
    """Return new infections per person-year."""
    found = re.search(r"incidence ([\d.]+) per 1e5 person-years", load_facts()[row].detail)
    if found is None:
        raise ValueError(f"row {row} holds no incidence")
    return float(found[1]) * 1e-5


def _pool(draws: _Draws) -> Floats:
    if draws.donors.pool is not None:
        draws.add("donations in a pool", f"{draws.donors.pool:,.0f}", "given")
        return np.full(DRAWS, float(draws.donors.pool))
    draws.add("donations in a pool", f"{POOL[0]:,.0f} to {POOL[1]:,.0f}", "pool_min, pool_max (unverified)")
    return np.asarray(10.0 ** draws.between(*np.log10(POOL)))


def _undetected(expected: Floats, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw how many undetected donations a pool holds that holds at least one (a Poisson number above 0)."""
    # the time of the first event of a Poisson process that has one; what follows is Poisson again
    first = -np.log1p(random.random(len(expected)) * np.expm1(-expected)) / expected
    more: NDArray[np.int64] = random.poisson(expected * (1 - np.minimum(first, 1.0)))
    return 1 + more


def _titres(draws: _Draws, count: NDArray[np.int64]) -> Floats:
    """Draw the sum of titres (copies/mL) of the undetected donations of each pool."""
    low, high = draws.donors.titre_log10
    origin = "given" if draws.donors.titre_log10 != TITRE_LOG10 else (
        "assumed: from below a test's limit to the end of a window's ramp; each log10 as likely"
    )  # fmt: skip
    draws.add("copies/mL of such a donation", f"1e{low:g} to 1e{high:g}", origin)
    every = 10.0 ** draws.random.uniform(low, high, int(count.sum()))
    ends = np.cumsum(count)
    return np.add.reduceat(every, np.concatenate([[0], ends[:-1]]))


def _spread(values: Floats) -> Spread:
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    return Spread(float(low), float(median), float(high), float(values.mean()))


def as_dict(risk: Residual) -> dict[str, Any]:
    """Return a risk as what JSON can hold."""
    from dataclasses import asdict

    spreads = ("contaminated", "per_gram", "per_dose", "per_course")
    return {
        "agent": risk.agent.name,
        "process": risk.reduction.process,
        "log10_reduction": risk.reduction.log10,
        "reduction_is_lower_bound": risk.reduction.at_least,
        "risk_is_upper_bound": risk.at_most,
        "mechanisms": [
            {"mechanism": p.mechanism, "log10": p.log10, "at_least": p.fact.at_least, "row": p.fact.id}
            for p in risk.reduction.parts
        ],
        **{name: asdict(getattr(risk, name)) for name in spreads},
        "overall_per_course": risk.overall_per_course,
        "overall_without_any_step": risk.without_steps,
        "inputs": [asdict(each) for each in risk.inputs],
    }
