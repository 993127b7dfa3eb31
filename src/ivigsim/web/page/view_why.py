"""Why the platelets rose: the rise split by mechanism over time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from htmltools import TagChild, TagList, tags

import ivigsim
from ivigsim.errors import InputError
from ivigsim.mechanisms import DEFAULT_MECHANISMS, Attribution
from ivigsim.report.attribution_text import share_text
from ivigsim.report.attribution_wording import LABELS, beside, no_rise, notes
from ivigsim.request import prepare
from ivigsim.web.jobs import Task
from ivigsim.web.notes import noted
from ivigsim.web.page.commands import arguments, command, treatment_text
from ivigsim.web.page.kept import Kept, key_of
from ivigsim.web.page.markup import Panel, about, badge, bullets, short, table
from ivigsim.web.page.results import Refused
from ivigsim.web.page.state import State
from ivigsim.web.page.words import number

MOST_PATIENTS, MOST_DAYS = 100, 42
"""Each patient is simulated 64 times; the shares of 100 are known to a few percent (intervals are given)."""

_attributions: Kept[Attribution] = Kept()


def build(state: State, task: Task) -> Panel:
    """Return the attribution of each regimen that treats."""
    found = {}
    for letter in state.phrases:
        if state.treatment(letter) is not None:
            task.check()
            found[letter] = attribution(state, letter, task)
    if not found:
        return Panel(
            "why", {"why-table": "<p>Untreated: there is no rise to explain.</p>"}, {"why": _chart({})}
        )
    first = next(iter(found))
    html = TagList(*(_block(letter, each) for letter, each in found.items()), _remarks(found))
    return Panel(
        view="why",
        html={"why-table": str(html), "say-why": _sentences(found)},
        charts={"why": _chart(found)},
        command=command_of(state, first),
        code=explain_code(state, first),
        status=(
            f"{found[first].patients} virtual patients ({state.population}), each simulated"
            f" {found[first].runs} times."
        ),
    )


def attribution(state: State, letter: str, task: Task) -> Attribution:
    """Split the rise under a regimen among the mechanisms that are on."""
    patients, days = _size(state)
    mechanisms = mechanisms_of(state)
    if not mechanisms:
        raise InputError("every mechanism is off; accepted: at least one that is on, to explain a rise by")

    shared: dict[str, Any] = {
        "population": state.population,
        "patients": patients,
        "seed": state.seed,
        "days": days,
        "covariates": state.covariates,
        "switches": state.switches,
        "allow_extreme": state.extreme,
    }

    def explain() -> Attribution:
        treatment = state.treatment(letter)
        try:
            with noted() as notes:  # the courses show them
                prepare(treatment, **shared)
            # they are given once more; others who collect theirs wait only when there are any
            with noted() if notes else nullcontext():
                return ivigsim.explain(treatment, mechanisms=mechanisms, threads=task.threads, **shared)
        except InputError as error:
            raise Refused(letter, str(error)) from None

    return _attributions.get(key_of(state, letter, patients, days), explain)


def mechanisms_of(state: State) -> list[str]:
    """Return the mechanisms to split among: the usual ones that nobody switched."""
    return [name for name in DEFAULT_MECHANISMS if name not in state.switches]


def command_of(state: State, letter: str) -> str:
    """Return a line for a shell that splits the rise."""
    patients, days = _size(state)
    asked: dict[str, object] = {"patients": patients, "days": days}
    if mechanisms_of(state) != list(DEFAULT_MECHANISMS):
        asked["mechanism"] = mechanisms_of(state)
    return command(state, "explain", letter, options=asked)


def explain_code(state: State, letter: str) -> str:
    """Return Python lines that split the rise."""
    patients, days = _size(state)
    mechanisms = mechanisms_of(state)
    chosen = "" if mechanisms == list(DEFAULT_MECHANISMS) else f", mechanisms={mechanisms!r}"
    given = f"{treatment_text(state, letter)}, {arguments(state, patients, days)}{chosen}"
    lines = ["import ivigsim", "", f"found = ivigsim.explain({given})"]
    return "\n".join([*lines, "for share in found.shares:", "    print(share)"])


def _size(state: State) -> tuple[int, int]:
    return min(state.patients, MOST_PATIENTS), min(state.days, MOST_DAYS)


def _chart(found: Mapping[str, Attribution]) -> dict[str, Any]:
    return {
        "kind": "layers",
        "title": "Mean rise over the count before treatment",
        "unit": "10⁹/L",
        "arms": [
            {
                "letter": letter,
                "regimen": each.regimen,
                "time": each.time_d.tolist(),
                "rise": [short(x) for x in each.rise.tolist()],
                "layers": [
                    {"name": LABELS.get(name, name), "values": [short(x) for x in values]}
                    for name, values in zip(each.mechanisms, each.contributions.tolist(), strict=True)
                ]
                + [{"name": "other", "values": [short(x) for x in each.other.tolist()]}],
            }
            for letter, each in found.items()
        ],
    }


def _block(letter: str, found: Attribution) -> TagList:
    heads: list[TagChild] = ["Mechanism", *(f"day {day}" for day in found.days)]
    rows: list[list[TagChild]] = [["Share of the attributed rise, % (95% limits)"]]
    for name in found.mechanisms:
        shares = [share for share in found.shares if share.mechanism == name]
        cells = [about(share_text(share), f"share:{letter}:{name}:{share.day}") for share in shares]
        rows.append([about(LABELS.get(name, name), f"switch:{name}"), *cells])
    columns = [int(day) for day in found.days]
    rows.append(["Means, 10⁹/L"])
    rows.append(["rise over the count before", *(number(float(found.rise[day])) for day in columns)])
    rows.append(["of it not by these (other)", *(number(float(found.other[day])) for day in columns)])
    nothing = no_rise(found)
    return TagList(
        tags.h3(badge(letter), " ", found.regimen),
        tags.p(nothing) if nothing else None,
        table(f"Shares of the rise under regimen {letter}", heads, rows),
    )


def _remarks(found: Mapping[str, Attribution]) -> TagList:
    texts = dict.fromkeys(note for each in found.values() for note in notes(each))
    published = next((share for each in found.values() if (share := beside(each))), None)
    link = (
        [TagList("Source of ", published.id, ": ", tags.a(published.citation, href=published.link))]
        if published
        else []
    )
    return TagList(tags.h3("How to read it"), bullets([*texts, *link]))


def _sentences(found: Mapping[str, Attribution]) -> str:
    """Say in words what the charts show."""
    texts = []
    for letter, each in found.items():
        peak = int(each.rise.argmax())
        by_size = sorted(
            zip(each.contributions[:, peak].tolist(), each.mechanisms, strict=True), reverse=True
        )
        parts = ", ".join(f"{LABELS.get(name, name)} {number(value)}" for value, name in by_size)
        texts.append(
            f"Regimen {letter}, {each.regimen}: the mean rise is largest on day {peak} with"
            f" {number(float(each.rise[peak]))}×10⁹/L; of it {parts}, other"
            f" {number(float(each.other[peak]))}."
        )
    return " ".join(texts)
