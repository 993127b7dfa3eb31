"""Markers ranked in virtual patients: what must come out, and what is refused."""

import numpy as np
import pytest

import ivigsim
from ivigsim.errors import InputError
from ivigsim.prediction import RankingFailed
from ivigsim.prediction.response import response_definition
from ivigsim.report.biomarker_document import biomarker_document

TWO_DAYS = "IVIG 1 g/kg daily x2"
FEW = {"patients": 300, "repeats": 1}


def test_it_ranks_best_first_and_knows_directions(ranking):
    for day in (0, 1, 2):
        areas = [rank.area.value for rank in ranking.on(day)]
        assert areas == sorted(areas, reverse=True)
        assert min(areas) >= 0.5
    rank = {each.marker.id: each for each in ranking.ranks}
    assert rank["anti_gpib"].higher is False
    assert rank["platelets"].higher is True
    assert ranking.best(1).marker.id in ("platelets_24h", "platelets_rise_24h")
    assert ranking.best(1).area.value > ranking.best(0).area.value
    assert rank["platelets_24h"].everyone.value > rank["platelets_24h"].area.value
    for each in ranking.ranks:
        assert each.area.low <= each.area.value <= each.area.high
        assert (each.higher is None) == (each.area.low <= 0.5)
        assert 0 <= each.sensitivity <= 1
        assert 0 <= each.specificity <= 1


def test_age_tells_nothing_because_no_mechanism_depends_on_it(ranking):
    (age,) = [rank for rank in ranking.ranks if rank.marker.id == "age"]
    assert age.higher is None


def test_together_markers_forecast_better_than_the_share_and_are_calibrated(ranking):
    model = {each.id: each for each in ranking.models}
    assert list(model) == [
        "before", "before_trees", "before_at_24h", "until_24h", "until_24h_trees", "before_at_48h",
        "until_48h", "until_48h_trees",
    ]  # fmt: skip
    for each in model.values():
        bins = each.calibration
        assert sum(part.patients for part in bins) == each.group.patients
        share = sum(part.observed * part.patients for part in bins) / each.group.patients
        assert share == pytest.approx(each.group.responders / each.group.patients)
        if each.group.day < 2:  # at 48 h hardly a hundred are left: too few for so many markers
            assert 0.5 < each.slope < 2
            assert each.brier < each.brier_without
    gain = model["until_24h"].gain
    assert gain.low > 0
    assert gain.value == pytest.approx(
        model["until_24h"].area.value - model["before_at_24h"].area.value, abs=0.01
    )
    assert model["until_24h"].importance[0].marker.quantity == "platelets"


def test_the_same_request_gives_the_same_ranking_whatever_the_chunks(ranking):
    again = ivigsim.biomarkers(TWO_DAYS, patients=400, seed=1, repeats=2, chunk=64, threads=1)
    assert biomarker_document(again) == biomarker_document(ranking)


def test_the_table_holds_every_patient_as_measured(ranking):
    table = ranking.to_polars()
    assert table.height == 400
    assert table["responded"].sum() == ranking.groups[0].responders
    assert table["probability_before"].null_count() == 0
    late = table.filter("waiting_24h")
    assert late.height == ranking.groups[1].patients
    assert late["probability_until_24h"].null_count() == 0
    assert table["probability_until_24h"].null_count() == 400 - late.height


def test_a_marker_that_is_the_same_in_all_is_left_out_by_name():
    found = ivigsim.biomarkers(TWO_DAYS, covariates={"splenectomised": False, "weight_kg": 70}, **FEW)
    assert {marker.id for marker in found.constant} == {"splenectomised", "weight"}
    assert not {"splenectomised", "weight"} & {rank.marker.id for rank in found.ranks}


def test_rhd_tells_who_responds_to_anti_d():
    found = ivigsim.biomarkers("anti-D 75 ug/kg", markers=["rhd", "age"], threshold=30, by_day=7, **FEW)
    assert found.best(0).marker.id == "rhd"
    assert found.best(0).higher is True


def test_a_confirmed_response_and_one_of_your_own():
    confirmed = ivigsim.biomarkers(TWO_DAYS, response="iwg_cr", markers=["platelets", "platelets_24h"], **FEW)
    assert (confirmed.definition.id, confirmed.days) == ("iwg_cr", 28)
    own = ivigsim.biomarkers(TWO_DAYS, threshold=100, by_day=14, markers=["platelets"], **FEW)
    assert (own.definition.id, own.days) == ("at_least_100_by_day_14", 14)
    assert response_definition(None, 50, 7).id == "responded_by_day_7"


