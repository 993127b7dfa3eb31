"""Doses of an arm in each patient: dosing weights, whole vials, and what a rule adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.schedule import SAME_TIME, Doses
from ivigsim.products.weights import dosing_weight
from ivigsim.treatment import DoseTable, Regimen
from ivigsim.treatment.drugs import inputs as all_inputs
from ivigsim.trials.scenario import UNTREATED, Arm, Rule

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

IVIG = "IVIG"
_ROUND: dict[str, Callable[[Floats], Floats]] = {
    "nearest": lambda vials: np.floor(vials + 0.5),  # halfway up: no less than prescribed
    "up": np.ceil,
    "down": np.floor,
}


@dataclass(frozen=True)
class Dosing:
    """How an arm doses its patients.

    Attributes
    ----------
    arm : Arm
    rules : tuple of Rule
        In the order in which they are tried.
    covariates : dict of str to ndarray, shape (n,)
        Of the patients.
    allow_extreme : bool
    """

    arm: Arm
    rules: tuple[Rule, ...]
    covariates: dict[str, NDArray[Any]]
    allow_extreme: bool = False

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Dose inputs that the arm or its rules may give, in the model's order."""
        regimens = [regimen_of(self.arm.treatments), *(Regimen.parse(rule.give) for rule in self.rules)]
        used = {course.definition.input for r in regimens if r is not None for course in r.courses}
        return tuple(name for name in all_inputs() if name in used)

    def check(self) -> None:
        """Refuse what the arm or its rules cannot give to these patients.

        Raises
        ------
        InputError
            As `Regimen.doses` and `ivigsim.products.weights.dosing_weight`.
        """
        self.planned()
        everyone = np.ones(len(self._weight), dtype=np.bool_)
        for rule in self.rules:
            self.after(rule, 0.0, everyone)

    def planned(self) -> Doses | None:
        """Return the doses of the arm's treatments; None for an untreated arm that no rule can treat."""
        regimen = regimen_of(self.arm.treatments)
        if regimen is None:
            return self._none() if self.inputs else None
        return self._doses(regimen)

    def after(self, rule: Rule, day: float, who: Bools) -> Doses:
        """Return what a rule gives to some of the patients from a day on; amount 0 for the others."""
        doses = self._all(self._doses(Regimen.parse(rule.give)))
        amount = np.where(who[:, None], doses.amount, 0.0)
        return replace(doses, time=doses.time + day, amount=amount)

    def grams(self, doses: Doses | None, until: Floats) -> tuple[Floats, Floats]:
        """Return IVIG given (g) and number of infusions before a day of each patient, each of shape (n,)."""
        if doses is None or IVIG not in doses.inputs:
            return np.zeros(len(until)), np.zeros(len(until))
        ivig = (doses.target == doses.inputs.index(IVIG)) & (doses.amount > 0)
        given = ivig & (doses.time < until[:, None])
        per_kg = np.where(given, doses.amount, 0.0).sum(axis=1)
        return per_kg * self._weight / 1000.0, given.sum(axis=1).astype(np.float64)

    @property
    def _weight(self) -> Floats:
        return np.asarray(self.covariates["weight_kg"], dtype=np.float64)

    def _doses(self, regimen: Regimen) -> Doses:
        heights = np.asarray(self.covariates["height_cm"], dtype=np.float64)
        by_size = not all(course.per_kg for course in regimen.courses)
        size = (self._weight, heights) if by_size else (np.ones(1), None)
        table = regimen.doses(*size, allow_extreme=self.allow_extreme)
        doses = _counted(table, self.inputs)
        if IVIG not in doses.inputs:
            return doses
        if self.arm.dosing_weight != "actual":
            doses = self._scaled(doses, _per_kg(regimen), self._dosing_weight / self._weight)
        return doses if self.arm.vial_g is None else self._in_vials(doses, self.arm.vial_g)

    def _scaled(self, doses: Doses, per_kg: Bools, share: Floats) -> Doses:
        """Take IVIG that is prescribed per kg on another weight; an amount in grams stays."""
        wanted = self._ivig(doses) & per_kg
        return self._changed(doses, np.where(wanted, self._all(doses).amount * share[:, None], doses.amount))

    def _in_vials(self, doses: Doses, vial_g: float) -> Doses:
        """Give IVIG in whole vials, at least one."""
        grams = self._all(doses).amount * self._weight[:, None] / 1000.0
        vials = np.round(grams / vial_g, 9)  # 7 vials and a rounding error are 7 vials
        given = np.maximum(_ROUND[self.arm.rounding](vials), 1.0) * vial_g * 1000.0 / self._weight[:, None]
        return self._changed(doses, np.where(self._ivig(doses), given, doses.amount))

    def _ivig(self, doses: Doses) -> Bools:
        ivig: Bools = (doses.target == doses.inputs.index(IVIG)) & (doses.amount > 0)
        return ivig

    def _changed(self, doses: Doses, amount: Floats) -> Doses:
        """Replace amounts; an infusion keeps its rate."""
        doses = self._all(doses)
        share = np.divide(amount, doses.amount, out=np.ones_like(amount), where=doses.amount > 0)
        return replace(doses, amount=amount, duration=doses.duration * share)

    @property
    def _dosing_weight(self) -> Floats:
        """Weight that doses are taken on (kg), never above the actual one."""
        known = self.covariates
        return dosing_weight(
            self.arm.dosing_weight, self._weight, known["height_cm"], known["sex"], known["age_years"]
        )

    def _none(self) -> Doses:
        """No dose at all, for every patient: what a rule adds comes to it."""
        shape = (len(self._weight), 1)
        return Doses(
            np.zeros(shape, dtype=np.intp), np.zeros(shape), np.zeros(shape), np.zeros(shape), self.inputs
        )

    def _all(self, doses: Doses) -> Doses:
        """One row per patient, also of doses that are the same for all."""
        shape = (len(self._weight), doses.time.shape[1])
        time, amount, duration = (
            np.broadcast_to(array, shape) for array in (doses.time, doses.amount, doses.duration)
        )
        return Doses(np.broadcast_to(doses.target, shape), time, amount, duration, doses.inputs)

    def joined(self, doses: Doses | None, more: Doses, day: float) -> Doses:
        """Put doses beside others; those that were over in everyone by a day are left out."""
        before = self._none() if doses is None else self._all(doses)
        ahead = (before.amount > 0) & (before.time + before.duration > day - SAME_TIME)
        before = before.columns(np.any(ahead, axis=0))
        return Doses(
            target=np.hstack([before.target, more.target]),
            time=np.hstack([before.time, more.time]),
            amount=np.hstack([before.amount, more.amount]),
            duration=np.hstack([before.duration, more.duration]),
            inputs=self.inputs,
        )


def regimen_of(treatments: list[str]) -> Regimen | None:
    """Return the regimen of an arm, or None for an untreated one."""
    return None if treatments[0].strip().lower() == UNTREATED else Regimen.parse(treatments)


def _per_kg(regimen: Regimen) -> Bools:
    """Say of each dose, in the order of `Regimen.doses`, whether it is prescribed per kg."""
    courses = sorted(regimen.courses, key=lambda course: course.start_d)
    times = np.concatenate([course.times_d() for course in courses])
    per_kg = np.repeat([course.per_kg for course in courses], [course.count for course in courses])
    return np.asarray(per_kg[np.argsort(times, kind="stable")], dtype=np.bool_)


def _counted(table: DoseTable, inputs: tuple[str, ...]) -> Doses:
    """Count the inputs that an arm may give, not all there are."""
    place = np.array([inputs.index(name) if name in inputs else 0 for name in table.inputs])
    return Doses(place[table.target], table.time_d, table.amount, table.duration_d, inputs)
