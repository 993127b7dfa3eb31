"""A trial as data: who, what, when it is measured, and by which rule treatment changes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ivigsim.checks import LONGEST_DAYS
from ivigsim.errors import nearest
from ivigsim.trials.endpoints import Endpoint

ASSAY_CV = 0.1
"""Default error of a platelet count (assumed, as for biomarkers: counters repeat to a few per cent at normal
counts and less well below 20e9/L)."""

Day = Annotated[float, Field(ge=0, le=LONGEST_DAYS)]
Positive = Annotated[float, Field(gt=0)]
UNTREATED = "untreated"
USUAL_DAYS = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0, 42.0, 60.0)
_MOST_COUNTS = 20


def _readable(phrase: str) -> str:
    from ivigsim.treatment import Regimen

    if phrase.strip().lower() != UNTREATED:
        Regimen.parse(phrase)
    return phrase


Phrase = Annotated[str, AfterValidator(_readable)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Group(_Part):
    """Patients of one population."""

    name: str = Field(
        description="A population of `ivigsim populations`, or a TOML file beside the scenario."
    )
    share: Positive = Field(1, description="Weight of this population among the patients.")
    baseline_at_most: Positive | None = Field(
        None,
        description="Entry: platelets before treatment at most this, 1e9/L; others are not enrolled.",
    )
    covariates: dict[str, Any] = Field({}, description="Covariates fixed for everyone of this population.")

    @model_validator(mode="after")
    def _one_baseline(self) -> Group:
        if self.baseline_at_most is not None and "baseline_platelets" in self.covariates:
            raise ValueError(
                "baseline_at_most and covariates.baseline_platelets are both given; accepted: one of them"
            )
        return self


class When(_Part):
    """What a rule waits for at a visit; all that is said must hold."""

    count_below: Annotated[float, Field(gt=0, le=1000)] | None = Field(
        None, description="Measured count below this, 1e9/L."
    )
    bleeding: bool = Field(False, description="A bleed since the visit before, see `bleeding`.")

    @model_validator(mode="after")
    def _something(self) -> When:
        if self.count_below is None and not self.bleeding:
            raise ValueError("when says nothing; accepted: count_below, bleeding, or both")
        return self


class Rule(_Part):
    """Treatment that depends on what was seen at a visit."""

    name: str = Field("rescue", min_length=1, description="What reports call it.")
    when: When
    give: Phrase = Field(description="Dose phrase; its day 0 is the visit.")
    from_day: Day = Field(0, description="First day on which the rule can act.")
    to_day: Day = Field(LONGEST_DAYS, description="Last day on which the rule can act.")
    at_most: int = Field(1, ge=1, le=100, description="Times that it can act in one patient.")
    days_apart: Annotated[float, Field(ge=0)] = Field(0, description="Least days between two times, d.")
    rescue: bool = Field(
        True,
        description="Whether what follows counts against the arm: counts after a rescue are no response.",
    )


class Arm(_Part):
    """Patients treated alike."""

    name: str = Field(min_length=1, max_length=60)
    treatments: list[Phrase] = Field(min_length=1, description='Dose phrases given together, or "untreated".')
    rules: list[Rule] = Field([], description="Rules of this arm, after those of the scenario.")
    dosing_weight: Literal["actual", "ideal", "adjusted"] = Field(
        "actual", description="Weight that IVIG doses per kg are taken on (Devine; adjusted by 0.4)."
    )
    vial_g: Positive | None = Field(
        None, description="IVIG is given in whole vials of this size, g; at least one."
    )
    rounding: Literal["nearest", "up", "down"] = Field("nearest", description="To whole vials.")

    @model_validator(mode="after")
    def _untreated_alone(self) -> Arm:
        if "rounding" in self.model_fields_set and self.vial_g is None:
            raise ValueError("rounding is given without vial_g; accepted: both, or neither")
        if len(self.treatments) > 1 and any(t.strip().lower() == UNTREATED for t in self.treatments):
            raise ValueError("treatments holds 'untreated' beside others; accepted: one of the two")
        return self


class Visits(_Part):
    """When platelets are counted, and how well."""

    days: list[Day] | None = Field(None, description="Days of the counts after day 0, d.")
    every: Positive | None = Field(None, description="A count every so many days instead, d.")
    window: int = Field(0, ge=0, le=30, description="A visit is up to so many whole days early or late, d.")
    assay_cv: Annotated[float, Field(ge=0, le=1)] = Field(ASSAY_CV, description="Error of a count, as a CV.")

    @model_validator(mode="after")
    def _one_of_two(self) -> Visits:
        if (self.days is None) == (self.every is None):
            raise ValueError("it needs days or every, and not both; accepted: one of them")
        days = self.days or []
        if any(b <= a for a, b in zip([0.0, *days], days, strict=False)):
            raise ValueError(
                "visits.days are not increasing from above 0; accepted: for example [1, 3, 7, 14]"
            )
        if self.window:
            self._check_window(days or [self.every or 0.0, 2 * (self.every or 0.0)])
        return self

    def _check_window(self, days: list[float]) -> None:
        """Refuse visits that could fall on one day, on the day of treatment, or between days."""
        if any(day % 1 for day in days):
            raise ValueError("visits.window moves visits by whole days; accepted: whole visit days with it")
        gap = min([days[0] * 2, *(b - a for a, b in itertools.pairwise(days))])
        if gap <= 2 * self.window:
            raise ValueError(
                f"visits.window is {self.window}; accepted: less than half of the shortest gap between"
                f" visits, and less than the first visit day (nearest: {(gap - 1) // 2:g})"
            )

    def planned(self, last: float) -> list[float]:
        """Return the nominal days of the visits after day 0, up to a day."""
        if self.days is not None:
            return [day for day in self.days if day <= last]
        step = self.every or last
        return [round(step * k, 9) for k in range(1, int(last / step + 1e-9) + 1)]


class DropOut(_Part):
    """Patients who leave, at a constant rate."""

    per_30_days: Annotated[float, Field(ge=0, lt=1)] = Field(description="Share that leaves within 30 d.")


class Bleeding(_Part):
    """Chance of a bleed by count; yours, since ivigsim knows no sourced one."""

    count_below: Positive = Field(description="Counts below this, 1e9/L.")
    per_day: Annotated[float, Field(ge=0)] = Field(description="Bleeds per day.")


class Cost(_Part):
    """Price of IVIG; yours, since prices differ."""

    per_gram: Positive
    currency: str = Field(min_length=1, max_length=12)


class Power(_Part):
    """What the sample-size curve should look for."""

    target: Annotated[float, Field(gt=0, lt=1)] = 0.8
    sizes: list[Annotated[int, Field(ge=5)]] = Field(
        [], description="Sizes per arm to try; none: ten up to `size`."
    )


class Scenario(_Part):
    """A trial.

    Examples
    --------
    >>> from ivigsim.trials.loading import read_scenario
    >>> text = '''
    ... title: One dose
    ... size: 50
    ... days: 28
    ... populations: [{name: adult-chronic}]
    ... arms: [{name: IVIG, treatments: [IVIG 1 g/kg]}]
    ... visits: {days: [1, 3, 7]}
    ... endpoints: [{id: response, response: {count: 50, by_day: 7}}]
    ... '''
    >>> read_scenario(text).arms[0].name
    'IVIG'
    """

    title: str = Field(min_length=1, max_length=120)
    description: str = ""
    design: Literal["parallel", "paired"] = Field(
        "parallel", description="parallel: other patients in each arm; paired: the same ones in every arm."
    )
    size: int = Field(ge=1, le=100_000_000, description="Patients per arm.")
    replicates: int = Field(
        1, ge=1, le=10_000, description="The trial is run so many times with new patients."
    )
    seed: int = Field(1, ge=0, le=2**63 - 1)
    days: int = Field(ge=1, le=LONGEST_DAYS, description="Length of the trial, d.")
    populations: list[Group] = Field(min_length=1, max_length=50)
    arms: list[Arm] = Field(min_length=1, max_length=50)
    rules: list[Rule] = Field([], description="Rules of every arm.")
    visits: Visits
    drop_out: DropOut | None = None
    bleeding: list[Bleeding] = []
    endpoints: list[Endpoint] = Field(min_length=1)
    primary: str | None = Field(None, description="Id of the primary endpoint; the first when not said.")
    reference: str | None = Field(
        None, description="Arm that others are compared with; the first when not said."
    )
    level: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        0.95, description="Of intervals, as a share: above 0.5 and below 1."
    )
    cost: Cost | None = None
    power: Power = Power(target=0.8, sizes=[])
    switches: dict[str, bool] = Field({}, description="Mechanisms turned on or off.")
    keep_counts: list[Day] | None = Field(
        None,
        description="Visits whose counts are stored; all when there are at most 20, else some usual days.",
    )
    allow_extreme: bool = Field(False, description="Take doses above the guard against slips of a unit.")
    keep_courses: bool = Field(False, description="Store every patient's daily course too.")
    guidance: list[str] = Field([], description="Rows of `ivigsim guidance` that the design follows.")

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        _distinct("arms", [arm.name for arm in self.arms])
        _distinct("endpoints", [endpoint.id for endpoint in self.endpoints])
        _distinct(
            "the columns of endpoints", [name for endpoint in self.endpoints for name in endpoint.names]
        )
        _distinct("visits", [f"{day:g}" for day in self.visits.planned(self.days)])
        ids = [endpoint.id for endpoint in self.endpoints]
        _one_of("primary", self.primary, ids)
        _one_of("reference", self.reference, [arm.name for arm in self.arms])
        if not self.visits.planned(self.days):
            raise ValueError(f"no visit lies within the {self.days} days; accepted: at least one")
        latest = max([*(self.visits.days or []), self.visits.planned(self.days)[-1]]) + self.visits.window
        if latest > self.days:
            raise ValueError(
                f"the last visit may be on day {latest:g}, after day {self.days}; accepted: visits within the"
                " days of the trial"
            )
        strange = set(self.keep_counts or ()) - set(self.visits.planned(self.days))
        if strange:
            raise ValueError(f"keep_counts has day {min(strange):g}; accepted: days of visits")
        for endpoint in self.endpoints:
            endpoint.check(self.visits.planned(self.days))
        every = [rule for arm in self.arms for rule in (*self.rules, *arm.rules)]
        if any(rule.when.bleeding for rule in every) and not self.bleeding:
            raise ValueError(
                "a rule waits for bleeding, but bleeding gives no rates; accepted: both or neither"
            )
        if self.power.sizes and max(self.power.sizes) > self.size:
            raise ValueError(
                f"power.sizes has {max(self.power.sizes)}; accepted: at most the size of the trial,"
                f" {self.size}"
            )
        for place, arm in enumerate(self.arms):
            _once(arm, self.rules_of(place))
        for rule in every:
            if rule.from_day > self.visits.planned(self.days)[-1] + self.visits.window:
                raise ValueError(
                    f"rule {rule.name!r} begins on day {rule.from_day:g}, after the last visit; accepted: an"
                    " earlier from_day"
                )
            if rule.to_day < rule.from_day:
                raise ValueError(
                    f"rule {rule.name!r} ends before it begins; accepted: to_day from from_day on"
                )
        return self

    @property
    def reference_arm(self) -> str:
        """Arm that the others are compared with."""
        return self.reference or self.arms[0].name

    @property
    def primary_endpoint(self) -> str:
        """Id of the primary endpoint."""
        return self.primary or self.endpoints[0].id

    @property
    def kept_counts(self) -> tuple[float, ...]:
        """Planned days of the visits whose counts are stored."""
        planned = self.visits.planned(self.days)
        wanted = self.keep_counts
        if wanted is None:
            wanted = planned if len(planned) <= _MOST_COUNTS else [*USUAL_DAYS]
        return tuple(day for day in planned if day in wanted)

    def rules_of(self, arm: int) -> tuple[Rule, ...]:
        """Return the rules of an arm: the scenario's, then its own."""
        return (*self.rules, *self.arms[arm].rules)


def _once(arm: Arm, rules: tuple[Rule, ...]) -> None:
    """Refuse a procedure that a patient of an arm could have twice."""
    from ivigsim.treatment import Regimen

    phrases = [phrase for phrase in arm.treatments if phrase.strip().lower() != UNTREATED]
    given = [(phrase, 1) for phrase in phrases] + [(rule.give, rule.at_most) for rule in rules]
    times: dict[str, int] = {}
    for phrase, most in given:
        for course in Regimen.parse(phrase).courses:
            if course.definition.is_procedure:
                times[course.drug] = times.get(course.drug, 0) + most
    for drug, most in times.items():
        if most > 1:
            raise ValueError(
                f"arm {arm.name!r} can have {drug} {most} times; accepted: once, by treatment or rule"
            )


def _distinct(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} has {name!r} twice; accepted: different names")
        seen.add(name)


def _one_of(key: str, word: str | None, options: list[str]) -> None:
    if word is not None and word not in options:
        close = nearest(word, options)
        hint = f" (nearest: '{close}')" if close else ""
        raise ValueError(f"{key} is {word!r}; accepted: {', '.join(options)}{hint}")
