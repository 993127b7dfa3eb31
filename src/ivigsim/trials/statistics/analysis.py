"""The whole analysis of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from ivigsim.errors import InputError
from ivigsim.trials.statistics.cohorts import Cohorts, cohorts
from ivigsim.trials.statistics.design import Design
from ivigsim.trials.statistics.notes import notes_of
from ivigsim.trials.statistics.power import PowerCurve, power
from ivigsim.trials.statistics.repeated import CountsResult, counts
from ivigsim.trials.statistics.replicates import replicates_of
from ivigsim.trials.statistics.responses import ResponseResult, responses
from ivigsim.trials.statistics.times import TimeResult, times
from ivigsim.trials.statistics.use import UseResult, use

if TYPE_CHECKING:
    import polars as pl

NOT_INSTALLED = (
    "statistics of a trial need statsmodels and lifelines, which are not installed; accepted: after"
    " pip install 'ivigsim[trials]'"
)


@dataclass(frozen=True)
class ArmPatients:
    """Patients of an arm.

    Attributes
    ----------
    arm : str
    simulated, failed : int
        Failed simulations are left out of everything else.
    left_out : int
        Of a paired design: succeeded here, failed in another arm.
    analysed, dropped_out, rescued : int
    rescues : int
        All of them; a patient may have several.
    """

    arm: str
    simulated: int
    failed: int
    left_out: int
    analysed: int
    dropped_out: int
    rescued: int
    rescues: int


@dataclass(frozen=True)
class Analysis:
    """What a trial found.

    Attributes
    ----------
    design : Design
    replicates : int
    arms : tuple of ArmPatients
    responses, times : tuple
        A result per endpoint.
    counts : CountsResult or None
    use : UseResult
    power : tuple of PowerCurve
        Empty where there is no power; `no_power` then says why.
    no_power : str
    notes : tuple of str
        How patients are counted, and what the numbers do not say.
    """

    design: Design
    replicates: int
    arms: tuple[ArmPatients, ...]
    responses: tuple[ResponseResult, ...]
    times: tuple[TimeResult, ...]
    counts: CountsResult | None
    use: UseResult
    power: tuple[PowerCurve, ...]
    no_power: str
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as what JSON can hold: lists, and None for "not reached" and "undefined"."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def analyse(patients: pl.DataFrame, design: Design) -> Analysis:
    """Analyse a trial.

    Parameters
    ----------
    patients : polars.DataFrame
        One row per arm, replicate and patient: `arm`, `replicate`, `patient`, `failed`, `dropped_out_d`,
        `rescued_d`, `rescues`, `ivig_g` (g), `baseline_1e9_per_l`, `count_day_<d>` per visit (1e9/L), a true
        or false column per response, `<id>_d` (d) and `<id>_event` per time-to-event endpoint.
    design : Design

    Returns
    -------
    Analysis

    Raises
    ------
    InputError
        When the table does not fit the design, or statsmodels or lifelines is missing.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({
    ...     "arm": ["low"] * 4 + ["high"] * 4, "replicate": 0, "patient": [*range(4)] * 2, "failed": False,
    ...     "dropped_out_d": None, "rescued_d": None, "rescues": 0, "ivig_g": [35.0] * 4 + [140.0] * 4,
    ...     "baseline_1e9_per_l": [8.0, 12.0, 15.0, 20.0] * 2,
    ...     "day_7": [False, False, False, True, False, True, True, True]})
    >>> found = analyse(table, Design("paired", ("low", "high"), "low", responses=("day_7",)))
    >>> found.responses[0].comparisons[0].difference.value, found.use.extra[0].grams.value
    (0.5, 210.0)
    """
    _check_installed()
    found = cohorts(patients, design)
    replicates = replicates_of(found)
    try:
        curves, why = power(found, design), ""
    except InputError as refusal:
        curves, why = (), str(refusal)
    arms = tuple(_arm(found, arm) for arm in design.arms)
    counted = counts(found, design)
    return Analysis(
        design,
        replicates,
        arms,
        responses(found, design),
        times(found, design),
        counted,
        use(found, design),
        curves,
        why,
        notes_of(design, replicates, found, counted),
    )


def _arm(found: Cohorts, arm: str) -> ArmPatients:
    frame = found.by_arm[arm]
    failed, left_out = found.failed[arm], found.left_out[arm]
    return ArmPatients(
        arm,
        frame.height + failed + left_out,
        failed,
        left_out,
        frame.height,
        dropped_out=frame.height - frame["dropped_out_d"].null_count(),
        rescued=frame.height - frame["rescued_d"].null_count(),
        rescues=int(frame["rescues"].sum()),
    )


def _check_installed() -> None:
    try:
        import lifelines  # noqa: F401
        import statsmodels  # noqa: F401
    except ImportError:
        raise InputError(NOT_INSTALLED) from None


def _plain(value: Any) -> Any:
    """Return tuples as lists and numbers that are not finite as None, all the way down."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
