"""heyoka, driven: patients in SIMD lanes, stretches between dose edges, a reason for each failed patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.batches import Batches
from ivigsim.engine.kernel import Kernel, dose_jumps, kernel
from ivigsim.engine.schedule import SAME_TIME, Doses, schedules

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class SolverOptions:
    """How the equations are solved.

    Attributes
    ----------
    tolerance : float
        Local error per step of the Taylor method, relative to the largest scaled state. Default 1e-6:
        platelets and IgG then agree with a stiff solver at 1e-10 to better than 1e-4 (a test).
    lanes : int
        Patients solved side by side in SIMD lanes. Default 8; another changes results by rounding only.
    max_steps : int
        Steps between two dose edges before a patient is given up. Default 20,000; most need tens.
    """

    tolerance: float = 1e-6
    lanes: int = 8
    max_steps: int = 20_000


@dataclass(frozen=True)
class Solution:
    """Outputs of patients on the grid.

    Attributes
    ----------
    outputs : dict of str to ndarray, shape (patients, times)
        NaN for a failed patient.
    failures : dict of int to str
        Patient's place in this call -> reason.
    states : ndarray, shape (states, patients)
        Scaled states at the last time, to go on from; not to be used of a failed patient.
    """

    outputs: dict[str, Floats]
    failures: dict[int, str]
    states: Floats


class Integrator:
    """The model compiled for a set of outputs; use one per thread.

    Parameters
    ----------
    outputs : sequence of str
        Ids of states or assigned variables of the model.
    options : SolverOptions
    inputs : sequence of str
        The dose inputs that the doses will use, in the order of `Doses.inputs`.
    """

    def __init__(self, outputs: Sequence[str], options: SolverOptions, inputs: Sequence[str] = ()) -> None:
        self._inputs = tuple(inputs)
        self._kernel: Kernel = kernel(tuple(outputs), self._inputs, options.tolerance, options.lanes)
        self._stepper: Any = deepcopy(self._kernel.stepper)  # a heyoka integrator holds the running state
        self._options = options

    def solve(
        self,
        values: Mapping[str, Floats],
        doses: Doses | None,
        grid: Floats,
        pace: Floats | None = None,
        begin: float = 0.0,
        states: Floats | None = None,
    ) -> Solution:
        """Integrate patients over a grid.

        Parameters
        ----------
        values : mapping of str to ndarray, shape (n,)
            Parameters and initial states.
        doses : Doses or None
        grid : ndarray, shape (T,)
            Increasing output times (d), from 0 on. The value at a dose edge is that before the dose.
        pace : ndarray, shape (n,), optional
            How fast the states of a patient move. Lanes wait for the slowest of them, so patients of like
            pace are solved side by side; results do not depend on it.
        begin : float
            Time (d) from which on to integrate.
        states : ndarray, shape (states, n), optional
            Scaled states at `begin`, as a solution up to there returned them, instead of the initial ones.
        """
        if (doses.inputs if doses else ()) != self._inputs:
            raise ValueError(f"the doses use other inputs than {self._inputs}, for which this was compiled")
        if states is None:
            states = np.stack([values[name] for name in self._kernel.states]) / self._kernel.scales
        final = states.copy()
        parameters = np.stack([values[name] for name in self._kernel.parameters])
        outputs = {name: np.full((states.shape[1], len(grid)), np.nan) for name in self._kernel.outputs}
        failures: dict[int, str] = {}
        for schedule in schedules(doses, states.shape[1], float(grid[-1]), begin):
            here = schedule.patients
            rows = np.arange(len(here)) if pace is None else np.argsort(pace[here], kind="stable")
            waiting = [Batches(schedule, rows, grid, self._options.lanes)]
            while waiting:
                batches = waiting.pop()
                who = schedule.patients[batches.rows]
                course, last, reasons, undone = self._run(batches, states[:, who], parameters[:, who], begin)
                failures |= {int(schedule.patients[row]): reason for row, reason in reasons.items()}
                if len(undone):  # neighbours of a failed patient start again without it
                    waiting.append(Batches(schedule, undone, grid, self._options.lanes))
                done = ~np.isin(batches.rows, [*reasons, *undone])
                found = self._kernel.observe(course, parameters[:, who])
                for name, array in found.items():
                    outputs[name][who[done]] = array[done]
                final[:, who[done]] = last[:, done]
        _mark_undefined(outputs, failures)
        return Solution(outputs, failures, final)

    def _run(
        self, batches: Batches, states: Floats, parameters: Floats, begin: float
    ) -> tuple[Floats, Floats, dict[int, str], Ints]:
        """Run batch after batch through all stretches.

        Returns
        -------
        course : ndarray, shape (T, observed states, patients)
        last : ndarray, shape (states, patients)
            States at the end.
        reasons : dict of int to str
            Row of a failed patient -> reason.
        undone : ndarray of int
            Rows that were stopped because a neighbour failed.
        """
        stepper, core, seen = self._stepper, self._kernel, self._kernel.seen
        state_now, parameters_now = stepper.state, stepper.pars  # views of the stepper's memory
        starts, constants = batches.split(states), batches.split(parameters)
        course = np.full((batches.count, batches.times + 1, len(seen), self._options.lanes), np.nan)
        last = np.empty_like(starts)
        reasons: dict[int, str] = {}
        undone: list[int] = []
        for b in range(batches.count):
            stepper.set_time(begin)
            state_now[:] = starts[b]
            parameters_now[:] = constants[b][: len(parameters_now)]
            if batches.starts_on_grid:
                course[b, 0] = starts[b][seen]
            for stretch in batches.stretches:
                parameters_now[core.rates] = stretch.rates[b % len(stretch.rates)]
                if stretch.boluses is not None:
                    jump = dose_jumps(self._inputs)(constants[b]) / core.scales[:, :, None]
                    state_now[:] += np.einsum("sil,il->sl", jump, stretch.boluses[b % len(stretch.boluses)])
                times = stretch.times[b % len(stretch.times)]
                stepper.set_time(times[0])  # the stretch before may have ended a rounding error off
                _, found = stepper.propagate_grid(times, max_steps=self._options.max_steps)
                if not self._arrived(times[-1]).all():
                    failed = self._failed(times[-1])
                    rows = batches.lanes(b)
                    reasons |= {int(rows[lane]): reason for lane, reason in failed.items()}
                    undone += [int(row) for row in dict.fromkeys(rows) if row not in reasons]
                    break
                stretch.keep(course[b], found[1:, seen], b)
            last[b] = state_now
        joined = batches.join(course[:, :-1]), batches.join(last[:, None])[0]
        return *joined, reasons, np.array(undone, dtype=np.intp)

    def _arrived(self, target: Floats) -> NDArray[np.bool_]:
        """Say which lanes reached an end with a finite state; heyoka may stop a rounding error off."""
        finite = np.isfinite(self._stepper.state).all(axis=0)
        arrived: NDArray[np.bool_] = finite & (np.abs(self._stepper.time - target) <= SAME_TIME)
        return arrived

    def _failed(self, target: Floats) -> dict[int, str]:
        """Say which lanes did not reach the end of a stretch, and why; not those that only waited."""
        reached, state = self._stepper.time, self._stepper.state
        outcomes = [outcome.name for outcome, *_ in self._stepper.propagate_res]
        late = [int(lane) for lane in np.flatnonzero(~self._arrived(target))]
        finite = np.isfinite(reached) & np.isfinite(state).all(axis=0)
        broken = [int(lane) for lane in np.flatnonzero(~finite)]  # its neighbours may be late for its sake
        if broken:
            return dict.fromkeys(
                broken, "a state became infinite or undefined; check this patient's parameters"
            )
        # a lane that only waited for others says success
        stopped = [lane for lane in late if outcomes[lane] != "success"] or late
        return {lane: self._stopped(outcomes[lane], reached[lane]) for lane in stopped}

    def _stopped(self, outcome: str, day: float) -> str:
        if outcome == "step_limit":
            most = self._options.max_steps
            return f"more than {most} steps up to day {day:.3g}; try a larger max_steps"
        return f"the solver stopped on day {day:.3g}: {outcome}"


def _mark_undefined(outputs: dict[str, Floats], failures: dict[int, str]) -> None:
    """Mark patients with an output that is not a number, and blank the failed: all outputs or none."""
    for name, array in outputs.items():
        for patient in np.flatnonzero(~np.isfinite(array).all(axis=1)):
            failures.setdefault(
                int(patient), f"output '{name}' is undefined; check this patient's parameters"
            )
    for array in outputs.values():
        array[list(failures)] = np.nan
