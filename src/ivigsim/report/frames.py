"""The tables that a comparison is kept as."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ivigsim.outcomes import DayDistribution
from ivigsim.report.comparison import Arm, Comparison
from ivigsim.report.panel import BANDS
from ivigsim.report.table import beside, published_text

if TYPE_CHECKING:
    import polars as pl


def outcomes_frame(comparison: Comparison) -> pl.DataFrame:
    """Return one row per arm and outcome, with the results published for it as text.

    Examples
    --------
    >>> from ivigsim.report.comparison import Request, compare
    >>> from ivigsim.treatment import Regimen
    >>> found = compare(Request((Regimen.parse("IVIG 1 g/kg daily x2"),), patients=20, days=14))
    >>> outcomes_frame(found)["published"].head(2).to_list()
    ['E020: 43', 'E019: 80.7 (69.2–89.3); E026: 80.6; E036: 90; E037: 83; E052: 88.9 (79.3–95.1)']
    """
    import polars as pl

    rows = [
        {
            "arm": arm.letter,
            "regimen": arm.regimen,
            **asdict(outcome),
            "published": "; ".join(f"{row.id}: {published_text(row)}" for row in beside(arm, outcome.id))
            or None,
        }
        for arm in comparison.arms
        for outcome in arm.outcomes
    ]
    text = dict.fromkeys(("arm", "regimen", "id", "label", "unit", "method", "published"), pl.String)
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=text | numbers | {"n": pl.Int64})


def days_frame(comparison: Comparison) -> pl.DataFrame:
    """Return one row per arm and daily output: bands of platelets and IgG, and the share at least 50e9/L."""
    import polars as pl

    frames = []
    for arm in comparison.arms:
        columns = bands(arm.platelets, "platelets") | bands(arm.igg, "igg", arm.platelets.time_d)
        shares = arm.reached.to_polars().select(
            pl.col("share").alias("share_at_least_50"),
            pl.col("low").alias("share_low"),
            pl.col("high").alias("share_high"),
            "n",
        )
        where = {"arm": [arm.letter], "regimen": [arm.regimen]}
        days = pl.DataFrame({"time_d": arm.platelets.time_d, **columns})
        frames.append(pl.DataFrame(where).join(pl.concat([days, shares], how="horizontal"), how="cross"))
    return pl.concat(frames)


def patients_frame(comparison: Comparison) -> pl.DataFrame:
    """Return one row per arm and patient: covariates and outcomes.

    Raises
    ------
    ValueError
        When the comparison did not keep them.
    """
    import polars as pl

    return pl.concat([_people(arm) for arm in comparison.arms])


def bands(
    days: DayDistribution, name: str, time_d: NDArray[np.float64] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return the 5th, 25th, 50th, 75th and 95th percentile at output times, all of them or those given."""
    rows = slice(None) if time_d is None else np.isin(days.time_d, time_d)
    values = days.quantile(BANDS)[rows]
    return {f"{name}_p{round(100 * q):02d}": values[:, i] for i, q in enumerate(BANDS)}


def _people(arm: Arm) -> pl.DataFrame:
    import polars as pl

    if arm.people is None:
        raise ValueError("the comparison did not keep its patients; accepted: compare(..., keep_people=True)")
    return arm.people.select(pl.lit(arm.letter).alias("arm"), pl.lit(arm.regimen).alias("regimen"), pl.all())
