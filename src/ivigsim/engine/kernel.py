"""The compiled pieces behind an integrator: stepper, observables, and what a bolus does to the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivigsim.errors import unknown
from ivigsim.model.compile import CompiledModel, compiled_model
from ivigsim.model.rest import DOSE_INPUTS, resting

Floats = NDArray[np.float64]

STATE_SCALES: Mapping[str, float] = {
    "g_per_L": 20.0,
    "giga_per_L": 1.0,
    "nmol_per_L": 3.0,
    "g_per_dL": 28.0,
    "mg_per_kg": 5.0,
    "ug_per_kg": 20.0,
    "mg_per_m2": 400.0,
}
"""Size of a state to the solver, by SBML unit: its error is relative to the largest scaled state.

Chosen so that no state of a patient with very few platelets is small beside the others.
"""

_WHOLE_VECTORS = 64  # a multiple of every SIMD width


@dataclass(frozen=True)
class Kernel:
    """What is compiled once per set of outputs, tolerance and lanes.

    Attributes
    ----------
    states, parameters, outputs : tuple of str
    scales : ndarray, shape (states, 1)
    rates : ndarray of int, shape (inputs,)
        Places of the dose rates among the parameters.
    stepper : heyoka batch integrator
        Of the scaled states; to be copied, never run.
    seen : ndarray of int
        The states that the outputs need.
    observe : callable
        Course of the scaled states seen (T, seen, n) and parameters (p, n) -> outputs by name, each (n, T).
    """

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    scales: Floats
    rates: NDArray[np.intp]
    stepper: Any
    seen: NDArray[np.intp]
    observe: Callable[[Floats, Floats], dict[str, Floats]]


@lru_cache(maxsize=64)
def kernel(outputs: tuple[str, ...], inputs: tuple[str, ...], tolerance: float, lanes: int) -> Kernel:
    """Compile the model for these outputs; compartments of drugs that are not among `inputs` are left out."""
    import heyoka as hy

    model = compiled_model(resting(inputs))
    for name in outputs:
        if name not in model.variables:
            raise unknown("output", name, model.variables)
    scales = np.array([STATE_SCALES.get(model.units[name], 1.0) for name in model.states])
    variables = [hy.expression(name) for name in model.states]
    scaled = {name: scale * x for name, scale, x in zip(model.states, scales, variables, strict=True)}
    rhs = [hy.subs(f, scaled) / scale for f, scale in zip(model.rhs, scales, strict=True)]
    shape = (len(model.states), lanes)
    stepper = hy.taylor_adaptive_batch(
        list(zip(variables, rhs, strict=True)),
        state=np.ones(shape),
        pars=np.ones((model.solved_with, lanes)),
        tol=tolerance,
    )
    seen, observe = _observer(model, outputs, scaled)
    return Kernel(
        states=model.states,
        parameters=model.parameters,
        outputs=outputs,
        scales=scales[:, None],
        rates=_rate_places(model, inputs),
        stepper=stepper,
        seen=seen,
        observe=observe,
    )


def _rate_places(model: CompiledModel, inputs: tuple[str, ...]) -> NDArray[np.intp]:
    return np.array([model.parameters.index(DOSE_INPUTS[name]) for name in inputs], dtype=np.intp)


@lru_cache(maxsize=64)
def dose_jumps(inputs: tuple[str, ...], complete: bool = False) -> Callable[[Floats], Floats]:
    """Compile what a bolus does: as an infusion without length, the slope of the rates by the input.

    Parameters
    ----------
    inputs : tuple of str
        Dose inputs.
    complete : bool
        For all states of the model, not only those that these inputs move.

    Returns
    -------
    callable
        Parameters (p, lanes) -> change of each state per unit of each input, shape (states, inputs, lanes).
    """
    import heyoka as hy

    model = compiled_model() if complete else compiled_model(resting(inputs))
    rates = _rate_places(model, inputs)
    slopes = [hy.diff(f, hy.par[int(i)]) for f in model.rhs for i in rates]
    function, states, constants = _evaluator(model, slopes)
    if any(hy.get_variables(s) for s in slopes) or set(constants) & {int(i) for i in rates}:
        raise ValueError("a dose input must enter the rate rules as a plain term")

    def jumps(parameters: Floats) -> Floats:
        nowhere = np.zeros((len(states), parameters.shape[1]))
        found: Floats = function(np.vstack([nowhere, parameters[constants]]))
        return found.reshape(len(model.states), len(rates), -1)

    return jumps


def _observer(
    model: CompiledModel, outputs: tuple[str, ...], scaled: Mapping[str, Any]
) -> tuple[NDArray[np.intp], Callable[[Floats, Floats], dict[str, Floats]]]:
    """Evaluate the outputs on a course, reading only the states and parameters they need."""
    import heyoka as hy

    wanted = [hy.subs(model.variables[name], scaled) for name in outputs]
    function, states, constants = _evaluator(model, wanted)

    def observe(course: Floats, parameters: Floats) -> dict[str, Floats]:
        times, _, patients = course.shape
        size = times * patients
        # whole SIMD vectors only: the rest would take a scalar path that rounds differently
        inputs = np.ones((len(states) + len(constants), -(-size // _WHOLE_VECTORS) * _WHOLE_VECTORS))
        inputs[: len(states), :size] = course.transpose(1, 0, 2).reshape(len(states), size)
        inputs[len(states) :, :size] = np.tile(parameters[constants], times)
        found = function(inputs, batch_parallel=False)[:, :size].reshape(len(outputs), times, patients)
        return {name: found[i].T for i, name in enumerate(outputs)}

    return np.array(states, dtype=np.intp), observe


def _evaluator(model: CompiledModel, wanted: Sequence[Any]) -> tuple[Any, list[int], list[int]]:
    """Compile expressions as a function of just the states and the parameters in them, in that order."""
    import heyoka as hy

    in_use = {name for e in wanted for name in hy.get_variables(e)}
    states = [i for i, name in enumerate(model.states) if name in in_use] or [0]  # heyoka wants a variable
    constants = sorted({int(str(p).removeprefix("p")) for e in wanted for p in hy.get_params(e)})
    inputs = {hy.par[i]: hy.expression(f"constant_{i}") for i in constants}
    variables = [*(hy.expression(model.states[i]) for i in states), *inputs.values()]
    return hy.cfunc([hy.subs(e, inputs) for e in wanted], vars=variables), states, constants
