"""A trial on patients: rules act on what was seen, doses add up, nothing depends on how it is cut."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import ivigsim
from ivigsim.trials.cohort import populations_of
from ivigsim.trials.jobs import Job
from ivigsim.trials.loading import read_scenario
from ivigsim.trials.work import TrialWork

BASE = """
title: A trial
size: 60
days: 28
design: {design}
populations: [{{name: adult-chronic}}]
arms:
  - {{name: A, treatments: [IVIG 1 g/kg]{arm}}}
  - {{name: B, treatments: [untreated]{arm}}}
visits: {{days: [1, 3, 7, 14, 21, 28], assay_cv: {cv}{visits}}}
endpoints:
  - {{id: response, response: {{count: 50, by_day: 7}}}}
  - {{id: time_to_50, time_to: {{count: 50}}}}
  - {{id: loss, time_to_loss: {{count: 30, below: 30}}}}
  - {{id: rescue, time_to_rescue: true}}
{more}
"""


def scenario(design="parallel", arm="", cv=0.1, visits="", more=""):
    return BASE.format(design=design, arm=arm, cv=cv, visits=visits, more=more)


def patients(text, arm=0, start=0, count=60, replicate=0, threads=1):
    return work_of(text, threads)(Job(arm, replicate, start, count))["patients"]


def work_of(text, threads=1):
    scenario = read_scenario(text)
    return TrialWork(scenario, populations_of(scenario), threads)


RESCUE = """
rules:
  - {{name: rescue, when: {{count_below: {below}}}, give: {give}, from_day: {first}, at_most: {most}}}
