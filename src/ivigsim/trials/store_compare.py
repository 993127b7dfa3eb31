"""What came out of a stored run by arm, and in what two runs differ; nothing is simulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ivigsim.trials.store import RunStore
from ivigsim.trials.store_differences import ABSENT, Difference, scenario_differences

if TYPE_CHECKING:
    import polars as pl

_KEYS = ("arm", "replicate", "patient", "failed", "population")

Kind = Literal["share", "mean", "median"]


@dataclass(frozen=True)
class Value:
    """A column of the patients in one arm.

    Attributes
    ----------
    column, arm : str
    kind : {"share", "mean", "median"}
        Share (0 to 1) of a column of yes and no, mean of one of whole numbers, median of one of others.
    patients, of : int
        Those with a value, and all of the arm that did not fail.
    value : float or None
        None when no patient has one.
    low, high : float or None
        95% limits of a share (Wilson); None for the others.
    """

    column: str
    arm: str
    kind: Kind
    patients: int
    of: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Pair:
    """The same column and arm in two runs; None where a run has none."""

    there: Value | None
    here: Value | None

    @property
    def change(self) -> float | None:
        """Second less first."""
        if self.there is None or self.here is None or self.there.value is None or self.here.value is None:
            return None
        return self.here.value - self.there.value


@dataclass(frozen=True)
class RunComparison:
    """In what two runs differ.

    Attributes
    ----------
    scenario, versions : tuple of Difference
    same_bytes : bool or None
        Whether both consist of the same bytes; None when one is not complete.
    pairs : tuple of Pair
        By column and arm; empty when a run is not complete.
    """

    scenario: tuple[Difference, ...]
    versions: tuple[Difference, ...]
    same_bytes: bool | None
    pairs: tuple[Pair, ...]


def endpoints(store: RunStore) -> tuple[Value, ...]:
    """Return what came out by column and arm, over all replicates; shares first.

    Covariates are left out, and so are days of events that not everybody has: their median needs the methods
    for censored times of the report.

    Raises
    ------
    InputError
        When the run is not complete.
    """
    import polars as pl

    table = store.patients()
    kinds = _columns(table)
    wanted: list[pl.Expr] = [pl.len().alias(" of")]
    for name, kind in kinds.items():
        column = pl.col(name)
        found = {"share": column.sum(), "mean": column.mean(), "median": column.median()}
        wanted += [column.count().alias(f"{name} n"), found[kind].alias(name)]
    seen = table.filter(~pl.col("failed"))
    arms = seen.group_by("arm", maintain_order=True).agg(wanted).collect().to_dicts()
    return tuple(_value(name, kind, row) for name, kind in kinds.items() for row in arms)


def compare(there: RunStore, here: RunStore) -> RunComparison:
    """Compare two stored runs, as far as they are complete."""
    first, second = there.record.versions, here.record.versions
    versions = [
        Difference(name, first.get(name, ABSENT), second.get(name, ABSENT))
        for name in {**first, **second}
        if first.get(name) != second.get(name)
    ]
    manifests = there.manifest, here.manifest
    whole = manifests[0] is not None and manifests[1] is not None
    return RunComparison(
        scenario=scenario_differences(there.scenario, here.scenario),
        versions=tuple(versions),
        same_bytes=manifests[0].sha256 == manifests[1].sha256 if manifests[0] and manifests[1] else None,
        pairs=_pairs(endpoints(there), endpoints(here)) if whole else (),
    )


def _pairs(there: tuple[Value, ...], here: tuple[Value, ...]) -> tuple[Pair, ...]:
    first, second = ({(v.column, v.arm, v.kind): v for v in values} for values in (there, here))
    return tuple(Pair(first.get(key), second.get(key)) for key in {**first, **second})


def _columns(table: pl.LazyFrame) -> dict[str, Kind]:
    """Return what is computed of which column."""
    from ivigsim.patients.covariates import COVARIATES

    schema = table.collect_schema()
    with_event = {f"{name.removesuffix('_event')}_d" for name in schema if name.endswith("_event")}
    left_out = {*_KEYS, *COVARIATES, *with_event}
    kinds: dict[str, Kind] = {
        name: "share" if str(kind) == "Boolean" else "mean" if kind.is_integer() else "median"
        for name, kind in schema.items()
        if name not in left_out and (kind.is_numeric() or str(kind) == "Boolean")
    }
    return dict(sorted(kinds.items(), key=lambda each: each[1] != "share"))


def _value(name: str, kind: Kind, row: dict[str, Any]) -> Value:
    from ivigsim.outcomes import wilson

    arm, of, patients, found = str(row["arm"]), int(row[" of"]), int(row[f"{name} n"]), row[name]
    if not patients:
        return Value(name, arm, kind, 0, of, None, None, None)
    if kind != "share":
        return Value(name, arm, kind, patients, of, float(found), None, None)
    low, high = wilson(found, patients)
    return Value(name, arm, kind, patients, of, found / patients, float(low), float(high))
