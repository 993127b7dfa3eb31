"""Write the tables of the evidence page from the published results themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ivigsim.evidence import Row
from ivigsim.evidence.rows import GROUPS, USES
from ivigsim.evidence.wording import result_text
from model_page import escape


def evidence_page(rows: Sequence[Row]) -> str:
    """Return MyST text: counts, the trials held out, every row by group, and those not simulated with why."""
    parts = ["## How many", _counts(rows), "## Trials held out", _held_out(rows)]
    head: tuple[str, ...] = ("Id", "Result", "Treatment", "Patients", "Source", "Use", "How it was read")
    for group in GROUPS:
        found = [row for row in rows if row.group == group and row.simulated]
        if found:
            parts += [f"## {group[0].upper()}{group[1:]}", _table(head, map(_simulated, found))]
    left = [row for row in rows if not row.simulated]
    head = ("Id", "Result", "Treatment", "Source", "Why not")
    parts += [f"## Not simulated ({len(left)})", _table(head, map(_not_simulated, left))]
    return "\n\n".join(parts) + "\n"


def _counts(rows: Sequence[Row]) -> str:
    count = Counter((row.group, row.use) for row in rows)
    body = [
        (group, *(str(count[group, use]) for use in USES), str(sum(count[group, use] for use in USES)))
        for group in GROUPS
    ]
    totals = [str(sum(int(line[i]) for line in body)) for i in range(1, len(USES) + 2)]
    return _table(("Group", *USES, "all"), [*body, ("all", *totals)])


def _held_out(rows: Sequence[Row]) -> str:
    trials: dict[str, list[str]] = {}
    for row in rows:
        if row.use == "hold out":
            trials.setdefault(row.trial, []).append(row.id)
    return "\n".join(f"- {escape(trial)}: {', '.join(ids)}" for trial, ids in trials.items())


def _simulated(row: Row) -> tuple[str, ...]:
    n = "" if row.n is None else f"; n = {row.n}"
    who = f"{row.population}{n} (as {row.like}{f': {row.difference}' if row.difference else ''})"
    use = f"{row.use}: {row.reason}" if row.reason else row.use
    interval = "" if row.low is None else f" ({row.low:g} to {row.high:g}, {row.interval})"
    return (row.id, escape(result_text(row) + interval), escape(row.regimen), escape(who), _source(row),
            escape(use), escape(row.reading))  # fmt: skip


def _not_simulated(row: Row) -> tuple[str, ...]:
    return (row.id, escape(result_text(row)), escape(row.regimen_published), _source(row), escape(row.reason))


def _source(row: Row) -> str:
    return f"[{escape(row.citation)}](<{row.link}>)" if row.link.startswith("http") else escape(row.citation)


def _table(columns: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    lines = ["```{list-table}", ":header-rows: 1", ""]
    for cells in [columns, *body]:
        lines += [f"{'* -' if i == 0 else '  -'} {cell}".rstrip() for i, cell in enumerate(cells)]
    return "\n".join([*lines, "```"])
