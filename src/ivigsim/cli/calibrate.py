"""`ivigsim calibrate`: estimate the population parameters from published results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ivigsim.errors import InputError


def calibrate(
    out: Annotated[Path, typer.Option(help="Folder for everything; a killed calibration goes on there.")],
    members: Annotated[int, typer.Option(help="Points in the ensemble.")] = 128,
    steps: Annotated[int, typer.Option(help="Steps from prior to posterior.")] = 5,
    patients: Annotated[int, typer.Option(help="Virtual patients per arm.")] = 250,
    draws: Annotated[int, typer.Option(help="Posterior points simulated in full, in each round.")] = 100,
    rounds: Annotated[int, typer.Option(help="Rounds in which the emulator learns from them.")] = 3,
    chain: Annotated[int, typer.Option(help="Draws kept per walker of the Markov chains.")] = 5000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same result.")] = 1,
    hold: Annotated[
        list[str] | None,
        typer.Option(help="A switch or parameter held at a value, as an alternative: dimer_blockade=1."),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; one per processor by default.")] = None,
    write: Annotated[
        Path | None, typer.Option(help="Folder of the package to write the result into: src/ivigsim.")
    ] = None,
) -> None:
    """Estimate the population parameters from the rows marked fit; about half an hour on two cores.

    Rows that are held out are simulated beside them and never fitted. The report tells what was learnt, what
    the evidence leaves open, and how well trials are predicted that were left out.
    """
    from ivigsim.checks import check_whole
    from ivigsim.fit.calibrate import Settings
    from ivigsim.fit.calibrate import calibrate as run
    from ivigsim.fit.commit import commit
    from ivigsim.fit.draws import Posterior
    from ivigsim.fit.free import load_free
    from ivigsim.fit.summary import summary

    changes = tuple(_held(text) for text in hold or ())
    least = {"members": 8, "steps": 2, "patients": 20, "draws": 8, "rounds": 1, "chain": 200}
    given = {"members": members, "steps": steps, "patients": patients, "draws": draws, "rounds": rounds}
    for name, value in (given | {"chain": chain}).items():
        check_whole(name, value, least[name], 10**6)
    check_whole("seed", seed, 0, 2**31 - 1)
    if write is not None and not (write / "model" / "parameters.tsv").exists():
        raise InputError(
            f"folder {str(write)!r} holds no ivigsim package; accepted: one with model/parameters.tsv"
            " (nearest: src/ivigsim)"
        )

    def report(line: str) -> None:
        typer.echo(line)
        with (out / "calibration.log").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    settings = Settings(**given, chain=chain, seed=seed, changes=changes)
    found = run(out, settings, workers=workers, report=report)
    text = summary(found)
    (out / "calibration.md").write_text(text, encoding="utf-8")
    posterior = Posterior(tuple(free.id for free in load_free()), found.posterior.points)
    if write is not None:
        for path in commit(posterior, write):
            report(f"wrote {path}")
    typer.echo(f"Report: {out / 'calibration.md'}")


def _held(text: str) -> tuple[str, float]:
    """Read `NAME=VALUE`."""
    from ivigsim.errors import unknown
    from ivigsim.model.parameters import load_parameters

    name, equals, number = text.partition("=")
    if name not in load_parameters():
        raise unknown("parameter", name, load_parameters())
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not equals or not 0.0 <= value < float("inf"):
        raise InputError(
            f"--hold {text!r} has no value; accepted: NAME=VALUE from 0 on (nearest: '{name}=0')"
        )
    return name, value