def test_those_at_the_count_before_treatment_are_left_out():
    found = ivigsim.biomarkers("IVIG 0.5 g/kg", threshold=15, by_day=1, markers=["platelets"], **FEW)
    sim = ivigsim.simulate("IVIG 0.5 g/kg", patients=300, seed=1, days=1)
    assert found.there_before == int((sim["platelets"][:, 0] >= 15).sum()) > 0
    assert found.groups[0].patients == 300 - found.there_before


def test_a_later_group_with_one_outcome_is_named_not_ranked():
    found = ivigsim.biomarkers(
        TWO_DAYS, threshold=30, by_day=7, markers=["platelets", "platelets_48h"], patients=1000, repeats=1
    )
    assert [group.day for group in found.too_few] == [2]
    assert found.on(2) == ()
    assert [model.group.day for model in found.models] == [0, 0]


def test_only_markers_of_a_later_day():
    found = ivigsim.biomarkers(TWO_DAYS, markers=["platelets_24h"], **FEW)
    assert [model.id for model in found.models] == ["until_24h", "until_24h_trees"]
    assert found.models[0].gain is None


@pytest.mark.parametrize(
    ("treatment", "settings"),
    [(None, {}), (TWO_DAYS, {"population": "healthy"}), (TWO_DAYS, {"threshold": 900})],
)
def test_without_both_outcomes_there_is_nothing_to_rank(treatment, settings):
    with pytest.raises(
        RankingFailed, match="ranking needs at least 20 patients who respond and 20 who do not"
    ):
        ivigsim.biomarkers(treatment, patients=60, **settings)


def test_failed_patients_are_in_no_number(monkeypatch):
    from ivigsim.engine.integrator import Integrator, Solution

    solve = Integrator.solve

    def fails(self, values, doses, grid, pace=None):
        found = solve(self, values, doses, grid, pace)
        for kept in found.outputs.values():
            kept[1] = np.nan
        return Solution(found.outputs, {1: "it broke"}, found.states)

    monkeypatch.setattr(Integrator, "solve", fails)
    found = ivigsim.biomarkers(TWO_DAYS, markers=["platelets", "igg_rise_24h"], chunk=300, **FEW)
    assert found.failures == {1: "it broke"}
    assert len(found.numbers) == 299
    assert 1 not in found.numbers
    assert all(np.isfinite(values).all() for values in found.measured.values())


def test_when_everyone_fails_the_reason_is_said(monkeypatch):
    from ivigsim.engine.integrator import Integrator, Solution

    def fails(_self, values, _doses, grid, _pace=None):
        count = len(values["igg_baseline"])
        nothing = {name: np.full((count, len(grid)), np.nan) for name in ("platelets", "igg")}
        return Solution(nothing, dict.fromkeys(range(count), "it broke"), np.empty((0, count)))

    monkeypatch.setattr(Integrator, "solve", fails)
    with pytest.raises(RankingFailed, match=r"all 3 patients failed under 'IVIG .*it broke"):
        ivigsim.biomarkers(TWO_DAYS, patients=3, markers=["platelets", "igg"])


WRONG = {
    "response": ({"response": "iwg"}, "nearest: 'iwg_r'"),
    "both": ({"response": "iwg_r", "threshold": 50}, "one of the two"),
    "threshold": ({"threshold": 0}, "threshold is 0; accepted: a count of 1 to 1000"),
    "threshold nan": ({"threshold": float("nan")}, "threshold is nan"),
    "threshold text": ({"threshold": "50"}, "threshold is '50'"),
    "day": ({"by_day": 0}, "by_day is 0"),
    "days": ({"days": 3}, "days is 3; .*nearest: 7"),
    "days confirmed": ({"response": "iwg_r", "days": 7}, "days is 7; .*nearest: 8"),
    "late markers": ({"by_day": 1, "markers": ["igg_rise_24h"]}, "no marker is measured before day 1"),
    "folds": ({"folds": 1}, "nearest: 2"),
    "repeats": ({"repeats": 0}, "nearest: 1"),
    "population": ({"population": "adult-cronic"}, "nearest: 'adult-chronic'"),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_is_refused_before_the_work(changed, said):
    with pytest.raises(InputError, match=said):
        ivigsim.biomarkers(TWO_DAYS, **changed)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("ivigsim.prediction.run.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"accepted: with ivigsim\[fit\]"):
        ivigsim.biomarkers(TWO_DAYS)
