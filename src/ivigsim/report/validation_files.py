"""Keep a validation in a folder: page, figure, table and manifest; never half-written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ivigsim.fit.validation import Verdict
from ivigsim.report.files import FIGURES, can_draw, whole_folder, write_manifest
from ivigsim.report.manifest import hashes, made_by
from ivigsim.report.validation_page import page
from ivigsim.report.validation_tables import verdicts_frame


def write_validation(
    verdicts: Sequence[Verdict], folder: Path, command: str, made: Mapping[str, object]
) -> None:
    """Write everything into a new folder, which appears complete or not at all.

    Parameters
    ----------
    verdicts : sequence of Verdict
    folder : Path
        As `report.files.check_folder` accepts it.
    command : str
        The command line, for the manifest.
    made : mapping of str to object
        Seed, draws and so on.
    """
    with whole_folder(folder) as new:
        figure = can_draw()
        if figure:
            from ivigsim.report.figure import save
            from ivigsim.report.validation_figure import draw_verdicts

            save(draw_verdicts(verdicts), *(new / name for name in FIGURES))
        verdicts_frame(verdicts).write_csv(new / "validation.csv")
        provenance = {**made, "command": command, "model": hashes("adult-chronic")["model_sha256"][:16]}
        (new / "validation.html").write_text(page(verdicts, provenance, figure=figure), encoding="utf-8")
        write_manifest(new, {**made, **made_by(command, new)})
