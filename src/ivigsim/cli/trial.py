"""`ivigsim trial`: run a scenario file, or write one to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivigsim.errors import InputError

if TYPE_CHECKING:
    from ivigsim.trials.statistics import Analysis
    from ivigsim.trials.trial import Trial

STARTER = "two-schedules"
SCHEMA = "scenario.schema.json"


def trial(
    scenario: Annotated[
        Path | None, typer.Argument(metavar="[SCENARIO.yaml]", help="What to run.", show_default=False)
    ] = None,
    new: Annotated[
        bool,
        typer.Option(
            "--new", help="Write a commented scenario to SCENARIO.yaml (or scenario.yaml), run nothing."
        ),
    ] = False,
    example: Annotated[
        str, typer.Option(metavar="NAME", help="With --new: the design to begin with; --examples lists them.")
    ] = STARTER,
    examples: Annotated[bool, typer.Option("--examples", help="List the designs that come along.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", help="Folder of the run; runs/SCENARIO unless said. A run that is there goes on."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes; by default one per processor for large trials, none for small ones."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="Send the work to this Dask cluster (extra 'dask')."),
    ] = None,
    judge: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="Simulate nothing: judge the stored courses of this run by the scenario's endpoints.",
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            help="Patients per arm instead of the scenario's; another run, so with its own --out.",
            show_default=False,
        ),
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(help="Replicates instead of the scenario's.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed instead of the scenario's.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Run a trial of virtual patients.

    A scenario says who is treated with what, when counts are taken, by which rule treatment changes, and what
    is judged. A run that was stopped goes on where it was; one that is complete is only read.
    """
    if examples:
        _list_examples()
    elif new:
        _write_new(scenario or Path("scenario.yaml"), example)
    elif scenario is None:
        raise InputError("no scenario is given; accepted: SCENARIO.yaml, --new or --examples")
    else:
        from ivigsim.trials.trial import Trial

        changes = {"size": size, "replicates": replicates, "seed": seed}
        chosen = Trial.load(
            scenario, out, {key: value for key, value in changes.items() if value is not None}
        )
        if judge is not None:
            _print(chosen, chosen.judge(judge), f"Judged from the courses in {judge}", json)
        else:
            _run(chosen, workers, scheduler, json)


def _run(chosen: Trial, workers: int | None, scheduler: str | None, json: bool) -> None:
    from ivigsim.trials.store_fill import Stopped

    try:
        analysis = chosen.run(workers=workers, scheduler=scheduler)
    except Stopped as stopped:
        typer.echo(str(stopped), err=True)
        raise SystemExit(stopped.code) from None  # it has said how to go on; nothing is to be added
    kept = f"Stored in {chosen.out}; a report of it: ivigsim report {chosen.out}"
    _print(chosen, analysis, kept, json)


def _print(chosen: Trial, analysis: Analysis, kept: str, json: bool) -> None:
    if json:
        import json as text

        from ivigsim.report.wording import RESEARCH_ONLY

        head = {"title": chosen.scenario.title, "run": str(chosen.out), "disclaimer": RESEARCH_ONLY}
        typer.echo(text.dumps(head | analysis.to_dict(), indent=2))
        return
    from ivigsim.report.trial_text import print_analysis

    print_analysis(analysis, chosen.scenario.title, kept)


def _list_examples() -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from ivigsim.trials.loading import example, examples, read_scenario

    table = Table("Name", "Design", box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in examples():
        table.add_row(name, read_scenario(example(name)).title)
    Console(highlight=False, markup=False).print(table)


def _write_new(path: Path, name: str) -> None:
    from ivigsim.trials.loading import example, scenario_schema

    text = example(name)
    schema = path.parent / SCHEMA
    if path.exists():
        raise InputError(f"'{path}' exists; accepted: a new name, as in ivigsim trial other.yaml --new")
    if not path.parent.is_dir():
        raise InputError(f"folder '{path.parent}' does not exist; accepted: a file in a folder that does")
    header = f"# yaml-language-server: $schema={SCHEMA}\n"
    path.write_text(header + text, encoding="utf-8")
    schema.write_text(scenario_schema(), encoding="utf-8")
    typer.echo(f"Wrote {path} and, for editors, {schema}; run it with: ivigsim trial {path}")
