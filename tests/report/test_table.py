"""The table, its notes and the printed report."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from ivigsim.report.table import SECTIONS, footnotes, outcome_table, simulated_text
from ivigsim.report.text import print_report
from ivigsim.report.wording import estimate


def rendered(table, width=80):
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(table)
    return console.file.getvalue()


def test_one_regimen_stands_beside_its_published_results(one):
    text = rendered(outcome_table(one))
    lines = {line.split("  ")[1].strip(): line for line in text.splitlines() if line.startswith("  ")}
    assert lines["≥50e9/L by day 7, %"].rstrip().endswith("80.7 (69.2–89.3)   E019")
    assert lines["highest median, 1e9/L"].rstrip().endswith("149                E022")
    assert lines["peak count, 1e9/L"].rstrip().endswith(" -")
    assert max(map(len, text.splitlines())) <= 80


def test_several_regimens_are_columns_with_published_results_below(several):
    text = rendered(outcome_table(several), width=160)
    assert "A (95% CI)" in text
    assert "D (95% CI)" in text
    assert "E019: 80.7 (69.2–89.3)" in text


def test_every_row_is_an_outcome_and_shares_the_denominator_of_its_section(one):
    found = {outcome.id: outcome for outcome in one.arms[0].outcomes}
    for _, labels in SECTIONS:
        assert set(labels) <= set(found)
        assert len({found[id_].n for id_ in labels}) == 1
    assert {row.outcome for row in one.arms[0].published if row.outcome} <= set(found)


def test_a_published_result_that_is_missing_is_not_zero(several):
    row = next(line for line in rendered(outcome_table(several), 160).splitlines() if "peak count" in line)
    assert "E0" not in row


def test_notes_name_sources_denominators_and_what_was_assumed(one):
    notes = "\n".join(footnotes(one))
    assert "E019: Robak 2009 Hematology (Privigen), n = 57" in notes
    assert "E023, E027, E028, E177: the source does not say over whom; responders assumed." in notes
    assert "not among these outcomes: E038 plt >=50 maintained >=7 d, 74 %" in notes
    assert "Not like with like" not in notes


def test_notes_say_when_the_run_is_not_like_the_trial(one):
    changed = replace(one.request, covariates={"splenectomised": True}, switches={"anti_idiotype": False})
    notes = "\n".join(footnotes(replace(one, request=changed)))
    assert "Not like with like, because this run has splenectomised = yes, anti_idiotype off." in notes


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((83.64, 81.2, 85.76), "83.6 (81.2–85.8)"),
        ((126.6, 117.4, 134.9), "127 (117–135)"),
        ((1234.0, 1190.0, 1301.0), "1,230 (1,190–1,300)"),
        ((2.0, 2.0, 3.0), "2 (2–3)"),
        ((2.5, 2.0, 3.0), "2.50 (2.00–3.00)"),
        ((0.0, 0.0, 8.76), "0.0 (0.0–8.8)"),
        ((-1e-15, -2e-15, 1e-15), "0 (0–0)"),
    ],
)
def test_numbers_have_three_figures(numbers, text):
    assert estimate(*numbers) == text


def test_what_was_never_reached_is_said(several):
    untreated = {outcome.id: outcome for outcome in several.arms[2].outcomes}
    assert simulated_text(untreated["time_to_50_all"]) == "NR"
    assert simulated_text(untreated["duration_50"]) == "-"


def test_the_report_fits_80_columns_and_ends_with_what_to_bear_in_mind(several, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    broken = replace(several.arms[1], failures={3: "it broke", 5: "it broke"})
    print_report(replace(several, arms=(several.arms[0], broken, *several.arms[2:])), "Figure: x.png")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "Every regimen is given to the same virtual patients." in lines
    assert lines[-1] == "For research and teaching; never for treatment decisions."
    end = " ".join(" ".join(lines[-7:]).split())
    assert "40 patients, seed 1: simulated in" in end
    assert "2 patients failed under B: it broke (2)" in end
    assert "calibrated" in end
