"""The least IVIG that reaches a goal, and what more or less of it buys: speed, response, duration, grams."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from ivigsim.checks import check_whole
from ivigsim.errors import InputError
from ivigsim.outcomes import wilson
from ivigsim.trials.cohort import populations_of
from ivigsim.trials.jobs import Job
from ivigsim.trials.loading import check_scenario
from ivigsim.trials.scenario import UNTREATED
from ivigsim.trials.work import TrialWork

if TYPE_CHECKING:
    import polars as pl

STEP_G_PER_KG = 0.05
"""Steps of the total dose that are searched (g/kg): a vial of 2.5 g in 50 kg."""

CURVE_G_PER_KG = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
"""Total doses of the trade-off curve (g/kg)."""

FOLLOW_UP_D = 60
_GOAL = re.compile(
    r"(?P<share>\d+(?:\.\d+)?) ?% at (?:>=|≥|at least)? ?(?P<count>\d+(?:\.\d+)?)(?:e9/L)?"
    r" by day (?P<day>\d+(?:\.\d+)?)"
)
_FORM = "'SHARE% at >=COUNTe9/L by day D', as in '70% at >=50e9/L by day 3'"


@dataclass(frozen=True)
class Goal:
    """A share of patients at a count by a day.

    Attributes
    ----------
    share : float
        Of patients, 0 to 1.
    count : float
        Platelets, 1e9/L.
    day : int

    Examples
    --------
    >>> Goal.parse("70% at >=50e9/L by day 3")
    Goal(share=0.7, count=50.0, day=3)
    """

    share: float
    count: float
    day: int

    @classmethod
    def parse(cls, text: str) -> Goal:
        """Read a goal.

        Raises
        ------
        InputError
            When it cannot be read or is none.
        """
        found = _GOAL.fullmatch(text.strip())
        if found is None:
            raise InputError(f"goal {text!r} cannot be read; accepted: {_FORM}")
        share, count, day = (float(found[name]) for name in ("share", "count", "day"))
        if not 0 < share < 100:
            raise InputError(
                f"goal {text!r} asks for {share:g}% of patients; accepted: above 0 and below 100%"
            )
        if not 0 < count <= 1000:
            raise InputError(f"goal {text!r} asks for {count:g}e9/L; accepted: above 0, up to 1000e9/L")
        if day % 1 or not 1 <= day <= FOLLOW_UP_D:
            raise InputError(
                f"goal {text!r} ends on day {day:g}; accepted: a whole day from 1 to {FOLLOW_UP_D}"
            )
        return cls(share / 100, count, int(day))

    def __str__(self) -> str:
        """Return the goal in words."""
        return f"{100 * self.share:g}% at >={self.count:g}e9/L by day {self.day}"


@dataclass(frozen=True)
class Option:
    """A regimen and what it does.

    Attributes
    ----------
    total_g_per_kg : float
        IVIG in all, per kg of the dosing weight.
    days : int
        Daily infusions it is given in.
    phrase : str
    share, low, high : float
        Patients who reach the goal's count by its day (0 to 1), and Wilson's interval for their number.
    grams : float
        Mean IVIG per patient (g).
    median_time_d : float
        To the goal's count, over all patients; inf when most never reach it.
    median_duration_d : float
        From reaching it to falling below, in those who do; inf when most have not fallen below by day 60.
    dominated : bool
        Whether another option takes no more grams and is at least as good in share, time and duration.
    """

    total_g_per_kg: float
    days: int
    phrase: str
    share: float
    low: float
    high: float
    grams: float
    median_time_d: float
    median_duration_d: float
    dominated: bool = False


@dataclass(frozen=True)
class Sparing:
    """What a search found.

    Attributes
    ----------
    goal : Goal
    least : tuple of Option
        For each number of days, the least total dose that reaches the goal; none for a number that cannot.
    best : tuple of Option
        For each number of days without a `least`, the most that was tried.
    curve : tuple of Option
    """

    goal: Goal
    least: tuple[Option, ...]
    best: tuple[Option, ...]
    curve: tuple[Option, ...]

    @property
    def answer(self) -> Option | None:
        """The option with the fewest grams that reaches the goal."""
        return min(self.least, key=lambda option: (round(option.grams), option.median_time_d), default=None)


@dataclass(frozen=True)
class Search:
    """Search for the least IVIG that reaches a goal, in the same virtual patients for every regimen.

    Attributes
    ----------
    goal : Goal
    population : str
    patients, seed : int
    splits : tuple of int
        Numbers of daily infusions to try.
    beside : tuple of str
        Dose phrases given beside IVIG.
    most_g_per_kg : float
        Largest total dose.
    dosing : dict
        `dosing_weight`, `vial_g` and `rounding` of `ivigsim.trials.scenario.Arm`.
    covariates : dict
        Fixed for everyone.

    Examples
    --------
    >>> found = Search(Goal.parse("60% at >=50e9/L by day 7"), patients=100, splits=(1,)).run()
    >>> 0 < found.answer.total_g_per_kg <= 2
    True
    """

    goal: Goal
    population: str = "adult-chronic"
    patients: int = 2000
    seed: int = 1
    splits: tuple[int, ...] = (1, 2, 5)
    beside: tuple[str, ...] = ()
    most_g_per_kg: float = 2.0
    dosing: tuple[tuple[str, Any], ...] = ()
    covariates: tuple[tuple[str, object], ...] = ()
    threads: int = 2

    def run(self) -> Sparing:
        """Search, and work out the trade-off curve."""
        check_whole("patients", self.patients, 50, 1_000_000)
        steps = int(self.most_g_per_kg / STEP_G_PER_KG + 1e-9)
        if steps < 1 or self.most_g_per_kg > 5:
            raise InputError(
                f"the most IVIG is {self.most_g_per_kg:g} g/kg; accepted: {STEP_G_PER_KG:g} to 5 g/kg (the"
                " guard against slips within 28 d)"
            )
        self._check_needed()
        least: list[Option] = []
        best: list[Option] = []
        for days in self.splits:
            found = self._least(check_whole("days of a split", days, 1, 14), steps)
            (least if found.share >= self.goal.share else best).append(found)
        totals = [total for total in CURVE_G_PER_KG if total <= self.most_g_per_kg] or [self.most_g_per_kg]
        curve = [option for days in self.splits for option in self._options(totals, days)]
        return Sparing(self.goal, tuple(least), tuple(best), _marked(curve))

    def _check_needed(self) -> None:
        """Refuse a goal that is met without IVIG."""
        without = " + ".join(self.beside) or UNTREATED
        (table,) = self._simulated([without], self.goal.day, alone=True)
        share = float(table["goal"].mean())  # type: ignore[arg-type]
        if share >= self.goal.share:
            given = "the other treatment" if self.beside else "no treatment"
            raise InputError(
                f"goal '{self.goal}' is met with {given} alone, by {100 * share:.0f}%; accepted: a goal that"
                " needs IVIG"
            )

    def _least(self, days: int, steps: int) -> Option:
        """Halve the interval between a dose that does not reach the goal and one that does."""
        low, high = 0, steps
        while high - low > 1:
            middle = (low + high) // 2
            (share,) = self._shares([middle * STEP_G_PER_KG], days)
            low, high = (low, middle) if share >= self.goal.share else (middle, high)
        return self._options([high * STEP_G_PER_KG], days)[0]

    def _shares(self, totals: Sequence[float], days: int) -> list[float]:
        tables = self._simulated([_phrase(total, days) for total in totals], self.goal.day)
        return [float(table["goal"].mean()) for table in tables]  # type: ignore[arg-type]

    def _options(self, totals: Sequence[float], days: int) -> list[Option]:
        phrases = [_phrase(total, days) for total in totals]
        tables = self._simulated(phrases, FOLLOW_UP_D)
        return [
            _option(total, days, " + ".join([phrase, *self.beside]), table)
            for total, phrase, table in zip(totals, phrases, tables, strict=True)
        ]

    def _simulated(self, phrases: Sequence[str], days: int, alone: bool = False) -> list[pl.DataFrame]:
        """Give each phrase to the same patients; counts are without assay error."""
        beside = () if alone else self.beside
        goal = {"count": self.goal.count}
        scenario = check_scenario(
            {
                "title": "dose sparing",
                "design": "paired",
                "size": self.patients,
                "seed": self.seed,
                "days": days,
                "populations": [{"name": self.population, "covariates": dict(self.covariates)}],
                "arms": [
                    {"name": phrase, "treatments": [phrase, *beside], **dict(self.dosing)}
                    for phrase in phrases
                ],
                "visits": {"every": 1, "assay_cv": 0},
                "endpoints": [
                    {"id": "goal", "response": goal | {"by_day": self.goal.day}},
                    {"id": "time", "time_to": goal},
                    {"id": "duration", "time_to_loss": goal | {"below": self.goal.count}},
                ],
            }
        )
        work = TrialWork(scenario, populations_of(scenario))
        with ThreadPoolExecutor(self.threads) as pool:
            jobs = [Job(arm, 0, 0, self.patients) for arm in range(len(phrases))]
            return [tables["patients"] for tables in pool.map(work, jobs)]


def _phrase(total_g_per_kg: float, days: int) -> str:
    each = f"IVIG {total_g_per_kg / days:.10g} g/kg"
    return each if days == 1 else f"{each} daily x{days}"


def _option(total: float, days: int, phrase: str, table: pl.DataFrame) -> Option:
    ran = table.filter(~table["failed"])
    time = np.where(ran["time_event"], ran["time_d"], inf)
    reached = ran.filter(ran["time_event"])
    lasting = np.where(reached["duration_event"], reached["duration_d"], inf)
    responders = int(ran["goal"].sum())
    low, high = wilson(responders, ran.height)
    return Option(
        total_g_per_kg=total,
        days=days,
        phrase=phrase,
        share=responders / ran.height,
        low=float(low),
        high=float(high),
        grams=float(np.mean(ran["ivig_g"].to_numpy())),
        median_time_d=_median(time),
        median_duration_d=_median(lasting),
    )


def _median(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """Return the lower median, which is one of the values even when some are infinite; inf for none."""
    return float(np.sort(values)[(len(values) - 1) // 2]) if len(values) else inf


def _marked(options: Sequence[Option]) -> tuple[Option, ...]:
    from dataclasses import replace

    return tuple(replace(a, dominated=any(_beats(b, a) for b in options if b is not a)) for a in options)


def _beats(b: Option, a: Option) -> bool:
    """Say whether b takes no more IVIG, is as good in all and better in something."""
    better = [
        (a.grams, b.grams),
        (-a.share, -b.share),
        (a.median_time_d, b.median_time_d),
        (-a.median_duration_d, -b.median_duration_d),
    ]
    return all(y <= x for x, y in better) and any(y < x for x, y in better)
