"""libRoadRunner as fast as it goes: loaded once, a patient's numbers set in one call, two ways to dose."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import libsbml
import numpy as np
import roadrunner

import ivigsim

OUTPUTS = ("platelets", "igg")
DAYS = 60


class Events:
    """Doses are events in the SBML.

    Parameters
    ----------
    sim : Simulation
        The patients, given two equal infusions on days 0 and 1.
    names : iterable of str
        States and parameters to be set for each patient.
    still : iterable of str
        States to leave out of the equations, because nothing moves them.
    """

    def __init__(self, sim: ivigsim.Simulation, names: Iterable[str], still: Iterable[str] = ()) -> None:
        self.length = float(sim.doses.duration[0, 0])
        self.rate = float(sim.doses.amount[0, 0]) / self.length
        whole = self.sbml(sim)
        names, rows = list(names), []
        self._load(whole, names)
        self.rows = [
            [values[name] for name in names]
            for values in (sim.source.values(i) | {"ivig_rate": self.rate} for i in range(len(sim)))
        ]
        if still:
            text, constants = folded(whole, set(still))
            for row in self.rows:
                self._set(row)
                rows.append(row + [self.runner.model[name] for name in constants])
            self._load(text, [*names, *constants])
            self.rows = rows

    def sbml(self, sim: ivigsim.Simulation) -> str:
        return sim.to_sbml(patient=0)

    def _load(self, text: str, names: list[str]) -> None:
        self.runner = roadrunner.RoadRunner(text)
        self.runner.timeCourseSelections = list(OUTPUTS)
        known = self.runner.model.getGlobalParameterIds()
        self._places = [known.index(name) for name in names]

    def _set(self, row: list[float]) -> None:
        self.runner.model.setGlobalParameterValues(self._places, row)

    def tolerance(self, relative: float, absolute: float) -> None:
        self.runner.integrator.setValue("relative_tolerance", relative)
        self.runner.integrator.setValue("absolute_tolerance", absolute)

    def run(self, patient: int) -> np.ndarray:
        """Daily platelets and IgG, shape (days + 1, 2)."""
        self.runner.reset()
        self._set(self.rows[patient])
        return np.array(self.runner.simulate(0, DAYS, DAYS + 1))


class Segments(Events):
    """No events: the solver is stopped at each dose edge and the rate set by hand."""

    def __init__(self, sim: ivigsim.Simulation, names: Iterable[str], still: Iterable[str] = ()) -> None:
        super().__init__(sim, names, still)
        days = np.arange(DAYS + 1.0)
        self._parts = []
        for i, (start, end) in enumerate(pairwise([0.0, self.length, 1.0, 1.0 + self.length, float(DAYS)])):
            times = [start, *days[(days > start) & (days < end)], end]
            keep = [k for k, t in enumerate(times) if t in days and (k > 0 or t == 0)]
            self._parts.append((self.rate if i % 2 == 0 else 0.0, times, keep))

    def sbml(self, sim: ivigsim.Simulation) -> str:
        document = libsbml.readSBMLFromString(sim.to_sbml(patient=0))
        document.getModel().getListOfEvents().clear()
        return str(libsbml.writeSBMLToString(document))

    def run(self, patient: int) -> np.ndarray:
        self._set(self.rows[patient])
        found = []
        for rate, times, keep in self._parts:
            self.runner.model["ivig_rate"] = rate
            found.append(np.array(self.runner.simulate(times=times))[keep])
        return np.vstack(found)


def folded(text: str, still: set[str]) -> tuple[str, list[str]]:
    """Turn states that stay still, and all that depends on nothing that moves, into constants.

    Returns
    -------
    text : str
        SBML.
    constants : list of str
        Variables that had a rule and need a value for each patient.
    """
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    for name in still:
        model.removeRuleByVariable(name)
    moving = {"ivig_rate"} | {rule.getVariable() for rule in model.getListOfRules() if rule.isRate()}
    assigned = {r.getVariable(): names_in(r.getMath()) for r in model.getListOfRules() if r.isAssignment()}
    grew = True
    while grew:
        more = {name for name, used in assigned.items() if used & moving} - moving
        moving |= more
        grew = bool(more)
    constants = [name for name in assigned if name not in moving and name not in OUTPUTS]
    for name in constants:
        model.removeRuleByVariable(name)
        model.getParameter(name).setValue(0.0)
    return str(libsbml.writeSBMLToString(document)), constants


def names_in(node: Any) -> set[str]:
    """Every name in a formula."""
    inside = (names_in(node.getChild(i)) for i in range(node.getNumChildren()))
    return {node.getName()}.union(*inside) if node.isName() else set().union(*inside)
