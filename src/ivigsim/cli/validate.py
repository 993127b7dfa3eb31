"""`ivigsim validate`: every published result beside its simulated trial."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivigsim.errors import InputError

if TYPE_CHECKING:
    from ivigsim.evidence import Row


def validate(
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this group, as in dose; repeatable.")
    ] = None,
    use: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help='Only fit, "hold out" or check; repeatable.')
    ] = None,
    row: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this row; repeatable.")] = None,
    draws: Annotated[int, typer.Option(help="Draws of the posterior; all are 100.")] = 100,
    patients: Annotated[int, typer.Option(help="Virtual patients per arm and draw.")] = 300,
    seed: Annotated[int, typer.Option(help="The same seed gives the same verdicts.")] = 2,
    out: Annotated[Path | None, typer.Option(help="Folder for page, figure, table and manifest.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace an earlier validation in --out.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    workers: Annotated[int | None, typer.Option(help="Processes; one per processor by default.")] = None,
) -> None:
    """Simulate every published result as its trial, with parameter uncertainty; two minutes on two cores."""
    from ivigsim.checks import check_whole
    from ivigsim.fit.draws import load_posterior
    from ivigsim.fit.validation import validate as run
    from ivigsim.progress import progress_bar
    from ivigsim.report.files import check_folder
    from ivigsim.report.validation_tables import print_verdicts, verdicts_frame

    check_whole("draws", draws, 1, 100)
    check_whole("patients", patients, 20, 10**5)
    check_whole("seed", seed, 0, 2**31 - 1)
    rows = _chosen(group or [], use or [], row or [])
    if out is not None:
        check_folder(out, overwrite, made=("validation.csv", "validation.html"))
    with progress_bar(f"{len(rows)} published results", draws, 1) as advance:
        found = run(
            rows,
            load_posterior(),
            patients=patients,
            draws=draws,
            seed=seed,
            workers=workers,
            advance=advance,
        )
    if json:
        frame = verdicts_frame(found)
        typer.echo(frame.write_json())
    else:
        print_verdicts(found)
    if out is not None:
        from ivigsim.report.validation_files import write_validation

        made = {"seed": seed, "draws": draws, "patients per arm": patients, "rows": len(rows)}
        write_validation(found, out, shlex.join(sys.argv), made)
        typer.echo(f"Page, figure, table and manifest: {out}", err=json)


def _chosen(groups: list[str], uses: list[str], ids: list[str]) -> list[Row]:
    from ivigsim.errors import unknown
    from ivigsim.evidence import load_rows
    from ivigsim.evidence.rows import GROUPS

    rows = [row for row in load_rows() if row.simulated]
    known = {row.id: row for row in rows}
    for name in ids:
        if name not in known:
            raise unknown("result that can be simulated", name, ["an id such as E019"], also=known)
    accepted_uses = ("fit", "hold out", "check")
    for what, names, accepted in (("group", groups, GROUPS), ("use", uses, accepted_uses)):
        for name in names:
            if name not in accepted:
                raise unknown(what, name, accepted)
    found = [
        row
        for row in rows
        if row.group in (groups or GROUPS) and row.use in (uses or accepted_uses) and row.id in (ids or known)
    ]
    if not found:
        raise InputError("no published result fits all of --group, --use and --row; accepted: a wider choice")
    return found
