"""`ivigsim safety`: what a stranger reads, JSON, and one sentence for what is wrong."""

import json
import sys
from types import SimpleNamespace

import pytest

from ivigsim.cli import main

TWO, FIVE = "IVIG 1 g/kg daily x2", "IVIG 0.4 g/kg daily x5"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """A function from arguments to exit code and what was printed, run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # typer replaces it
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["ivigsim", "safety", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        printed = capsys.readouterr()
        assert not list(tmp_path.iterdir())
        return SimpleNamespace(code=stop.value.code, out=printed.out, err=printed.err)

    return call


def test_one_plan(run):
    found = run(TWO, "--age", 70, "--diabetes", "--blood-group", "A", "--patients", 10)
    assert found.code == 0
    assert not found.err
    for text in (
        "headache: 28.6–67% of patients (limits 16.3–77.8), 3 sources",
        "42.5% of patients (28.5–57.8)",
        "itp_panzyga_head",
        "diabetes (size unknown",
        "never averaged",
        "Haemoglobin and viscosity",
        "For research and teaching; never for treatment decisions.",
    ):
        assert text in " ".join(found.out.split()), text


def test_two_plans_show_the_difference(run):
    found = run(TWO, FIVE, "--no-course")
    text = " ".join(found.out.split())
    assert "B − A from 0 (0–0) to 0.201 (0.0941–0.376) percentage points" in text
    assert "no difference of zero" in text
    assert "odds ratio 1 (ont_hem_dose)" in text


@pytest.mark.parametrize("event", ["headache", "kidney-injury", "hyponatraemia", "thrombosis", "lung-injury"])
def test_an_event_in_full_names_the_sources_of_its_rows(run, event):
    from ivigsim.safety.adverse import assess

    found = run(TWO, FIVE, "--event", event)
    assert found.code == 0
    text = "".join(found.out.split())
    risk = assess(TWO)[event]
    assert all(each.id.replace(" ", "") in text for each in risk.estimates)
    assert all("".join(source.split()) in text for each in risk.estimates for source in each.sources)


def test_unverified_rows_say_so(run):
    assert "NOT verified against its source" in run(TWO, "--event", "aseptic-meningitis").out


def test_json_holds_everything(run):
    document = json.loads(run(TWO, FIVE, "--json", "--patients", 5, "--blood-group", "A").out)
    assert {"plans", "differences", "haemoglobin", "haemolysis_odds_ratio_by_dose"} <= document.keys()
    assert [each["groups"][0]["blood_group"] for each in document["haemoglobin"]] == ["A", "A"]
    only = json.loads(run(TWO, "--json", "--event", "headache").out)
    assert [each["event"] for each in only["plans"][0]["events"]] == ["headache"]
    assert only["haemoglobin"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((TWO, "--event", "headach"), "unknown event 'headach'; accepted: "),
        ((TWO, "--age", "old"), "--age is 'old'; accepted: a number"),
        ((TWO, "--age", "130"), "age_years is 130 year; accepted: 0 to 110 (nearest: 110)"),
        ((TWO, "--blood-group", "C"), "unknown value of covariate blood_group 'C'"),
        ((TWO, "--covariate", "diabetes=perhaps"), "diabetes is 'perhaps'; accepted: yes or no"),
        ((TWO, "--covariate", "migrain=yes"), "unknown covariate 'migrain'"),
        ((TWO, "--covariate", "migraine"), "'migraine' has no name or no value"),
        ((TWO, "--diabetes", "--covariate", "diabetes=no"), "covariate diabetes is given twice"),
        (("prednisolone 1 mg/kg",), "has no IVIG; accepted"),
        ((TWO, "--age", "6"), "weight of a patient of 6 years is not given"),
        ((TWO, "--titre-ratio", "0"), "titre_ratio is 0.0; accepted"),
        ((TWO, "--rate", "0"), "rate is 0.0 mg/kg/min; accepted"),
    ],
)
def test_wrong_input(run, arguments, message):
    found = run(*arguments)
    assert found.code == 2
    assert not found.out
    assert message in found.err
    assert len(found.err.strip().splitlines()) == 1
