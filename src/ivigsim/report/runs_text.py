"""Stored runs as a terminal shows them: a list, one run, two runs beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ivigsim.report.runs_wording import BLANK, change_text, history, value_text
from ivigsim.report.wording import RESEARCH_ONLY, count
from ivigsim.trials.store import RunStore
from ivigsim.trials.store_compare import Pair, RunComparison, Value
from ivigsim.trials.store_differences import Difference
from ivigsim.trials.store_listing import Summary

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def print_runs(runs: Sequence[Summary]) -> None:
    """Print a list of runs, a line each."""
    table = _table("Run", "Title", "State", "Chunks", "Patients", "Begun (UTC)")
    for run in runs:
        chunks = f"{run.chunks:,}" if run.stored == run.chunks else f"{run.stored:,} of {run.chunks:,}"
        table.add_row(run.folder, run.title, run.state, chunks, f"{run.patients:,}", _minute(run.created))
    console = _console()
    console.print(table)
    console.print(f"\n{count(len(runs), 'run')}. `ivigsim runs show RUN` shows one.")


def print_run(store: RunStore, run: Summary, values: Sequence[Value]) -> None:
    """Print one run: what it is, what made it, how it went, what came out.

    Parameters
    ----------
    store : RunStore
    run : Summary
    values : sequence of Value
        Empty when it is not complete.
    """
    console = _console()
    console.print(run.title or run.folder, style="bold")
    table = _table("", "")
    table.show_header = False
    for name, text in _facts(store, run).items():
        table.add_row(name, text)
    console.print(table)
    if values:
        arms = tuple(dict.fromkeys(value.arm for value in values))
        by_place = {(value.column, value.arm): value for value in values}
        found = _table("What came out", *arms)
        found.add_row("patients, not failed", *(f"{by_place[values[0].column, arm].of:,}" for arm in arms))
        for column in dict.fromkeys(value.column for value in values):
            found.add_row(column, *(value_text(by_place[column, arm]) for arm in arms))
        console.print()
        console.print(found)
        _say_what_values_are(console)
    else:
        console.print("\nIt is not complete; the same `ivigsim trial` command goes on with it.")
    console.print(RESEARCH_ONLY, style="bold")


def print_comparison(there: Summary, here: Summary, found: RunComparison) -> None:
    """Print in what two runs differ, and what came out of each."""
    console = _console()
    console.print(f"A: {there.folder} ({there.state})\nB: {here.folder} ({here.state})\n")
    same = {
        True: "the same in every byte",
        False: "not the same",
        None: "unknown, for a run is not complete",
    }
    console.print(f"Stored results: {same[found.same_bytes]}.")
    _print_differences(console, "Scenario", found.scenario)
    _print_differences(console, "Versions", found.versions)
    if found.pairs:
        table = _table("What came out", "Arm", "A", "B", "B − A")
        for name, *cells in _patients(found.pairs):
            table.add_row(name, *cells)
        for pair in found.pairs:
            shown = pair.there or pair.here
            assert shown is not None  # a pair has at least one side
            sides = [value_text(value) if value else BLANK for value in (pair.there, pair.here)]
            table.add_row(shown.column, shown.arm, *sides, change_text(pair))
        console.print()
        console.print(table)
        _say_what_values_are(console)
    console.print(RESEARCH_ONLY, style="bold")


def _patients(pairs: Sequence[Pair]) -> list[tuple[str, ...]]:
    """Return a row per arm with the number of its patients in both runs."""
    rows: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        sides = [f"{value.of:,}" if value else BLANK for value in (pair.there, pair.here)]
        arm = next(value.arm for value in (pair.there, pair.here) if value)
        rows.setdefault(arm, ("patients, not failed", arm, *sides, ""))
    return list(rows.values())


def _minute(created: str) -> str:
    return created[:16].replace("T", " ")


def _facts(store: RunStore, run: Summary) -> dict[str, str]:
    """Return what is known of a run, by its name."""
    record, manifest = store.record, store.manifest
    versions = ", ".join(f"{name} {value}" for name, value in record.versions.items())
    found = {
        "folder": run.folder,
        "state": run.state,
        "chunks": f"{run.stored:,} of {run.chunks:,}",
        "patients": f"{run.patients:,}, all arms and replicates",
        "begun": f"{_minute(run.created)} UTC",
        "made with": f"{versions}, Python {record.python}",
    }
    found |= history(store.log)
    if manifest is not None:
        found["SHA-256"] = manifest.sha256
    return found


def _print_differences(console: Console, what: str, differences: Sequence[Difference]) -> None:
    if not differences:
        console.print(f"{what}: the same.")
        return
    console.print(f"{what}: {count(len(differences), 'difference')}.")
    table = _table("", "A", "B")
    for each in differences:
        table.add_row(f"  {each.key}", each.there, each.here)
    console.print(table)


def _say_what_values_are(console: Console) -> None:
    console.print(
        "\nShares with 95% Wilson limits; means of whole numbers; medians of others. Over all replicates, of"
        " those who have a value. Times to an event are in `ivigsim report`.",
        style="dim",
    )


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=i == 0)  # a path that is cut is of no use
    return table


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False)
