"""Keep an attribution in files: the figure alone, or a folder with everything; never half-written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivigsim.mechanisms import Attribution
from ivigsim.report.attribution_document import attribution_document
from ivigsim.report.files import FIGURES, whole_folder, write_drawing, write_manifest, write_tables
from ivigsim.report.manifest import made_by, sha256

if TYPE_CHECKING:
    import polars as pl


def write_attribution_figure(found: Attribution, stem: Path) -> list[Path]:
    """Write the figure as `stem`.png and `stem`.svg and return their paths; earlier ones are replaced."""
    from ivigsim.report.attribution_figure import draw_attribution

    return write_drawing(draw_attribution(found), stem)


def write_attribution_folder(
    found: Attribution, folder: Path, command: str, *, figure: bool, events: Path | None = None
) -> None:
    """Write figure, tables and manifest into a new folder, which appears complete or not at all.

    The files have the names of those of `ivigsim simulate`: outcomes are the shares, days the layers of the
    mean rise, patients every patient's split.

    Parameters
    ----------
    found : Attribution
    folder : Path
        As `report.files.check_folder` accepts it.
    command : str
        The command line, for the manifest.
    figure : bool
        Whether to draw.
    events : Path, optional
        The event table, when the treatment came as one; the manifest holds its SHA-256.
    """
    with whole_folder(folder) as new:
        if figure:
            from ivigsim.report.attribution_figure import draw_attribution
            from ivigsim.report.figure import save

            save(draw_attribution(found), *(new / name for name in FIGURES))
        write_tables(new, {"outcomes": shares_frame(found), "days": layers_frame(found)})
        found.to_polars().write_parquet(new / "patients.parquet")
        write_manifest(new, _manifest(found, command, new, events))


def shares_frame(found: Attribution) -> pl.DataFrame:
    """Return one row per summary day and mechanism.

    Examples
    --------
    >>> import ivigsim
    >>> shares_frame(ivigsim.explain("IVIG 1 g/kg daily x2", patients=20, days=7)).shape
    (18, 13)
    """
    import polars as pl

    document = attribution_document(found)
    names = ("p10", "p25", "p50", "p75", "p90")
    rows: list[dict[str, Any]] = [
        share.model_dump(exclude={"percentiles"}) | {name: share.percentiles.get(name) for name in names}
        for share in document.shares
    ]
    numbers = dict.fromkeys(("share", "low", "high", "sampling_error", *names), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=numbers)


def layers_frame(found: Attribution) -> pl.DataFrame:
    """Return one row per day: the mean rise (1e9/L) and its layers, one column each."""
    import polars as pl

    layers = dict(zip(found.mechanisms, found.contributions, strict=True))
    return pl.DataFrame({"time_d": found.time_d, "rise": found.rise, **layers, "other": found.other})


def _manifest(found: Attribution, command: str, folder: Path, events: Path | None) -> dict[str, Any]:
    """Return where the numbers come from, and the SHA-256 of every file."""
    request = attribution_document(found).model_dump(
        exclude={"by_day", "shares", "published", "failed", "warnings", "baseline_1e9_per_l"}
    )
    tables = {} if events is None else {events.name: sha256(events.read_bytes())}
    return {**request, "event_tables": tables, **made_by(command, folder)}
