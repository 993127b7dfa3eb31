"""Keep a red-cell test in files: the figure alone, or a folder with everything; never half-written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ivigsim.report.files import FIGURES, whole_folder, write_drawing, write_manifest, write_tables
from ivigsim.report.manifest import made_by
from ivigsim.report.red_cells import MINUTES, Tested, request, rows

if TYPE_CHECKING:
    import polars as pl

TABLES = ("outcomes.csv", "outcomes.parquet", "survival.csv", "survival.parquet", "patients.parquet")
_BANDS = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


def write_test_figure(found: Tested, stem: Path) -> list[Path]:
    """Write the figure as `stem`.png and `stem`.svg and return their paths; earlier ones are replaced."""
    from ivigsim.report.red_cell_figure import draw_test

    return write_drawing(draw_test(found), stem)


def write_test_folder(found: Tested, folder: Path, command: str, *, figure: bool) -> None:
    """Write figure, tables and manifest into a new folder, which appears complete or not at all.

    Outcomes are the lines of the printed table, survival the curves of the figure, patients every patient's
    half-lives.

    Parameters
    ----------
    found : Tested
    folder : Path
        As `report.files.check_folder` accepts it with `TABLES`.
    command : str
        The command line, for the manifest.
    figure : bool
        Whether to draw.
    """
    with whole_folder(folder) as new:
        if figure:
            from ivigsim.report.figure import save
            from ivigsim.report.red_cell_figure import draw_test

            save(draw_test(found), *(new / name for name in FIGURES))
        write_tables(new, {"outcomes": rows_frame(found), "survival": survival_frame(found)})
        found.test.to_polars().write_parquet(new / "patients.parquet")
        write_manifest(new, {**request(found), **made_by(command, new)})


def rows_frame(found: Tested) -> pl.DataFrame:
    """Return one row per line of the printed table: median and middle 90% of patients."""
    import polars as pl

    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    return pl.DataFrame(
        [
            {
                "label": row.label,
                "value": row.value,
                "low": row.low,
                "high": row.high,
                "unit": row.unit,
                "published": ";".join(each.id for each in row.published),
            }
            for row in rows(found)
        ],
        schema_overrides=numbers,
    )


def survival_frame(found: Tested) -> pl.DataFrame:
    """Return the tracer left (%) by minute: median, 5th and 95th percentile, before and on the day."""
    import polars as pl

    columns = {"minute": MINUTES}
    for when, curve in zip(("before", "after"), found.test.survival(MINUTES), strict=True):
        kept = 100 * curve[found.tested]
        for name, share in _BANDS.items():
            none = np.full(len(MINUTES), np.nan)
            columns[f"{when}_{name}"] = np.quantile(kept, share, axis=0) if len(kept) else none
    return pl.DataFrame(columns).fill_nan(None)