"""


def rescue(below=20, give="IVIG 1 g/kg", first=3, most=1):
    return RESCUE.format(below=below, give=give, first=first, most=most)


@pytest.mark.parametrize("more", ["", rescue()], ids=["no rule", "rescue"])
def test_cuts_and_threads_change_nothing(more):
    text = scenario(more=more, visits=", window: 1").replace("size: 60", "size: 1500")
    text = text.replace("days: [1, 3, 7, 14, 21, 28]", "days: [2, 7, 14, 21]")
    whole = patients(text, count=1500)
    parts = [patients(text, start=start, count=500, threads=2) for start in (0, 500, 1000)]
    assert_frame_equal(pl.concat(parts), whole)


def test_without_error_and_rules_counts_are_those_of_simulate():
    found = patients(scenario(design="paired", cv=0))
    sim = ivigsim.simulate("IVIG 1 g/kg", patients=60, seed=1, days=28)
    for day in (1, 3, 7, 14, 21, 28):
        np.testing.assert_allclose(found[f"count_day_{day}"], sim["platelets"][:, day], rtol=1e-6)
    responded = (sim["platelets"][:, [1, 3, 7]] >= 50).any(axis=1)
    assert found["response"].to_list() == responded.tolist()


def test_paired_arms_hold_the_same_patients_and_parallel_arms_none():
    same = [patients(scenario(design="paired"), arm)["baseline_platelets"].to_list() for arm in (0, 1)]
    assert same[0] == same[1]
    a, b = (patients(scenario(), arm) for arm in (0, 1))
    assert not set(a["baseline_platelets"]) & set(b["baseline_platelets"])
    assert not set(a["patient"]) & set(b["patient"])
    again = patients(scenario(), replicate=1)
    assert not set(a["baseline_platelets"]) & set(again["baseline_platelets"])


def test_rescue_is_given_to_those_below_and_is_what_simulate_gives():
    text = scenario(design="paired", cv=0, more=rescue(first=3))
    found = patients(text, arm=1)
    untreated = ivigsim.simulate(None, patients=60, seed=1, days=28)["platelets"]
    low = untreated[:, 3] < 20
    assert low.any()
    on_day_3 = (found["rescued_d"] == 3).fill_null(False).to_numpy()
    assert (on_day_3 == low).all()
    given = ivigsim.simulate("IVIG 1 g/kg from day 3", patients=60, seed=1, days=28)["platelets"]
    for day in (7, 14, 21, 28):
        np.testing.assert_allclose(found[f"count_day_{day}"].to_numpy()[low], given[low, day], rtol=1e-4)
    weights = untreated.shape[0]
    assert weights == found.height
    np.testing.assert_allclose(found["ivig_g"].to_numpy()[low], found["weight_kg"].to_numpy()[low])
    assert (found["ivig_g"].to_numpy()[found["rescues"] == 0] == 0).all()


def test_counts_after_a_rescue_are_no_response():
    found = patients(scenario(cv=0, more=rescue(below=1000, first=1)), arm=1)
    assert found["rescued_d"].to_list() == [1.0] * 60
    assert (found["count_day_3"] > 50).any()
    assert not found["response"].any()
    assert not found["time_to_50_event"].any()
    assert found["time_to_50_d"].to_list() == [1.0] * 60
    assert found["rescue_event"].all()


def test_a_rule_acts_no_more_often_than_it_may():
    found = patients(scenario(more=rescue(below=1000, first=1, most=3)), arm=1)
    assert found["rescues"].to_list() == [3] * 60
    np.testing.assert_allclose(found["ivig_g"], 3 * found["weight_kg"])


def test_days_apart():
    text = scenario(more=rescue(below=1000, first=1, most=9).replace("at_most", "days_apart: 7, at_most"))
    # visits on days 1, 3, 7, 14, 21, 28: on day 1, not on 7 (6 d later), on 14 and 21, not on the last
    assert patients(text, arm=1)["rescues"].to_list() == [3] * 60


def test_retreatment_that_is_no_rescue_counts_for_the_arm():
    text = scenario(cv=0, more=rescue(below=1000, first=1).replace("at_most", "rescue: false, at_most"))
    found = patients(text, arm=1)
    assert found["rescues"].to_list() == [0] * 60
    assert found["response"].any()


def test_drop_outs_are_not_seen_and_get_no_more():
    more = "drop_out: {per_30_days: 0.5}" + rescue(below=1000, first=1, most=9)
    found = patients(scenario(more=more), arm=1, count=60)
    left = found.filter(pl.col("dropped_out_d") < 7)
    assert 0 < left.height < 60
    assert left["count_day_7"].is_null().all()
    assert (left["infusions"] <= 2).all()
    stayed = found.filter(pl.col("dropped_out_d").is_null())
    assert stayed["count_day_28"].is_not_null().all()
    share = found["dropped_out_d"].is_not_null().mean()
    assert 0.25 < share < 0.65  # 1 - 0.5 ** (28 / 30) = 0.48


def test_assay_error_has_the_stated_size():
    text = scenario(cv=0.2).replace("size: 60", "size: 2000")
    exact = patients(scenario(cv=0).replace("size: 60", "size: 2000"), count=2000)
    noisy = patients(text, count=2000)
    ratio = np.log(noisy["count_day_7"].to_numpy() / exact["count_day_7"].to_numpy())
    assert ratio.std() == pytest.approx(np.sqrt(np.log(1.04)), rel=0.05)
    assert abs(ratio.mean()) < 0.02


def test_whole_vials_and_dosing_weights():
    vials = patients(scenario(arm=", vial_g: 10, rounding: up"))
    grams = vials["ivig_g"].to_numpy()
    np.testing.assert_allclose(grams / 10, np.round(grams / 10))
    over = grams - vials["weight_kg"].to_numpy()
    assert (over > -1e-9).all()
    assert (over < 10).all()
    ideal, adjusted, actual = (
        patients(scenario(arm=f", dosing_weight: {kind}"))["ivig_g"].to_numpy()
        for kind in ("ideal", "adjusted", "actual")
    )
    np.testing.assert_allclose(adjusted, ideal + 0.4 * (actual - ideal))
    assert (ideal <= actual + 1e-9).all()
    assert (ideal < actual - 1).any()


def test_bleeding_follows_the_count_and_calls_for_rescue():
    more = """
