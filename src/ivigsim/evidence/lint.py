"""Check the published results: every rule that a reader of `results.tsv` relies on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from ivigsim.errors import InputError
from ivigsim.evidence.rows import QUANTITY_UNITS, Endpoint, Row, load_rows
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import population_names
from ivigsim.treatment import Regimen

FEWEST_HELD_OUT = 8
"""Whole trials that are never fitted."""

LONGEST_WINDOW_D = 730.0
"""Two years: a later window is a slip."""

_RATIOS = ("odds ratio", "risk ratio")
_COMPARED = (*_RATIOS, "difference of shares", "difference of means")


def problems(rows: Sequence[Row]) -> list[str]:
    """Return what is wrong, one sentence each; empty when all is well.

    Examples
    --------
    >>> problems(load_rows())
    []
    """
    found = [f"{row.id}: {what}" for row in rows if row.simulated for what in _row_problems(row)]
    found += [f"{row.id}: link {row.link!r} is no web address" for row in rows if not _linked(row)]
    return found + list(_split_problems(rows))


def _linked(row: Row) -> bool:
    """Say whether there is a web address, or a search that had none and says so."""
    return row.link.startswith(("http://", "https://")) or (
        row.link.startswith("search:") and "no url" in row.link
    )


def _row_problems(row: Row) -> Iterable[str]:
    endpoint = row.measured
    yield from _unit_problems(row, endpoint)
    yield from _endpoint_problems(endpoint)
    if row.like not in population_names():
        yield f"population {row.like!r} does not exist"
    if row.use in ("fit", "hold out") and row.n is None and row.interval != "95% CI":
        yield "neither patients nor an interval say how sure it is"
    for regimen in filter(None, (row.regimen, row.against)):
        yield from _regimen_problems(regimen)
    if bool(row.against) != (endpoint.statistic in _COMPARED):
        yield f"a {endpoint.statistic} and a regimen to compare with do not go together"
    for name in [entry.covariate for entry in row.entry] + [name for name, _ in row.covariates]:
        if name not in COVARIATES:
            yield f"{name!r} is no covariate"


def _unit_problems(row: Row, endpoint: Endpoint) -> Iterable[str]:
    share = endpoint.statistic in ("share", "difference of shares")
    wanted = "%" if share else "ratio" if endpoint.statistic in _RATIOS else QUANTITY_UNITS[endpoint.quantity]
    if row.unit != wanted:
        yield f"unit is {row.unit!r}; a {endpoint.statistic} of {endpoint.quantity} has {wanted!r}"
    if endpoint.statistic == "share" and not 0 <= row.number <= 100:
        yield f"a share of {row.number:g}%"


def _endpoint_problems(endpoint: Endpoint) -> Iterable[str]:
    thresholded = ("time to", "days below", "duration", "visits", "lowest")
    needs = endpoint.quantity.startswith(thresholded) or endpoint.statistic in (
        *("share", "difference of shares"),
        *_RATIOS,
    )
    if needs and not (endpoint.threshold or 0) > 0:
        yield "no threshold above 0"
    if endpoint.quantity.startswith("visits") and not (endpoint.visits and endpoint.at_least):
        yield "visits need their days and how many must reach the threshold"
    if endpoint.window is not None and not 0 <= endpoint.window.start_d <= endpoint.window.end_d:
        yield "the window ends before it starts"
    if endpoint.window is not None and endpoint.window.end_d > LONGEST_WINDOW_D:
        yield f"the window ends after day {LONGEST_WINDOW_D:g}"
    if list(endpoint.visits) != sorted(set(endpoint.visits)):
        yield "visits do not increase"


def _regimen_problems(regimen: str) -> Iterable[str]:
    if regimen == "untreated":
        return
    try:
        Regimen.parse(regimen)
    except InputError as refused:
        yield str(refused)


def _split_problems(rows: Sequence[Row]) -> Iterable[str]:
    """Find trials that are fitted and held out in part, and too few held out."""
    fitted = {row.trial for row in rows if row.use == "fit"}
    held = {row.trial for row in rows if row.use == "hold out"}
    for trial in sorted(fitted & held):
        yield f"trial {trial!r} is fitted and held out"
    if len(held) < FEWEST_HELD_OUT:
        yield f"{len(held)} trials are held out; needed: {FEWEST_HELD_OUT}"


if __name__ == "__main__":
    wrong = problems(load_rows())
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    sys.exit(1 if wrong else 0)
