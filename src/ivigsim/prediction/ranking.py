"""What a ranking holds: every marker's area under the ROC curve, and the models of all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes import Definition
from ivigsim.outcomes.reading import BoolArray, FloatArray
from ivigsim.prediction.combined import Bin
from ivigsim.prediction.markers import Marker
from ivigsim.prediction.roc import Area

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Group:
    """Patients whose count has not met that of a response on or before a day.

    Attributes
    ----------
    day : int
    patients, responders : int
        How many they are, and how many of them respond later.
    """

    day: int
    patients: int
    responders: int


@dataclass(frozen=True)
class MarkerRank:
    """How well one marker tells who will respond.

    Attributes
    ----------
    marker : Marker
    area : Area
        Under the ROC curve, of those not there yet when it is measured; 0.5 is chance. It is turned so that
        it is above 0.5.
    everyone : Area or None
        In everyone, those who are there already with them; the same way round. None before treatment, when
        it is the same.
    higher : bool or None
        Whether a higher value goes with response; None when the limits hold 0.5, so that it is not clear.
    cut : float
        Best cut of the measured value by Youden's index.
    sensitivity, specificity : float
        Of a cut and direction learnt in other patients (0 to 1).
    """

    marker: Marker
    area: Area
    everyone: Area | None
    higher: bool | None
    cut: float
    sensitivity: float
    specificity: float


@dataclass(frozen=True)
class Importance:
    """Area under the ROC curve that a model loses when a marker is shuffled: mean and middle 80% of folds."""

    marker: Marker
    mean: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class ModelScore:
    """A model of several markers, tried in patients it had not learnt from.

    Attributes
    ----------
    id, kind : str
        Name for programs; "logistic" or "trees".
    group : Group
        In whom it was tried.
    markers : tuple of Marker
    area : Area
        Under the ROC curve.
    gain : Area or None
        How much larger that area is than that of the markers before treatment in the same patients.
    brier, brier_without : float
        Brier score, and that of saying the share of responders to everyone.
    slope : float
        Calibration slope.
    calibration : tuple of Bin
    importance : tuple of Importance
        Largest first; empty where it was not asked for.
    probability : ndarray, shape (n,)
        Of each patient of the group, by models that had not learnt from that patient.
    """

    id: str
    kind: str
    group: Group
    markers: tuple[Marker, ...]
    area: Area
    gain: Area | None
    brier: float
    brier_without: float
    slope: float
    calibration: tuple[Bin, ...]
    importance: tuple[Importance, ...]
    probability: FloatArray = field(repr=False)

    @property
    def label(self) -> str:
        """Its markers in words."""
        days = sorted({marker.day for marker in self.markers})
        return " + ".join(f"{24 * day} h" if day else "before" for day in days)


@dataclass(frozen=True, eq=False)
class BiomarkerRanking:
    """Markers ranked by how well they tell who will respond.

    Attributes
    ----------
    regimen, population : str
    patients, seed, days : int
    covariates : mapping
        Those fixed for everyone.
    switches : dict of str to bool
    tolerance : float
    definition : Definition
        What counts as a response.
    folds, repeats : int
        Of the trials in held-out patients.
    there_before : int
        Patients who had the count of a response before treatment; they are in nothing else.
    groups : tuple of Group
        Before treatment, at 24 h and at 48 h; those with too few of either outcome are left out.
    too_few : tuple of Group
        Those left out.
    ranks : tuple of MarkerRank
        By day of measurement, best first.
    constant : tuple of Marker
        Markers that are the same in all these patients.
    models : tuple of ModelScore
    numbers : ndarray of int, shape (n,)
        Numbers of the patients ranked.
    responded : ndarray of bool, shape (n,)
    waiting : dict of int to ndarray of bool, shape (n,)
        Day of each group -> who is in it.
    measured : dict of str to ndarray, shape (n,)
        Marker -> what was measured.
    failures : dict of int to str
        Number of a failed patient -> reason; they are in nothing else.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.biomarkers("IVIG 1 g/kg daily x2", patients=200, seed=1)
    >>> found.best(0).marker.day, 0.5 < found.best(0).area.value < 1.0
    (0, True)
    """

    regimen: str
    population: str
    patients: int
    seed: int
    days: int
    covariates: Mapping[str, object]
    switches: dict[str, bool]
    tolerance: float
    definition: Definition
    folds: int
    repeats: int
    there_before: int
    groups: tuple[Group, ...]
    too_few: tuple[Group, ...]
    ranks: tuple[MarkerRank, ...]
    constant: tuple[Marker, ...]
    models: tuple[ModelScore, ...]
    numbers: NDArray[np.intp] = field(repr=False)
    responded: BoolArray = field(repr=False)
    waiting: dict[int, BoolArray] = field(repr=False)
    measured: dict[str, FloatArray] = field(repr=False)
    failures: dict[int, str] = field(repr=False)

    def on(self, day: int) -> tuple[MarkerRank, ...]:
        """Markers measured on a day (0, 1 or 2), best first."""
        return tuple(rank for rank in self.ranks if rank.marker.day == day)

    def best(self, day: int) -> MarkerRank:
        """Return the best marker of a day."""
        return self.on(day)[0]

    def to_polars(self) -> pl.DataFrame:
        """Return one row per patient ranked: outcome, groups, markers as measured, and probabilities.

        A probability is null where the patient was not in the model's group.
        """
        import polars as pl

        columns: dict[str, pl.Series] = {
            "patient": pl.Series(self.numbers),
            "responded": pl.Series(self.responded),
        }
        for day in sorted(self.waiting):
            if day:
                columns[f"waiting_{24 * day}h"] = pl.Series(self.waiting[day])
        columns |= {name: pl.Series(values) for name, values in self.measured.items()}
        for model in self.models:
            known = np.full(len(self.numbers), np.nan)
            known[self.waiting[model.group.day]] = model.probability
            columns[f"probability_{model.id}"] = pl.Series(known).fill_nan(None)
        return pl.DataFrame(columns)