bleeding: [{count_below: 30, per_day: 0.2}]
rules: [{when: {bleeding: true}, give: platelets 1 unit}]
"""
    found = patients(scenario(more=more), arm=1)
    treated = patients(scenario(more=more), arm=0)
    assert found["bleeds"].sum() > treated["bleeds"].sum() > 0
    assert (found["rescues"] == found["bleeds"].clip(upper_bound=1)).mean() > 0.8
    assert (found.filter(pl.col("bleeds") == 0)["rescues"] == 0).all()


def test_several_populations_are_mixed_by_their_shares():
    text = scenario().replace(
        "[{name: adult-chronic}]",
        "[{name: adult-chronic, share: 3}, {name: adult-new, share: 1, covariates: {sex: F}}]",
    )
    found = patients(text.replace("size: 60", "size: 1000"), count=1000)
    shares = found.group_by("population").agg(pl.len() / 1000)
    assert dict(shares.iter_rows())["adult-new"] == pytest.approx(0.25, abs=0.05)
    assert found.filter(pl.col("population") == "adult-new")["sex"].unique().to_list() == ["F"]
    only = patients(scenario().replace("size: 60", "size: 1000"), count=1000)
    chronic = (found["population"] == "adult-chronic").to_numpy()
    np.testing.assert_allclose(
        found["count_day_7"].to_numpy()[chronic], only["count_day_7"].to_numpy()[chronic]
    )


def test_courses_are_kept_when_asked_for():
    tables = work_of(scenario(design="paired", more="keep_courses: true"))(Job(0, 0, 0, 5))
    courses = tables["courses"]
    assert courses.height == 5 * 29
    sim = ivigsim.simulate("IVIG 1 g/kg", patients=5, seed=1, days=28)
    np.testing.assert_allclose(courses["igg"], sim["igg"].ravel(), rtol=1e-5)


def test_an_amount_in_grams_is_not_taken_on_another_weight():
    text = scenario(arm=", dosing_weight: adjusted").replace("IVIG 1 g/kg", "IVIG 35 g")
    np.testing.assert_allclose(patients(text)["ivig_g"], 35.0)


def test_entry_limits():
    usual = patients(scenario())["baseline_platelets"]
    wide = patients(scenario().replace("adult-chronic}", "adult-chronic, baseline_at_most: 100}"))
    assert wide["baseline_platelets"].to_list() == usual.to_list()
    low = patients(scenario().replace("adult-chronic}", "adult-chronic, baseline_at_most: 8}"))
    assert low["baseline_platelets"].max() <= 8


def test_at_least_one_vial():
    text = scenario(arm=", vial_g: 50, rounding: down").replace("IVIG 1 g/kg", "IVIG 0.1 g/kg")
    np.testing.assert_allclose(patients(text)["ivig_g"], 50.0)


def test_many_doses_by_rule_are_all_given_and_counted():
    daily = rescue(below=1000, first=1, most=9, give="IVIG 0.05 g/kg daily x10")
    found = patients(scenario(more=daily), arm=1)
    # at 5 visits before the last day; 10 daily doses each, of which the last few fall after day 28
    planned = [min(10, 28 - day) for day in (1, 3, 7, 14, 21)]
    assert found["infusions"].to_list() == [sum(planned)] * 60
    np.testing.assert_allclose(found["ivig_g"], 0.05 * sum(planned) * found["weight_kg"])


def test_a_rule_acts_at_the_last_visit_when_the_trial_goes_on():
    # the last visit is on day 14 of 28; what is stored besides does not matter
    text = scenario(more=rescue(below=1000, first=14)).replace("7, 14, 21, 28]", "7, 14]")
    kept = patients(text + "keep_courses: true\n", arm=1)
    assert patients(text, arm=1)["rescues"].to_list() == kept["rescues"].to_list() == [1] * 60


def test_a_rule_that_never_acts_changes_nothing():
    found, ruled = (patients(scenario(more=more)) for more in ("", rescue(below=0.001)))
    for day in (1, 3, 7, 14, 21, 28):
        np.testing.assert_allclose(found[f"count_day_{day}"], ruled[f"count_day_{day}"], rtol=1e-4)
