"""A treatment that cannot act in anyone runs and says so once."""

import warnings

import numpy as np
import polars as pl
import pytest

import ivigsim
from ivigsim.checks import check_can_act
from ivigsim.treatment import Regimen, doses_from_event_table

NO_SPLEEN, NO_RHD = {"splenectomised": True}, {"rhd_positive": False}
BOTH = "splenectomy on day 2 + anti-D 75 ug/kg"


def told(treatment, known, end=30.0):
    table = treatment if not isinstance(treatment, str) else Regimen.parse(treatment).doses([70.0])
    return check_can_act(table, known, end)


@pytest.mark.parametrize(
    ("treatment", "known", "says"),
    [
        ("anti-D 75 ug/kg + IVIG 1 g/kg", NO_RHD, ["anti-D cannot act: every patient is RhD-negative"]),
        ("anti-D 75 ug/kg", NO_SPLEEN, ["anti-D can hardly act: no patient has a spleen"]),
        ("anti-D 75 ug/kg", NO_SPLEEN | NO_RHD, ["anti-D cannot act: every patient is RhD-negative"]),
        ("anti-D 75 ug/kg", {"rhd_positive": True, "splenectomised": False}, []),
        ("anti-D 75 ug/kg", {}, []),
        ("IVIG 1 g/kg", NO_SPLEEN | NO_RHD, []),
        ("splenectomy", NO_SPLEEN, ["splenectomy cannot act: no patient has a spleen"]),
        ("splenectomy", {"splenectomised": False}, []),
        (f"{BOTH} from day 2", {}, ["anti-D can hardly act: the spleen is taken out before it"]),
        (f"{BOTH} from day 9", {}, ["anti-D can hardly act: the spleen is taken out before it"]),
        (BOTH, {}, []),
        (f"{BOTH} every 7 d x2", {}, []),  # the first dose acts
    ],
)
def test_what_cannot_act_is_said(treatment, known, says):
    assert told(treatment, known) == says


def test_the_spleen_must_be_gone_in_every_patient_of_an_event_table():
    events = {"ID": [1, 1, 2], "TIME": [0.0, 3.0, 3.0], "AMT": [1.0, 75.0, 75.0]}
    events["CMT"] = ["splenectomy", "anti-D", "anti-D"]
    assert told(doses_from_event_table(pl.DataFrame(events), 2), {}) == []
    events = {name: values[:2] for name, values in events.items()}
    assert len(told(doses_from_event_table(pl.DataFrame(events), 1), {})) == 1


@pytest.mark.parametrize(("start", "end", "notes"), [(6.9, 7.0, 0), (7.0, 7.0, 1), (30.0, 7.0, 1)])
def test_doses_that_all_lie_beyond_the_run_are_said(start, end, notes):
    found = told(f"IVIG 1 g/kg from day {start} + splenectomy on day 40", NO_SPLEEN, end)
    late = f"no dose is given within the run: the first is on day {start:g}, the run ends on day 7"
    assert [note for note in found if note == late] == [late] * notes


def test_a_splenectomy_without_a_spleen_runs_with_one_note_and_does_nothing():
    with pytest.warns(UserWarning, match="splenectomy cannot act") as notes:
        sim = ivigsim.simulate("splenectomy", patients=20, days=14, covariates=NO_SPLEEN)
    assert len(notes) == 1
    assert notes[0].filename == __file__
    np.testing.assert_allclose(sim["platelets"], sim["platelets"][:, :1].repeat(15, axis=1), rtol=1e-3)


def test_a_population_in_which_no_one_has_a_spleen_counts_too():
    people = ivigsim.load_population("adult-chronic")
    gone = people.covariates["splenectomised"].model_copy(update={"probability": 1.0})
    nobody = people.model_copy(update={"covariates": {**people.covariates, "splenectomised": gone}})
    with pytest.warns(UserWarning, match="no patient has a spleen"):
        ivigsim.simulate("anti-D 75 ug/kg", patients=5, days=7, population=nobody)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ivigsim.simulate("anti-D 75 ug/kg", patients=5, days=7, population=people)
