"""Keep the IgG of an indication in a folder: figure, tables, document, manifest; never half-written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ivigsim.indications import DoseForTrough, IgGCourse
from ivigsim.report.files import FIGURES, whole_folder, write_manifest, write_tables
from ivigsim.report.indication_document import igg_document, request
from ivigsim.report.manifest import made_by

if TYPE_CHECKING:
    import polars as pl

DOCUMENT = "document.json"
TABLES = ("intervals.csv", "intervals.parquet", "days.csv", "days.parquet", DOCUMENT)
_BANDS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


def write_indication_folder(
    course: IgGCourse, dose: DoseForTrough | None, folder: Path, command: str, *, figure: bool
) -> None:
    """Write figure, tables, document and manifest into a new folder, complete or not at all.

    Parameters
    ----------
    course : IgGCourse
    dose : DoseForTrough or None
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
            from ivigsim.report.indication_figure import draw_indication

            save(draw_indication(course, dose), *(new / name for name in FIGURES))
        write_tables(new, {"intervals": intervals_frame(course), "days": days_frame(course)})
        text = igg_document(course, dose).model_dump_json(indent=2)
        (new / DOCUMENT).write_text(f"{text}\n", encoding="utf-8")
        write_manifest(new, {**request(course), **made_by(command, new)})


def intervals_frame(course: IgGCourse) -> pl.DataFrame:
    """Return one row per interval: days, and median and middle 90% of peak and trough (g/L)."""
    import polars as pl

    rows = []
    for each in course.intervals:
        row: dict[str, float] = {"interval": each.number, "start_d": each.start_d, "end_d": each.end_d}
        for name, spread in (("peak", each.peak), ("trough", each.trough)):
            row |= {f"{name}_p50": spread.median, f"{name}_p05": spread.low, f"{name}_p95": spread.high}
        rows.append(row)
    return pl.DataFrame(rows)


def days_frame(course: IgGCourse) -> pl.DataFrame:
    """Return percentiles of IgG (g/L) and haemoglobin (g/dL) at every output time (d)."""
    import polars as pl

    columns = {"time_d": course.time_d}
    for name, values in (("igg", course.igg), ("haemoglobin", course.haemoglobin)):
        columns |= {f"{name}_{band}": np.quantile(values, share, axis=0) for band, share in _BANDS.items()}
    return pl.DataFrame(columns)
