"""The table of responses: regimen A against B with intervals, and what was published."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from htmltools import TagChild, TagList, tags

from ivigsim.outcomes import Interval
from ivigsim.report.table import SECTIONS, published_text, simulated_text
from ivigsim.trials.statistics.proportions import Pairs, paired_difference
from ivigsim.web.jobs import Task
from ivigsim.web.page.commands import command, simulate_code
from ivigsim.web.page.markup import Panel, about, bullets, head_of, stacked, table
from ivigsim.web.page.results import SHARES, ArmResult, arms
from ivigsim.web.page.state import State
from ivigsim.web.page.view_courses import nearness_text

DIFFERENCE = (
    "B − A: difference in percentage points, the same virtual patients under both, with Newcombe's limits for"
    " pairs."
)


def build(state: State, task: Task) -> Panel:
    """Return the table of responses."""
    found = arms(state, task)
    html = TagList(
        table("Responses (95% intervals)", _heads(found), _rows(found)),
        tags.h3("How to read it"),
        nearness_text(found),
        bullets(_notes(found)),
    )
    return Panel(
        view="response",
        html={"response": str(html)},
        command=command(state, "simulate"),
        code=simulate_code(state),
        status=f"{state.patients:,} virtual patients ({state.population}), {state.days} days.",
    )


def difference_of(found: Mapping[str, ArmResult], id_: str) -> tuple[Pairs, Interval] | None:
    """Return who reached an outcome under which regimen, and the difference of the shares, B minus A.

    None when there is one regimen, or nobody whose outcome is known under both.
    """
    if "B" not in found or id_ not in SHARES:
        return None
    a, b = found["A"].reached[id_], found["B"].reached[id_]
    known = np.isfinite(a) & np.isfinite(b)
    if not known.any():
        return None
    first, second = a[known] > 0, b[known] > 0
    pairs = Pairs(
        both=int((first & second).sum()),
        arm_only=int((second & ~first).sum()),
        reference_only=int((first & ~second).sum()),
        neither=int((~first & ~second).sum()),
    )
    return pairs, paired_difference(pairs)


def difference_text(found: Interval) -> str:
    """Return a difference in percentage points.

    Examples
    --------
    >>> difference_text(Interval(-0.0621, -0.1186, -0.0046))
    '−6.2 (−11.9 to −0.5)'
    """
    if found.value is None or found.low is None or found.high is None:
        return "-"
    value, low, high = (
        f"{100.0 * x + 0.0:.1f}".replace("-", "−") for x in (found.value, found.low, found.high)
    )
    return f"{value} ({low} to {high})"


def _heads(found: Mapping[str, ArmResult]) -> list[TagChild]:
    heads: list[TagChild] = ["Outcome", *(head_of(letter, arm.regimen) for letter, arm in found.items())]
    return [*heads, "B − A"] if "B" in found else heads


def _rows(found: Mapping[str, ArmResult]) -> list[list[TagChild]]:
    rows: list[list[TagChild]] = []
    for heading, labels in SECTIONS:
        present = {id_: label for id_, label in labels.items() if found["A"].outcome(id_)}
        if not present:
            continue
        first = next(iter(present))
        numbers = [outcome.n for arm in found.values() if (outcome := arm.outcome(first))]
        counts = " and ".join(f"{n:,}" for n in dict.fromkeys(numbers))
        rows.append([f"{heading} (n = {counts})"])
        rows += [_row(found, id_, label) for id_, label in present.items()]
    return rows


def _row(found: Mapping[str, ArmResult], id_: str, label: str) -> list[TagChild]:
    row: list[TagChild] = [label.replace("e9/L", "×10⁹/L").replace("1×10", "10")]
    row += [_cell(letter, arm, id_) for letter, arm in found.items()]
    if "B" in found:
        difference = difference_of(found, id_)
        row.append("" if difference is None else about(difference_text(difference[1]), f"difference:{id_}"))
    return row


def _cell(letter: str, arm: ArmResult, id_: str) -> TagChild:
    outcome = arm.outcome(id_)
    if outcome is None:
        return "-"
    parts: list[TagChild] = [about(simulated_text(outcome), f"outcome:{letter}:{id_}", outcome.method)]
    parts += [
        tags.small(
            "published: ", about(published_text(row), f"published:{row.id}", row.citation), f" {row.id}"
        )
        for row in arm.published
        if row.outcome == id_
    ]
    return stacked(parts)


def _notes(found: Mapping[str, ArmResult]) -> list[str]:
    notes = [note for arm in found.values() for note in arm.remarks]
    return list(dict.fromkeys([*notes, *([DIFFERENCE] if "B" in found else [])]))
