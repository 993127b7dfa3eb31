"""`ivigsim report`: a stored run as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ivigsim.errors import InputError


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a complete run of `ivigsim trial`.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.html", help="Where to; report.html in the folder unless said."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file given by --out.")] = False,
) -> None:
    """Write the report of a trial.

    One HTML file for a study team: design, patients, flow, endpoints, curves, IVIG used, power, safety and
    provenance. It needs no other file and asks no server for anything.
    """
    from ivigsim.report.files import check_place
    from ivigsim.report.trial_page import check_libraries
    from ivigsim.report.trial_report import written_report

    check_libraries()
    target = out or run / "report.html"
    if target.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--out is '{target}'; accepted: a name that ends in .html")
    if out is not None and out.exists() and not overwrite:
        raise InputError(f"'{out}' exists; accepted: a new name, or --overwrite")
    text = written_report(run)
    check_place(target)
    target.write_text(text, encoding="utf-8")
    typer.echo(f"Report: {target}")
