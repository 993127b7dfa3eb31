"""Arms on the same patients, reduced chunk by chunk."""

from dataclasses import replace

import numpy as np
import pytest

from ivigsim import outcomes
from ivigsim.errors import InputError
from ivigsim.report import comparison as module
from ivigsim.report.comparison import Request, RunFailed, compare
from ivigsim.run import simulate, simulate_chunks
from ivigsim.treatment import Regimen

TWO_DAYS = Regimen.parse("IVIG 1 g/kg daily x2")


def test_the_outcomes_are_those_of_a_plain_simulation(one):
    sim = simulate("IVIG 1 g/kg daily x2", patients=60, seed=1, days=30)
    table = outcomes.per_patient(sim)
    plain = {o.id: o for o in outcomes.summarise(table, 1, outcomes.DayDistribution.of(sim))}
    for found in one.arms[0].outcomes:
        if not found.id.startswith("igg_peak"):
            wanted = plain[found.id].value
            assert found.value == (wanted and pytest.approx(wanted, rel=1e-6)), found.id


def test_igg_peaks_at_the_end_of_an_infusion_not_at_a_daily_output(one):
    arm = one.arms[0]
    end = 1 + 250 / 1440  # the second infusion, 1 g/kg at 4 mg/kg/min
    np.testing.assert_allclose(arm.people["igg_peak_d"].to_numpy(), end, atol=1e-5)
    assert arm.people["peak_d"].to_numpy() % 1 == pytest.approx(0)
    assert set(arm.platelets.time_d) == set(range(31))
    assert len(arm.igg.time_d) == 33


def test_results_do_not_depend_on_chunks_and_threads(one):
    again = compare(replace(one.request, chunk=7, threads=3), keep_people=True)
    assert again.arms[0].outcomes == one.arms[0].outcomes
    assert again.arms[0].people.equals(one.arms[0].people)
    np.testing.assert_array_equal(again.arms[0].platelets.counts, one.arms[0].platelets.counts)


def test_every_arm_has_the_same_patients(several):
    first, *others = [arm.people.select("weight_kg", "baseline_1e9_per_l") for arm in several.arms]
    assert all(each.equals(first) for each in others)


def test_an_event_table_gives_what_the_same_phrase_gives(one, several):
    # 0.2 d is not 250 min: only what does not hang on the rate agrees
    by_table = {o.id: o.value for o in several.arms[3].outcomes}
    phrase = compare(Request((Regimen.parse("IVIG 1 g/kg over 0.2 d daily x2"),), patients=40, days=30))
    assert by_table == {o.id: o.value for o in phrase.arms[0].outcomes}
    assert [row.id for row in several.arms[3].published] == [row.id for row in one.arms[0].published]


def test_patients_are_not_kept_unless_asked_for():
    assert compare(Request((None,), patients=5, days=7)).arms[0].people is None


@pytest.mark.parametrize(
    ("treatments", "message"),
    [((), "no regimen is given"), ((TWO_DAYS,) * 7, "7 regimens are given; accepted: 1 to 6")],
)
def test_a_number_of_arms_is_refused(treatments, message):
    with pytest.raises(InputError, match=message):
        compare(Request(treatments))


def test_every_arm_is_checked_before_any_is_simulated(monkeypatch):
    started = []
    monkeypatch.setattr(module, "_arm", lambda *_: started.append(1))
    with pytest.raises(InputError, match="at most 5 g/kg"):
        compare(Request((TWO_DAYS, Regimen.parse("IVIG 6 g/kg")), patients=5))
    assert not started


def failing(rows):
    """Return `simulate_chunks` with some patients of every chunk failed."""

    def chunks(*treatment, **settings):
        for part in simulate_chunks(*treatment, **settings):
            values = {name: array.copy() for name, array in part.outputs.items()}
            bad = [row for row in rows if row < len(part)]
            for array in values.values():
                array[bad] = np.nan
            yield replace(part, outputs=values, failures=dict.fromkeys(bad, "it broke"))

    return chunks


def test_failed_patients_are_counted_and_left_out(monkeypatch):
    monkeypatch.setattr(module, "simulate_chunks", failing([2]))
    arm = compare(Request((TWO_DAYS,), patients=10, days=14, chunk=5), keep_people=True).arms[0]
    assert arm.failures == {2: "it broke", 7: "it broke"}
    found = {outcome.id: outcome for outcome in arm.outcomes}
    assert (found["failed"].value, found["peak"].n, arm.platelets.n, arm.igg.n) == (2, 8, 8, 8)
    assert arm.people["igg_peak_d"].null_count() == arm.people["peak_1e9_per_l"].null_count() == 2


def test_a_run_without_a_finished_patient_is_no_result(monkeypatch):
    monkeypatch.setattr(module, "simulate_chunks", failing(range(10)))
    with pytest.raises(RunFailed, match="all 4 patients failed under 'untreated': it broke"):
        compare(Request((None,), patients=4, days=14))
