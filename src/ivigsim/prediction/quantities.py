"""What of the model a clinic can measure, and how it is read off a simulation cut at that time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ivigsim.checks import SHORTEST_STEP
from ivigsim.engine.simulation import Simulation
from ivigsim.outcomes.reading import FloatArray
from ivigsim.outcomes.red_cells import OUTPUTS_NEEDED, red_cell_clearance

COVARIATE = "covariate "
"""Marks a quantity that is a covariate of the patients."""

_KNOWN_IN_A_CLINIC = (
    *("age_years", "weight_kg", "sex", "blood_group", "rhd_positive", "fcgr2a", "fcgr3a"),
    *("anti_gpib", "splenectomised"),
)


@dataclass(frozen=True)
class Quantity:
    """Something measurable: the outputs it needs, and how it is read from a simulation on its last day."""

    outputs: tuple[str, ...]
    read: Callable[[Simulation], FloatArray]


def _variable(name: str) -> Quantity:
    return Quantity((name,), lambda seen: seen[name][:, -1])


def _last(seen: Simulation, name: str) -> FloatArray:
    return seen[name][:, -1]


def _half_life(seen: Simulation) -> FloatArray:
    return red_cell_clearance(seen, day=float(seen.time[-1])).half_life_min


def _covariate(name: str) -> Quantity:
    return Quantity((), lambda seen: seen.patients[name].to_numpy())


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        **{
            name: _variable(name)
            for name in ("platelets", "igg", "autoantibody", "haemoglobin", "thrombopoietin", "platelet_loss")
        },
        "coat_gpiibiiia + coat_gpib": Quantity(
            ("coat_gpiibiiia", "coat_gpib"),
            lambda seen: _last(seen, "coat_gpiibiiia") + _last(seen, "coat_gpib"),
        ),
        "platelets_total / platelet_loss": Quantity(
            ("platelets_total", "platelet_loss"),
            lambda seen: _last(seen, "platelets_total") / _last(seen, "platelet_loss"),
        ),
        "100 platelets_1 / platelets_total": Quantity(
            ("platelets_1", "platelets_total"),
            lambda seen: 100.0 * _last(seen, "platelets_1") / _last(seen, "platelets_total"),
        ),
        "red_cell_clearance": Quantity(OUTPUTS_NEEDED, _half_life),
        **{f"{COVARIATE}{name}": _covariate(name) for name in _KNOWN_IN_A_CLINIC},
    }
)
"""All that a marker may stand for. What is not here, such as phagocytosis or an outcome, cannot be ranked."""


def seen_until(sim: Simulation, day: float) -> Simulation:
    """Return a simulation as it was known on a day: later outputs are not in it.

    Examples
    --------
    >>> import ivigsim
    >>> sim = ivigsim.simulate("IVIG 1 g/kg", patients=5, days=7)
    >>> seen_until(sim, 1).time.tolist(), seen_until(sim, 1)["platelets"].shape
    ([0.0, 1.0], (5, 2))
    """
    last = int(np.searchsorted(sim.time, day + SHORTEST_STEP / 2))
    return replace(
        sim, time=sim.time[:last], outputs={name: kept[:, :last] for name, kept in sim.outputs.items()}
    )
