"""One virtual patient as SBML, with its doses as events."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ivigsim.engine.kernel import dose_jumps
from ivigsim.engine.schedule import Doses, schedules
from ivigsim.model.compile import compiled_model
from ivigsim.model.rest import DOSE_INPUTS
from ivigsim.model.sbml import patient_sbml


def patient_to_sbml(values: Mapping[str, float], doses: Doses | None, patient: int) -> str:
    """Return SBML of a patient.

    Each dose edge is one event, the first at time 0 too: the initial values are those before treatment.

    Parameters
    ----------
    values : mapping of str to float
        Parameters and initial states.
    doses : Doses or None
    patient : int
        The patient's row of `doses`, where each has its own.
    """
    model = compiled_model()
    if doses is None:
        return patient_sbml(values)
    mine = doses.rows(slice(patient, patient + 1))
    end = float((mine.time + mine.duration).max()) + 1.0  # every dose, to its end, whatever was simulated
    schedule = next(iter(schedules(mine, 1, end)))
    parameters = np.array([[values[name]] for name in model.parameters])
    jumps = dose_jumps(doses.inputs, complete=True)(parameters)[:, :, 0]
    rates = [DOSE_INPUTS[name] for name in doses.inputs]
    events = []
    before = np.zeros(len(rates))
    for time, rate, bolus in zip(schedule.edges[0], schedule.rates[0], schedule.boluses[0], strict=False):
        change = jumps @ bolus
        moved = {model.states[i]: change[i] for i in np.flatnonzero(change)}
        sets = [f"{name} = {name} + {float(by)!r} {model.units[name]}" for name, by in moved.items()]
        sets += [
            f"{name} = {float(new)!r} {model.units[name]}"
            for name, old, new in zip(rates, before, rate, strict=True)
            if new != old
        ]
        # false before the start, so that a dose at time 0 happens too, in every run of the same model
        if sets:
            events.append(f"at (time >= {float(time)!r} day), t0=false: {', '.join(sets)};")
        before = rate
    return patient_sbml(values, "\n".join(events))
