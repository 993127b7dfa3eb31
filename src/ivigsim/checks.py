"""Checks of what a user passes to `simulate`: one clear sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigsim.engine.schedule import SAME_TIME
from ivigsim.errors import InputError, plain, unknown

if TYPE_CHECKING:
    from ivigsim.treatment import DoseTable

LONGEST_DAYS = 3660
"""Ten years: beyond that ageing and disease course, which the model leaves out, would matter (assumed)."""

SHORTEST_STEP = 1e-8
"""Least distance of output times (d, 1 ms): well above that at which the engine takes two times for one."""


def check_whole(name: str, value: object, low: int, high: int) -> int:
    """Return `value` when it is a whole number within the limits.

    Examples
    --------
    >>> check_whole("patients", 0, 1, 10)
    Traceback (most recent call last):
    ...
    ivigsim.errors.InputError: patients is 0; accepted: a whole number from 1 to 10 (nearest: 1)
    """
    accepted = f"accepted: a whole number from {low} to {high}"
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{name} is {value!r}; {accepted}")
    if not low <= value <= high:
        raise InputError(f"{name} is {value}; {accepted} (nearest: {min(max(value, low), high)})")
    return value


def check_grid(days: object, times: Sequence[float] | NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return the output times (d): every day from 0 to `days`, or `times` themselves.

    Raises
    ------
    InputError
        When both are given, or times are not finite, below 0, beyond ten years or out of order.

    Examples
    --------
    >>> check_grid(2, None)
    array([0., 1., 2.])
    """
    if times is None:
        return np.arange(check_whole("days", 60 if days is None else days, 1, LONGEST_DAYS) + 1.0)
    if days is not None:
        raise InputError("days and times are both given; accepted: one of them")
    try:
        grid = np.asarray(times, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"times is {times!r}; accepted: increasing days from 0") from None
    if grid.ndim != 1 or len(grid) == 0 or not np.isfinite(grid).all():
        raise InputError("times are empty, nested or not finite; accepted: increasing days from 0")
    if grid[0] < 0 or grid[-1] > LONGEST_DAYS or grid[-1] < SHORTEST_STEP:
        raise InputError(
            f"times run from {grid[0]:g} to {grid[-1]:g} d; accepted: 0 to {LONGEST_DAYS} d, the last above 0"
        )
    late = np.flatnonzero(np.diff(grid) < SHORTEST_STEP)
    if len(late):
        before, after = grid[late[0]], grid[late[0] + 1]
        what = "out of order" if after <= before else "too close"
        raise InputError(
            f"times are {what}: {after:.12g} d follows {before:.12g} d;"
            f" accepted: increasing days, at least {SHORTEST_STEP:g} d apart"
        )
    return grid


def check_switches(given: Mapping[str, object], known: Mapping[str, bool]) -> dict[str, bool]:
    """Return the switches of a run: the defaults with what was given.

    Examples
    --------
    >>> check_switches({"a": False}, {"a": True, "b": True})
    {'a': False, 'b': True}
    """
    if not isinstance(given, Mapping):
        raise InputError(f"switches is {given!r}; accepted: a mapping such as {{'fc_gamma_blockade': False}}")
    given = {name: plain(value) for name, value in given.items()}
    for name, value in given.items():
        if name not in known:
            raise unknown("switch", str(name), known)
        if not isinstance(value, bool):
            raise InputError(f"switch {name} is {value!r}; accepted: True (on) or False (off)")
    return {name: bool(given.get(name, default)) for name, default in known.items()}


def check_tolerance(value: object) -> float:
    """Return the solver tolerance when the method can honour it.

    Examples
    --------
    >>> check_tolerance(1e-6)
    1e-06
    """
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1e-14 <= value <= 1e-3:
        raise InputError(f"tolerance is {value!r}; accepted: 1e-14 to 1e-3")
    return float(value)


def check_outputs(names: object) -> tuple[str, ...]:
    """Return the names of the outputs to keep, when the model has them all.

    Examples
    --------
    >>> check_outputs(["platelets", "t_cell_help"])
    ('platelets', 't_cell_help')
    """
    from ivigsim.model.compile import compiled_model

    if isinstance(names, str) or not isinstance(names, Iterable) or not (names := list(names)):
        raise InputError(f"outputs is {names!r}; accepted: a list of names such as ['platelets', 'igg']")
    variables = compiled_model().variables
    for name in names:
        if name not in variables:
            raise unknown("output", str(name), variables)
    return tuple(dict.fromkeys(names))


def check_flag(name: str, value: object) -> bool:
    """Return `value` when it is true or false, not something that merely counts as such.

    Examples
    --------
    >>> check_flag("allow_extreme", "no")
    Traceback (most recent call last):
    ...
    ivigsim.errors.InputError: allow_extreme is 'no'; accepted: True or False
    """
    value = plain(value)
    if not isinstance(value, bool):
        raise InputError(f"{name} is {value!r}; accepted: True or False")
    return value


def check_can_act(doses: DoseTable | None, known: Mapping[str, object], end: float) -> list[str]:
    """Say which treatments cannot act in anyone.

    Parameters
    ----------
    doses : DoseTable or None
        When each is given; amounts may be of anyone.
    known : mapping of str to object
        Covariates that are the same in every patient.
    end : float
        Last output time (d).

    Returns
    -------
    list of str
        One sentence for each; none when no dose falls within the run but that.

    Examples
    --------
    >>> from ivigsim.treatment import Regimen
    >>> check_can_act(Regimen.parse("anti-D 75 ug/kg").doses([70.0]), {"rhd_positive": False}, 7.0)
    ['anti-D cannot act: every patient is RhD-negative']
    """
    if doses is None:
        return []
    first = float(doses.time_d[doses.amount > 0].min())
    if first >= end - SAME_TIME:
        return [
            f"no dose is given within the run: the first is on day {first:g}, the run ends on day {end:g}"
        ]
    removed, anti_d = _starts(doses, "splenectomy"), _starts(doses, "anti-D")
    notes = []
    if np.isfinite(removed).any() and known.get("splenectomised") is True:
        notes.append("splenectomy cannot act: no patient has a spleen")
    if np.isfinite(anti_d).any():
        too_late = anti_d >= removed.min(axis=1, keepdims=True)
        if known.get("rhd_positive") is False:
            notes.append("anti-D cannot act: every patient is RhD-negative")
        elif known.get("splenectomised") is True:
            notes.append("anti-D can hardly act: no patient has a spleen")
        elif too_late[np.isfinite(anti_d)].all():
            notes.append("anti-D can hardly act: the spleen is taken out before it")
    return notes


def _starts(doses: DoseTable, name: str) -> NDArray[np.float64]:
    """Return when an input is given (d), shape (r, k); infinity for the other doses."""
    given = (doses.target == doses.inputs.index(name)) & (doses.amount > 0)
    return np.where(given, doses.time_d, np.inf)
