"""IgG beside what was measured in other indications: slope of the trough, half-life, rise, trough, peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivigsim.evidence import Row, load_rows
from ivigsim.indications.igg_course import IgGCourse
from ivigsim.indications.simulation import simulate_indication

SLOPE_DOSES = (200, 400, 600, 800)  # mg/kg; the labels' range
PANZYGA_DOSE = 500  # mg/kg; assumed, the middle of 200-800, as `ivigsim evidence E213` reads the trial
PANZYGA_TROUGHS = {28: (8.10, 8.65, "E212"), 21: (11.0, 12.2, "E211")}
"""Interval (d) -> range of the median trough (g/L) in the notes of the row."""
REACHED_RISE = (7.3, 33.0, 74.0)
"""Rise (g/L) and the shares (%) of ventilated and mild GBS that reached it (IGG17, Fokkink 2022)."""
_Z = 1.96


@dataclass(frozen=True)
class Check:
    """One measured quantity and its simulation.

    Attributes
    ----------
    what, setting, unit : str
    simulated : float
    published : str
        As published.
    low, high : float
        Limits that count as agreement.
    limits : str
        What they are.
    source : str
    """

    what: str
    setting: str
    unit: str
    simulated: float
    published: str
    low: float
    high: float
    limits: str
    source: str

    @property
    def agrees(self) -> bool:
        """Whether the simulated value lies within the limits."""
        return self.low <= self.simulated <= self.high


def published_checks(patients: int = 1000, seed: int = 1) -> tuple[Check, ...]:
    """Simulate what was measured and put both side by side.

    Parameters
    ----------
    patients : int
        Virtual patients per simulation.
    seed : int

    Returns
    -------
    tuple of Check

    Examples
    --------
    >>> checks = published_checks(patients=20)
    >>> checks[0].what, checks[0].source
    ('slope of the trough per 100 mg/kg', 'E139, E210')
    """
    row = {each.id: each for each in load_rows()}
    made: list[Check] = []
    for every in (28, 21):
        courses = {dose: _pid(dose, every, patients, seed) for dose in (*SLOPE_DOSES, PANZYGA_DOSE)}
        made.append(_slope({dose: courses[dose] for dose in SLOPE_DOSES}, every, row))
        made += _panzyga(courses[PANZYGA_DOSE], every, row)
    return tuple(sorted(made, key=lambda each: _ORDER.index(each.what))) + _guillain_barre(
        patients, seed, row
    )


_ORDER = ("slope of the trough per 100 mg/kg", "half-life of total IgG", "median trough", "mean peak")


def _pid(dose: int, every: int, patients: int, seed: int) -> IgGCourse:
    phrase = f"{dose} mg/kg every {every} d"
    return simulate_indication("primary-immunodeficiency", dose=phrase, patients=patients, seed=seed)


def _slope(courses: dict[int, IgGCourse], every: int, row: dict[str, Row]) -> Check:
    """Fit a line through the median steady troughs, as a regression over trials does."""
    troughs = [float(np.median(each.troughs[:, -1])) for each in courses.values()]
    slope = (
        float(np.polyfit(list(courses), troughs, 1)[0]) * 100 * 100
    )  # g/L per mg/kg to mg/dL per 100 mg/kg
    low, high = (float(row[name].value_published) for name in ("E139", "E210"))
    return Check(
        "slope of the trough per 100 mg/kg", f"primary immunodeficiency, every {every} d", "mg/dL", slope,
        f"{low:g} and {high:g}", low, high, "the two sources", "E139, E210",
    )  # fmt: skip


def _panzyga(course: IgGCourse, every: int, row: dict[str, Row]) -> list[Check]:
    """Compare with the trial of Panzyga: half-life, trough, peak."""
    setting = f"primary immunodeficiency, {PANZYGA_DOSE} mg/kg every {every} d"
    low, high, name = PANZYGA_TROUGHS[every]
    peak, life = row[name], row["E213"]
    peaks = np.array([course.igg.max(axis=1)]).mean()
    return [
        Check("half-life of total IgG", setting, "d", course.half_life.median, f"{life.value:g} (median)",
              *_ends(life), "range of 51 patients", life.id),
        Check("median trough", setting, "g/L", float(np.median(course.troughs[:, -1])), f"{low:g}-{high:g}",
              low, high, "range of the medians", name),
        Check("mean peak", setting, "g/L", float(peaks), f"{peak.value:g}", *_ends(peak), "mean ± SD", name),
    ]  # fmt: skip


def _guillain_barre(patients: int, seed: int, row: dict[str, Row]) -> tuple[Check, ...]:
    """Compare the rise on day 14, and how many reach the target, with the trials in GBS."""
    rise, known = _rise(patients, seed), row["E141"]
    low, high = _ends(known)
    sd, n = (high - low) / 2, known.n or 1
    half = _Z * sd / n**0.5
    target, fewest, most = REACHED_RISE
    setting = "Guillain-Barré syndrome, 0.4 g/kg daily x5"
    mean, spread, share = rise.mean(), rise.std(ddof=1), 100 * (rise >= target).mean()
    near = _Z / (2 * n) ** 0.5  # of an SD, as a share of it
    return (
        Check("mean rise on day 14", setting, "g/L", float(mean), f"{known.number:g} (SD {sd:.1f}, n = {n})",
              known.number - half, known.number + half, "95% CI of the mean, from SD and n", known.id),
        Check("SD of the rise on day 14", setting, "g/L", float(spread), f"{sd:.1f}",
              sd * (1 - near), sd * (1 + near), "95% CI of an SD, from n", known.id),
        Check(f"share with a rise of at least {target:g} g/L", setting, "%", float(share),
              f"{most:g} in mild, {fewest:g} in ventilated", fewest, most, "the two groups", "IGG17"),
    )  # fmt: skip


def _rise(patients: int, seed: int) -> NDArray[np.float64]:
    return simulate_indication("gbs", template="five-days", patients=patients, seed=seed).rise


def _ends(row: Row) -> tuple[float, float]:
    """Return the published ends of a row that has them."""
    if row.low is None or row.high is None:
        raise ValueError(f"row {row.id} has no interval")
    return row.low, row.high
