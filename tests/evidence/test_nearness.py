"""How far a run lies from the evidence: same, between, beyond, another drug, another population."""

import pytest

from ivigsim.evidence.nearness import nearness
from ivigsim.treatment import Regimen


def near(phrase, population="adult-chronic", days=28, **covariates):
    doses = None if phrase is None else Regimen.parse(phrase).doses([70.0], [170.0], allow_extreme=True)
    return nearness(doses, population, days, covariates)


@pytest.mark.parametrize(
    ("phrase", "population", "level", "words"),
    [
        ("IVIG 1 g/kg daily x2", "adult-chronic", "within", "E019, E020, E021, E022, E023 (Robak 2009)"),
        ("IVIG 1.1 g/kg daily x2", "adult-chronic", "within", "E019"),
        ("IVIG 0.75 g/kg daily x2", "adult-chronic", "near", "lies between"),
        ("IVIG 1 g/kg daily x3", "adult-chronic", "near", "1.5 times the most"),
        ("IVIG 2 g/kg daily x4", "adult-chronic", "outside", "4 times the most"),
        ("IVIG 0.1 g/kg", "adult-chronic", "outside", "0.2 of the least"),
        ("avatrombopag 20 mg daily x28", "adult-chronic", "outside", "No fitted result gives avatrombopag"),
        ("dexamethasone 40 mg daily x4", "adult-chronic", "outside", "other patients' were taken over"),
        ("IVIG 1 g/kg + prednisolone 1 mg/kg daily x28", "child-new", "outside", "together"),
        ("IVIG 1 g/kg", "a population of mine", "outside", "No fitted result is of the population"),
        (None, "child-new", "within", "E010, E013 (Blanchette 1993)"),
    ],
)
def test_levels(phrase, population, level, words):
    found = near(phrase, population)
    assert (found.level, words in found.text) == (level, True), found


def test_a_course_over_other_days_is_named():
    found = near("IVIG 0.1 g/kg daily x20")
    assert found.level == "near"
    assert "IVIG is given over 20 d; fitted courses of this total over 2 or 5 d." in found.text


def test_a_run_beyond_the_follow_up_is_named():
    assert "this run goes on to 180" in near("IVIG 1 g/kg daily x2", days=180).text


def test_a_covariate_that_no_trial_chose_by_is_named():
    assert "No fitted trial chose its patients by fcgr3a." in near("IVIG 1 g/kg daily x2", fcgr3a="VV").text
    assert near("IVIG 1 g/kg daily x2", baseline_platelets=10).level == "within"
