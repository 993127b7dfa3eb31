"""The least IVIG that reaches a goal, as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivigsim.trials.sparing import FOLLOW_UP_D, Option, Search, Sparing

if TYPE_CHECKING:
    from rich.table import Table

_DISCLAIMER = "For research and teaching; never for treatment decisions."


def print_sparing(search: Search, found: Sparing, figure: Path | None) -> None:
    """Print what was found to the terminal."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    who = f"{search.patients} virtual patients ({search.population}, seed {search.seed})"
    console.print(f"Goal: {found.goal}, in {who}")
    if search.beside:
        console.print(f"Beside IVIG in every regimen: {' + '.join(search.beside)}")
    console.print(_dosing(dict(search.dosing)))
    console.print(_answer(found), style="bold")
    for option in found.best:
        console.print(
            f"Not reached in {_infusions(option.days)}: {option.total_g_per_kg:g} g/kg gives"
            f" {100 * option.share:.0f}%."
        )
    console.print()
    console.print(_table([*found.least], "least"))
    console.print(_table([*found.curve], "curve"))
    console.print(
        f"Share: at >={found.goal.count:g}e9/L by day {found.goal.day}, 95% interval for the number of"
        " patients, not for what the evidence leaves open. Time: median over all. Lasts: median from there to"
        " below, in those who reached it. * another row takes no more IVIG and is as good in everything.",
        style="dim",
    )
    if figure is not None:
        console.print(f"Figure: {figure}")
    console.print(_DISCLAIMER, style="dim")


def as_json(search: Search, found: Sparing) -> str:
    """Return one JSON document; what is not reached within the days followed is null."""
    content = {
        "goal": str(found.goal),
        "search": _plain(asdict(search)),
        "answer": None if found.answer is None else _plain(asdict(found.answer)),
        "least": [_plain(asdict(option)) for option in found.least],
        "not_reached": [_plain(asdict(option)) for option in found.best],
        "curve": [_plain(asdict(option)) for option in found.curve],
        "followed_d": FOLLOW_UP_D,
        "disclaimer": _DISCLAIMER,
    }
    return json.dumps(content, indent=2)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return None if isinstance(value, float) and not isfinite(value) else value

    return {name: plain(value) for name, value in values.items()}


def _dosing(dosing: dict[str, Any]) -> str:
    vial = dosing.get("vial_g")
    vials = "" if vial is None else f", whole vials of {vial:g} g ({dosing['rounding']}), grams are means"
    return f"IVIG is dosed on the {dosing.get('dosing_weight', 'actual')} weight{vials}."


def _answer(found: Sparing) -> str:
    best = found.answer
    if best is None:
        return "No regimen that was tried reaches it."
    return (
        f"Least: {best.phrase} ({best.grams:.0f} g per patient), {100 * best.share:.0f}%"
        f" ({100 * best.low:.0f}-{100 * best.high:.0f})"
    )


def _infusions(days: int) -> str:
    return "one infusion" if days == 1 else f"{days} daily infusions"


def _table(options: list[Option], kind: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("Regimen" if kind == "least" else "Other doses", min_width=26)
    for name in ("g/kg", "Grams", "Share", "Time, d", "Lasts, d"):
        table.add_column(name, justify="right", no_wrap=True)
    for option in options:
        table.add_row(
            option.phrase.partition(" + ")[0] + (" *" if option.dominated else ""),
            f"{option.total_g_per_kg:g}",
            f"{option.grams:.0f}",
            f"{100 * option.share:.0f}% ({100 * option.low:.0f}-{100 * option.high:.0f})",
            _days(option.median_time_d),
            _days(option.median_duration_d),
        )
    return table


def _days(days: float) -> str:
    return f"{days:.0f}" if isfinite(days) else f">{FOLLOW_UP_D}"
