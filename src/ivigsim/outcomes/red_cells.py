"""The red-cell clearance test on virtual patients: how fast antibody-coated red cells leave the blood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ivigsim.checks import SHORTEST_STEP
from ivigsim.engine.simulation import Simulation
from ivigsim.errors import InputError, plain
from ivigsim.outcomes.reading import BoolArray, FloatArray

if TYPE_CHECKING:
    import polars as pl

OUTPUTS_NEEDED = ("igg_at_receptor", "activity", "spleen_uptake", "k_red_cell_uptake", "spleen_present")
"""What a simulation must have kept."""

IGG_PER_CELL = 800.0
"""IgG on a tracer cell: the middle of the 650-1000 of Frank's protocol (RES04)."""

SPLENIC_FLOW = 72.0
"""Blood volumes through the spleen per day: 0.25 L/min of 5 L (assumed, textbook); no cell clears faster."""

MINUTES_PER_DAY = 1440.0
_LEAST, _MOST = 1.0, 30_000.0  # IgG per cell: up to one on every D site (RES10)
_PARAMETERS = (
    *("k_max_red_cell", "coat_root", "shell_molar_red_cell", "K_receptor", "k_red_cell"),
    *("K_busy_spleen", "k_red_cell_limit"),
)


@dataclass(frozen=True, eq=False)
class RedCellClearance:
    """The test in every patient of a simulation, before treatment and on a day.

    Attributes
    ----------
    day : float
        Day of the test (d), that of the start of treatment being 0.
    igg_per_cell : float
        IgG on a tracer cell.
    k_before, k : ndarray, shape (patients,)
        Rate constant of the loss of the tracer (1/d), on day 0 and on `day`; NaN for failed patients.
    spleen_before, spleen : ndarray of bool, shape (patients,)
        Whether there is a spleen, on day 0 and on `day`.

    Examples
    --------
    >>> import ivigsim
    >>> from ivigsim.outcomes import RED_CELL_OUTPUTS
    >>> sim = ivigsim.simulate("IVIG 1 g/kg daily x2", patients=50, days=7, outputs=RED_CELL_OUTPUTS)
    >>> test = ivigsim.red_cell_clearance(sim, day=7)
    >>> bool(np.nanmedian(test.half_life_min / test.half_life_before_min) > 1.2)
    True
    """

    day: float
    igg_per_cell: float
    k_before: FloatArray = field(repr=False)
    k: FloatArray = field(repr=False)
    spleen_before: BoolArray = field(repr=False)
    spleen: BoolArray = field(repr=False)

    @property
    def half_life_before_min(self) -> FloatArray:
        """Half-life (min) before treatment, shape (patients,)."""
        return _half_life_min(self.k_before)

    @property
    def half_life_min(self) -> FloatArray:
        """Half-life (min) on the day of the test, shape (patients,)."""
        return _half_life_min(self.k)

    def survival(self, minutes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the share of the tracer still in the blood, before treatment and on the day.

        Parameters
        ----------
        minutes : ndarray, shape (M,)
            Time since the tracer was given (min).

        Returns
        -------
        before, after : ndarray, shape (patients, M)
        """
        days = np.asarray(minutes, dtype=np.float64) / MINUTES_PER_DAY
        return np.exp(-np.outer(self.k_before, days)), np.exp(-np.outer(self.k, days))

    def to_polars(self) -> pl.DataFrame:
        """Return one row per patient: half-lives (min) and the ratio; null where the simulation failed."""
        import polars as pl

        before, after = self.half_life_before_min, self.half_life_min
        table = pl.DataFrame(
            {
                "patient": np.arange(len(self.k)),
                "spleen_before": self.spleen_before,
                "spleen": self.spleen,
                "half_life_before_min": before,
                "half_life_min": after,
                "ratio": after / before,
            }
        )
        return table.with_columns(pl.col(pl.Float64).fill_nan(None))


def red_cell_clearance(
    sim: Simulation, *, day: float, igg_per_cell: float = IGG_PER_CELL, carry_load: bool = True
) -> RedCellClearance:
    """Test the clearance of a tracer dose of IgG-coated red cells in each virtual patient.

    The cells meet the competition for Fc-gamma receptors that the model's own red cells meet (its section 6),
    with the tracer's coat, in the spleen alone: the model has no number for the liver, which takes part with
    heavier coats (RES07). Blood must flow there first: 1/k = 1/k_receptor + 1/flow. Red cells that
    are not eaten die of age. A tracer is too small to load the phagocytes, and its IgG stays on the cells.

    Parameters
    ----------
    sim : Simulation
        With the outputs `ivigsim.outcomes.RED_CELL_OUTPUTS` kept, and day 0 and `day` among its times.
    day : float
        Day of the test (d); the value on a day of a dose is that before it.
    igg_per_cell : float
        IgG on a tracer cell, 1 to 30,000. Default 800 (RES04: 650-1000).
    carry_load : bool
        Whether phagocytes at work on platelets and other red cells are slower with the tracer, as the model
        has it for its own red cells. False tells what the receptors do alone.

    Returns
    -------
    RedCellClearance

    Raises
    ------
    InputError
        When an output was not kept, the day is none of the output times, or a number is out of range.

    Examples
    --------
    >>> import ivigsim
    >>> from ivigsim.outcomes import RED_CELL_OUTPUTS
    >>> sim = ivigsim.simulate("IVIG 0.4 g/kg daily x5", patients=20, days=7, outputs=RED_CELL_OUTPUTS)
    >>> ivigsim.red_cell_clearance(sim, day=5).half_life_min.shape
    (20,)
    """
    coat = _check_number("igg_per_cell", igg_per_cell, _LEAST, _MOST)
    missing = [name for name in OUTPUTS_NEEDED if name not in sim.stored]
    if missing:
        wanted = ", ".join(repr(name) for name in OUTPUTS_NEEDED)
        raise InputError(f"output {missing[0]!r} was not kept; accepted: simulate(..., outputs=[{wanted}])")
    places = [_place(sim, 0.0), _place(sim, _check_number("day", day, 0.0, np.inf))]
    fixed = sim.source.parameters(_PARAMETERS)
    igg, activity, eaten, other, spleen = (sim[name][:, places].T for name in OUTPUTS_NEEDED)
    molar = fixed["shell_molar_red_cell"] * coat
    share = molar / (molar + igg + fixed["K_receptor"])
    by_receptor = spleen * fixed["k_max_red_cell"] * activity * share
    by_receptor = by_receptor / np.sqrt(1.0 + coat / fixed["coat_root"])
    if carry_load:
        by_receptor = by_receptor / (1.0 + eaten / fixed["K_busy_spleen"] + other / fixed["k_red_cell_limit"])
    # passage, then capture: 1/k is the sum of both times
    k = by_receptor * SPLENIC_FLOW / (by_receptor + SPLENIC_FLOW) + fixed["k_red_cell"]
    return RedCellClearance(float(sim.time[places[1]]), coat, k[0], k[1], spleen[0] > 0, spleen[1] > 0)


def _half_life_min(k: FloatArray) -> FloatArray:
    minutes: FloatArray = np.log(2.0) * MINUTES_PER_DAY / k
    return minutes


def _check_number(name: str, value: object, low: float, high: float) -> float:
    value = plain(value)
    limits = f"{low:g} to {high:g}" if np.isfinite(high) else f"from {low:g}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError(f"{name} is {value!r}; accepted: a number {limits}")
    return float(value)


def _place(sim: Simulation, day: float) -> int:
    """Find a day among the output times."""
    place = int(np.abs(sim.time - day).argmin())
    if abs(sim.time[place] - day) >= SHORTEST_STEP:
        raise InputError(
            f"day {day:g} is not an output time; accepted: a time of the simulation"
            f" (nearest: {sim.time[place]:g})"
        )
    return place
