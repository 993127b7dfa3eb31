"""Keep a ranking of markers in files: the figure alone, or a folder with everything; never half-written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivigsim.prediction.markers import markers_text
from ivigsim.prediction.ranking import BiomarkerRanking
from ivigsim.report.biomarker_document import biomarker_document
from ivigsim.report.files import FIGURES, whole_folder, write_drawing, write_manifest
from ivigsim.report.manifest import PACKAGES, made_by, sha256

if TYPE_CHECKING:
    import polars as pl

DOCUMENT = "biomarkers.json"
FILES = ("markers.csv", "models.csv", "calibration.csv", "importance.csv", "patients.parquet", DOCUMENT)
"""What is kept beside figure and manifest."""


def write_ranking_figure(found: BiomarkerRanking, stem: Path) -> list[Path]:
    """Write the figure as `stem`.png and `stem`.svg and return their paths; earlier ones are replaced."""
    from ivigsim.report.biomarker_figure import draw_ranking

    return write_drawing(draw_ranking(found), stem)


def write_ranking_folder(found: BiomarkerRanking, folder: Path, command: str, *, figure: bool) -> None:
    """Write figure, tables, document and manifest into a new folder, which appears complete or not at all.

    Parameters
    ----------
    found : BiomarkerRanking
    folder : Path
        As `report.files.check_folder` accepts it.
    command : str
        The command line, for the manifest.
    figure : bool
        Whether to draw.
    """
    with whole_folder(folder) as new:
        if figure:
            from ivigsim.report.biomarker_figure import draw_ranking
            from ivigsim.report.figure import save

            save(draw_ranking(found), *(new / name for name in FIGURES))
        for name, frame in frames(found).items():
            frame.write_csv(new / f"{name}.csv")
        found.to_polars().write_parquet(new / "patients.parquet")
        text = biomarker_document(found).model_dump_json(indent=2)
        (new / DOCUMENT).write_text(f"{text}\n", encoding="utf-8")
        write_manifest(new, _manifest(found, command, new))


def frames(found: BiomarkerRanking) -> dict[str, pl.DataFrame]:
    """Return the tables by name: a row per marker, per model, and per part of a model.

    Examples
    --------
    >>> import ivigsim
    >>> found = ivigsim.biomarkers("IVIG 1 g/kg daily x2", patients=200, markers=["igg"], repeats=1)
    >>> {name: table.height for name, table in frames(found).items()}
    {'markers': 1, 'models': 2, 'calibration': 20, 'importance': 1}
    """
    import polars as pl

    document = biomarker_document(found).model_dump()
    rows: dict[str, list[dict[str, Any]]] = {"markers": document["markers"], "models": document["models"]}
    rows |= {
        part: [{"model": model["id"], **row} for model in document["models"] for row in model[part]]
        for part in ("calibration", "importance")
    }
    return {name: pl.DataFrame([_flat(row) for row in each]) for name, each in rows.items()}


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without parts: limits and groups as columns, names in one text, lists left out."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if name == "levels":
            flat[name] = ";".join(f"{level}={score}" for level, score in value.items())
        elif name == "markers":
            flat[name] = ";".join(value)
        elif name in ("auc", "auc_everyone", "gain"):
            ends = value or dict.fromkeys(("value", "low", "high"))
            flat |= {name if end == "value" else f"{name}_{end}": number for end, number in ends.items()}
        elif isinstance(value, dict):
            flat |= value
        elif not isinstance(value, list):
            flat[name] = value
    return flat


def _manifest(found: BiomarkerRanking, command: str, folder: Path) -> dict[str, Any]:
    """Return where the numbers come from, and the SHA-256 of every file."""
    request = biomarker_document(found).model_dump(
        exclude={"groups", "too_few", "markers", "constant", "models", "failed", "warnings", "there_before"}
    )
    markers = sha256(markers_text())
    return {**request, "markers_sha256": markers, **made_by(command, folder, (*PACKAGES, "scikit-learn"))}
