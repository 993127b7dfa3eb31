"""`ivigsim runs`: list, show, compare and verify stored runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from ivigsim.errors import InputError

RUNS = Path("runs")
_NEEDED = {"show": 1, "compare": 2, "verify": 1}
_ALL = "DIR, show RUN, compare RUN RUN, verify RUN"


def runs(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DIR] | show RUN | compare RUN RUN | verify RUN",
            help="List the runs in DIR (runs/ unless said), show one, compare two, check every stored byte.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """List, show and compare stored runs.

    A run is the folder that `ivigsim trial` made. Nothing is simulated, and nothing is written.
    """
    first, rest = (words[0], words[1:]) if words else ("", [])
    if first not in _NEEDED and not rest:
        _list(Path(first) if first else None, json)
        return
    if len(rest) != _NEEDED.get(first):
        accepted = " ".join([first, *["RUN"] * _NEEDED[first]]) if first in _NEEDED else _ALL
        raise InputError(f"{' '.join([first, *rest])!r} is no request; accepted: {accepted}")
    actions: dict[str, Callable[..., None]] = {"show": _show, "compare": _compare, "verify": _verify}
    actions[first](*map(Path, rest), json)


def _list(folder: Path | None, json: bool) -> None:
    from ivigsim.trials.store_listing import find_runs, summary

    place = folder or RUNS
    found = [] if folder is None and not place.exists() else [summary(run) for run in find_runs(place)]
    if json:
        _print_json({"runs": found})
    elif found:
        from ivigsim.report.runs_text import print_runs

        print_runs(found)
    else:
        typer.echo(f"No runs in '{place}'; `ivigsim trial SCENARIO.yaml` makes one.")


def _show(path: Path, json: bool) -> None:
    from ivigsim.trials.store import RunStore
    from ivigsim.trials.store_compare import endpoints
    from ivigsim.trials.store_listing import summary

    store = RunStore.open(path)
    values = endpoints(store) if store.complete else ()
    if json:
        _print_json({"run": summary(store), "made_with": store.record, "endpoints": values})
        return
    from ivigsim.report.runs_text import print_run

    print_run(store, summary(store), values)


def _compare(there: Path, here: Path, json: bool) -> None:
    from ivigsim.trials.store import RunStore
    from ivigsim.trials.store_compare import compare
    from ivigsim.trials.store_listing import summary

    stores = RunStore.open(there), RunStore.open(here)
    found = compare(*stores)
    summaries = summary(stores[0]), summary(stores[1])
    if json:
        _print_json({"there": summaries[0], "here": summaries[1], "comparison": found})
        return
    from ivigsim.report.runs_text import print_comparison

    print_comparison(*summaries, found)


def _verify(path: Path, json: bool) -> None:
    from ivigsim.trials.store import RunStore
    from ivigsim.trials.store_listing import faults, summary

    store = RunStore.open(path)
    wrong, run = faults(store), summary(store)
    if json:
        _print_json({"run": run, "faults": wrong})
    elif wrong:
        for fault in wrong:
            typer.echo(fault)
        typer.echo(f"{len(wrong)} wrong; the same `ivigsim trial` command computes broken chunks again.")
    else:
        whole = f"; SHA-256 of all: {run.sha256}" if run.sha256 else "; the run is not complete"
        typer.echo(f"{run.stored:,} of {run.chunks:,} chunks are stored, each as it was written{whole}.")
    if wrong:
        raise typer.Exit(1)


def _print_json(content: dict[str, Any]) -> None:
    import json
    from dataclasses import asdict

    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, default=asdict))
