"""The red-cell clearance test as numbers, as a terminal shows it and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from ivigsim._version import __version__
from ivigsim.evidence.red_cells import PublishedClearance, published_clearance
from ivigsim.outcomes import RedCellClearance
from ivigsim.outcomes.reading import BoolArray, FloatArray
from ivigsim.report.manifest import hashes
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY, count

COMPARABLE = (
    "Published numbers come from other patients, coats and days: compare sizes, not digits. "
    "RES01-02"
    " (abstract) give neither the day of the second test nor the coat; RES03-06 are in health."
)
MINUTES = np.linspace(0.0, 480.0, 121)
"""When survival of the tracer is reported (min)."""

NO_LIVER = "there the tracer lives as long as other red cells, since the model has no part of the liver."
LIGHT, FRANK, KELTON, HEAVY = 10.0, 800.0, 2800.0, 20_000.0
"""IgG per cell of RES05, RES04, RES03 (middle of 2000-3600) and RES06 (all D sites, RES10: assumed)."""


@dataclass(frozen=True)
class Row:
    """One line of the table: simulated median and middle 90% of patients, beside what was published."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    published: tuple[PublishedClearance, ...]


@dataclass(frozen=True, eq=False)
class Tested:
    """A test and what it was done on.

    Attributes
    ----------
    test, receptors : RedCellClearance
        With the phagocytes' load, and by the receptors alone.
    other_coats : dict of float to RedCellClearance
        The test with other IgG per cell, as published: LIGHT, FRANK, KELTON and HEAVY.
    setting : str
        Whom, with which settings.
    regimen, population : str
    failures : dict of int to str
    seed : int
    covariates, switched : mapping
        Covariates fixed for everyone, and switches that are not as usual.
    """

    test: RedCellClearance
    receptors: RedCellClearance
    other_coats: dict[float, RedCellClearance]
    setting: str
    regimen: str
    population: str
    failures: dict[int, str]
    seed: int
    covariates: Mapping[str, object]
    switched: Mapping[str, bool]

    @property
    def tested(self) -> BoolArray:
        """Patients with a spleen before treatment who did not fail, shape (patients,): those reported."""
        kept: BoolArray = self.test.spleen_before & np.isfinite(self.test.k)
        return kept

    @property
    def with_spleen(self) -> int:
        """How many those are."""
        return int(self.tested.sum())

    @property
    def lost_spleen(self) -> int:
        """How many of them lost the spleen before the second test."""
        return int((self.tested & ~self.test.spleen).sum())


def rows(found: Tested) -> list[Row]:
    """Return the table: half-lives, their ratio, and what the coat does, in those with a spleen before."""
    known, test, alone, coats = published_clearance(), found.test, found.receptors, found.other_coats
    first, second = known["RES01"], known["RES02"]
    ratio = PublishedClearance(
        "RES01-02", "ITP", "ratio", second.value / first.value, "", None, None, "derived"
    )
    change, alone_change = (each.half_life_min / each.half_life_before_min for each in (test, alone))
    left = coats[KELTON].survival(np.array([60.0]))[0][:, 0]
    growth = np.log(coats[FRANK].k_before / coats[LIGHT].k_before) / np.log(FRANK / LIGHT)
    heavy = coats[HEAVY].half_life_before_min
    day = f"day {test.day:g}"
    return [
        _row("half-life before", test.half_life_before_min, found, "min", (first, known["RES04"])),
        _row(f"half-life on {day}", test.half_life_min, found, "min", (second,)),
        _row("ratio", change, found, "", (ratio,)),
        _row("ratio, receptors alone", alone_change, found, "", ()),
        _row(f"{KELTON:,.0f} IgG: left at 60 min", 100 * left, found, "%", (known["RES03"],)),
        _row(f"{LIGHT:g} to {FRANK:g} IgG: exponent", growth, found, "", (known["RES05"],)),
        _row(f"{HEAVY:,.0f} IgG: half-life", heavy, found, "min", (known["RES06"],)),
    ]


def _row(
    label: str, values: FloatArray, found: Tested, unit: str, published: tuple[PublishedClearance, ...]
) -> Row:
    usable = values[found.tested]
    if not len(usable):
        return Row(label, None, None, None, unit, published)
    low, median, high = (float(x) for x in np.quantile(usable, [0.05, 0.5, 0.95]))
    return Row(label, median, low, high, unit, published)


def request(found: Tested) -> dict[str, object]:
    """Return what was asked for, with the hashes of what decides the numbers."""
    return {
        "ivigsim": __version__,
        **hashes(found.population),
        "regimen": found.regimen,
        "population": found.population,
        "patients": len(found.test.k),
        "seed": found.seed,
        "covariates": dict(found.covariates),
        "switches": dict(found.switched),
        "day": found.test.day,
        "igg_per_cell": found.test.igg_per_cell,
    }


def document(found: Tested) -> str:
    """Return the test as one JSON document."""
    content = {
        **request(found),
        "with_spleen": found.with_spleen,
        "lost_spleen": found.lost_spleen,
        "failed": {str(patient): reason for patient, reason in found.failures.items()},
        "rows": [asdict(row) for row in rows(found)],
        "warnings": [CALIBRATED, RESEARCH_ONLY],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def print_test(found: Tested, kept: str) -> None:
    """Print the test beside the published ones.

    Parameters
    ----------
    found : Tested
    kept : str
        Sentence on where the figure is; empty for none.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)

    def say(text: str, style: str = "") -> None:
        lines = textwrap.wrap(text, console.width, subsequent_indent="  ", break_on_hyphens=False)
        console.print("\n".join(lines), style=style, markup=False)

    say(f"ivigsim {__version__}: {found.setting}")
    say(found.regimen, "bold")
    say(f"Tracer: autologous red cells with {found.test.igg_per_cell:g} IgG each.")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("", "simulated (middle 90%)", "published"):
        table.add_column(name)
    for row in rows(found):
        table.add_row(f"{row.label}{f', {row.unit}' if row.unit else ''}", _text(row), _published(row))
    console.print(table)
    without = len(found.test.k) - len(found.failures) - found.with_spleen
    if without:
        say(f"{count(without, 'patient')} without a spleen left out: {NO_LIVER}", "dim")
    if found.lost_spleen:
        lost = count(found.lost_spleen, "patient")
        say(f"{lost} lost the spleen before day {found.test.day:g}: {NO_LIVER}", "dim")
    if found.failures:
        say(f"{count(len(found.failures), 'patient')} failed and left out.")
    say(COMPARABLE, "dim")
    if kept:
        say(kept)
    say(CALIBRATED)
    say(RESEARCH_ONLY, "bold")


def _text(row: Row) -> str:
    if row.value is None:
        return "-"
    places = 2 if not row.unit else 0
    return f"{row.value:,.{places}f} ({row.low:,.{places}f}–{row.high:,.{places}f})"


def _published(row: Row) -> str:
    texts = []
    for each in row.published:
        limits = "" if each.low is None else f" ({each.low:g}–{each.high:g})"
        texts.append(f"{each.value:.3g}{limits} {each.who}, {each.id}")
    return "; ".join(texts)
