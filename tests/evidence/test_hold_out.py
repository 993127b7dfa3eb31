"""The rule by which trials were held out, as documented, and the page written from the rows."""

import importlib
from pathlib import Path

import pytest

from ivigsim.evidence import load_rows

DOCS = Path(__file__).parents[2] / "docs"
ALWAYS_FITTED = {
    *("Blanchette 1993", "Kuter 2008", "Eltrombopag trials", "Godeau 2008", "FIT 1 and 2", "LUNA 3"),
    *(row.trial for row in load_rows() if row.id in ("RES01", "RES02")),
}


def test_every_third_trial_is_held_out():
    used = [row for row in load_rows() if row.use in ("fit", "hold out")]
    trials = list(dict.fromkeys(row.trial for row in used if row.trial not in ALWAYS_FITTED))
    assert {row.trial for row in used if row.use == "hold out"} == set(trials[2::3])


def test_the_pivotal_trial_is_fitted():
    assert {row.use for row in load_rows() if "E019" <= row.id <= "E023"} == {"fit"}


@pytest.fixture
def page(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    return importlib.import_module("evidence_page").evidence_page(load_rows())


def test_the_page_lists_every_row_once(page):
    assert all(page.count(f"* - {row.id}\n") == 1 for row in load_rows())


def test_the_page_counts_the_rows(page):
    rows = load_rows()
    uses = [sum(row.use == use for row in rows) for use in ("fit", "hold out", "check", "not simulated")]
    total = "".join(f"  - {count}\n" for count in [*uses, len(rows)])
    assert f"* - all\n{total}" in page
