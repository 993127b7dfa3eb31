"""The red-cell clearance test before treatment and on a day after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from htmltools import TagChild, TagList

from ivigsim.errors import InputError
from ivigsim.outcomes import RED_CELL_OUTPUTS, red_cell_clearance
from ivigsim.outcomes.red_cells import IGG_PER_CELL
from ivigsim.report.red_cells import COMPARABLE, FRANK, HEAVY, KELTON, LIGHT, MINUTES, NO_LIVER, Tested, rows
from ivigsim.request import prepare
from ivigsim.web.jobs import Task
from ivigsim.web.notes import noted
from ivigsim.web.page.commands import command, treatment_text
from ivigsim.web.page.kept import Kept, key_of
from ivigsim.web.page.markup import Panel, about, bullets, head_of, short, table
from ivigsim.web.page.results import Refused
from ivigsim.web.page.state import State

_tests: Kept[Tested] = Kept(64)


def build(state: State, task: Task) -> Panel:
    """Return the test under each regimen."""
    found = {}
    for letter in state.phrases:
        task.check()
        found[letter] = tested(state, letter, task)
    first = next(iter(found))
    return Panel(
        view="redcell",
        html={"redcell-table": str(_table(found)), "say-redcell": _sentences(found)},
        charts={"redcell": _chart(found)},
        command=command_of(state, first),
        code=redcell_code(state, first),
        status=(
            f"Tracer of {IGG_PER_CELL:g} IgG per red cell in {state.patients:,} virtual patients"
            f" ({state.population}), on day 0 and day {state.test_day}."
        ),
    )


def tested(state: State, letter: str, task: Task) -> Tested:
    """Do the test under a regimen, or take what is kept."""
    return _tests.get(key_of(state, letter, state.test_day), lambda: _test(state, letter, task))


def command_of(state: State, letter: str) -> str:
    """Return a line for a shell that does the test."""
    return command(state, "redcell", letter, options={"day": state.test_day}, without=("days",))


def redcell_code(state: State, letter: str) -> str:
    """Return Python lines that do the test."""
    settings = f'population="{state.population}", patients={state.patients}, seed={state.seed}'
    given = {"covariates": state.covariates, "switches": state.switches, "allow_extreme": state.extreme}
    parts = [f"times=[0, {state.test_day}]", "outputs=RED_CELL_OUTPUTS"]
    more = ", ".join([*parts, *(f"{name}={value!r}" for name, value in given.items() if value)])
    return "\n".join(
        [
            "import ivigsim",
            "from ivigsim.outcomes import RED_CELL_OUTPUTS",
            "",
            f"sim = ivigsim.simulate({treatment_text(state, letter)}, {settings}, {more})",
            f"test = ivigsim.red_cell_clearance(sim, day={state.test_day})",
            "print(test.to_polars().describe())",
        ]
    )


def _test(state: State, letter: str, task: Task) -> Tested:
    try:
        with noted():  # the courses show the same notes
            run = prepare(
                state.treatment(letter),
                population=state.population,
                patients=state.patients,
                seed=state.seed,
                times=[0.0, float(state.test_day)],
                covariates=state.covariates,
                switches=state.switches,
                outputs=RED_CELL_OUTPUTS,
                allow_extreme=state.extreme,
                threads=task.threads,
            )
    except InputError as error:
        raise Refused(letter, str(error)) from None
    failures: dict[int, str] = {}
    parts, done = [], 0
    for part in run.chunks():
        task.check()
        parts.append({name: part[name] for name in run.outputs})
        failures |= {done + row: reason for row, reason in part.failures.items()}
        done += len(part)
        task.progress(done, run.patients)
    kept = {name: np.concatenate([part[name] for part in parts]) for name in run.outputs}
    sim = run.simulation(0, run.patients, kept, failures)
    day = state.test_day
    coats = (LIGHT, FRANK, KELTON, HEAVY)
    return Tested(
        test=red_cell_clearance(sim, day=day),
        receptors=red_cell_clearance(sim, day=day, carry_load=False),
        other_coats={coat: red_cell_clearance(sim, day=day, igg_per_cell=coat) for coat in coats},
        setting="",
        regimen=sim.regimen,
        population=sim.population,
        failures=sim.failures,
        seed=state.seed,
        covariates=state.covariates,
        switched=state.switches,
    )


def _chart(found: Mapping[str, Tested]) -> dict[str, Any]:
    arms = []
    for letter, each in found.items():
        before, after = (
            np.quantile(curve[each.tested], [0.05, 0.5, 0.95], axis=0) if each.tested.any() else None
            for curve in each.test.survival(MINUTES)
        )
        if before is not None and after is not None:
            arms.append(
                {
                    "letter": letter,
                    "regimen": each.regimen,
                    "before": _bands(before),
                    "after": _bands(after),
                    "day": each.test.day,
                }
            )
    return {
        "kind": "survival",
        "title": "Tracer left in the blood",
        "unit": "%",
        "minutes": MINUTES.tolist(),
        "arms": arms,
    }


def _bands(quantiles: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, list[float]]:
    names = ("p05", "p50", "p95")
    return {name: [short(100 * x) for x in row] for name, row in zip(names, quantiles.tolist(), strict=True)}


def _table(found: Mapping[str, Tested]) -> TagList:
    heads: list[TagChild] = ["Median (middle 90% of patients)"]
    heads += [head_of(letter, each.regimen) for letter, each in found.items()]
    tables = {letter: rows(each) for letter, each in found.items()}
    body: list[list[TagChild]] = []
    for place, row in enumerate(next(iter(tables.values()))):
        cells: list[TagChild] = [f"{row.label}{f', {row.unit}' if row.unit else ''}"]
        for letter, lines in tables.items():
            line = lines[place]
            places = 0 if line.unit else 2
            text = "-"
            if line.value is not None:
                text = f"{line.value:,.{places}f} ({line.low:,.{places}f}–{line.high:,.{places}f})"
            cells.append(about(text, f"redcell:{letter}:{place}"))
        texts = [f"{each.value:.3g} {each.who}, {each.id}" for each in row.published]
        body.append([*cells, "; ".join(texts)])
    return TagList(
        table("Half-lives of the tracer", [*heads, "Published"], body),
        bullets([*_remarks(found), COMPARABLE]),
    )


def _remarks(found: Mapping[str, Tested]) -> list[str]:
    texts = []
    for letter, each in found.items():
        without = len(each.test.k) - len(each.failures) - each.with_spleen
        if without:
            texts.append(f"{letter}: {without} patients without a spleen left out: {NO_LIVER}")
        if each.lost_spleen:
            texts.append(
                f"{letter}: {each.lost_spleen} lost the spleen before day {each.test.day:g}: {NO_LIVER}"
            )
        if each.failures:
            texts.append(f"{letter}: {len(each.failures)} patients failed and are left out.")
    return texts


def _sentences(found: Mapping[str, Tested]) -> str:
    """Say in words what the chart shows."""
    texts = []
    for letter, each in found.items():
        before, after = rows(each)[:2]
        if before.value is not None and after.value is not None:
            texts.append(
                f"Regimen {letter}, {each.regimen}: half of the tracer is gone after {before.value:.0f} min"
                f" before treatment and after {after.value:.0f} min on day {each.test.day:g} (medians)."
            )
    return " ".join(texts) or "Nobody has a spleen: there is no test."
