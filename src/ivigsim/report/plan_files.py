"""Keep an infusion plan in a folder: figure, tables, document, manifest; never half-written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ivigsim._version import __version__
from ivigsim.products import InfusionPlan
from ivigsim.report.files import FIGURES, whole_folder, write_manifest, write_tables
from ivigsim.report.manifest import made_by
from ivigsim.report.plan_document import plan_document

if TYPE_CHECKING:
    import polars as pl

    from ivigsim.report.comparison import Comparison

DOCUMENT = "plan.json"
TABLES = ("events.csv", "events.parquet", "steps.csv", "steps.parquet", DOCUMENT)


def write_plan_folder(
    plan: InfusionPlan, comparison: Comparison | None, folder: Path, command: str, *, figure: bool
) -> None:
    """Write figure, tables, document and manifest into a new folder, complete or not at all.

    Parameters
    ----------
    plan : InfusionPlan
    comparison : Comparison or None
        Its simulation.
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
            from ivigsim.report.plan_figure import draw_plan

            save(draw_plan(plan), *(new / name for name in FIGURES))
        write_tables(new, {"events": plan.event_table(), "steps": steps_frame(plan)})
        (new / DOCUMENT).write_text(f"{plan_document(plan, comparison)}\n", encoding="utf-8")
        write_manifest(new, {"ivigsim": __version__, **made_by(command, new)})


def steps_frame(plan: InfusionPlan) -> pl.DataFrame:
    """Return one row per rate step, with its clock time.

    Examples
    --------
    >>> from ivigsim.products import infusion_plan
    >>> steps_frame(infusion_plan("Privigen", 70, "1 g/kg"))["rate_ml_per_h"].to_list()
    [21.0, 42.0, 84.0, 168.0]
    """
    import polars as pl

    return pl.DataFrame(
        [
            {
                "infusion": infusion.number,
                "day": infusion.day,
                "starts": plan.clock(infusion, step.start_min),
                "start_min": step.start_min,
                "minutes": step.minutes,
                "rate_mg_per_kg_min": step.rate_mg_kg_min,
                "rate_ml_per_h": step.rate_ml_h,
                "grams": step.grams,
                "volume_ml": step.volume_ml,
                "total_g": step.total_g,
                "total_ml": step.total_ml,
            }
            for infusion in plan.infusions
            for step in infusion.steps
        ]
    )
