"""The platelet rise of virtual patients, split by mechanism."""

import numpy as np
import pytest

import ivigsim
from ivigsim.errors import InputError
from ivigsim.mechanisms import DEFAULT_MECHANISMS, AttributionFailed
from ivigsim.mechanisms.bootstrap import MOST_GROUPS, ratio_limits
from ivigsim.model.parameters import switches

TWO_DAYS = "IVIG 1 g/kg daily x2"
PATIENTS, DAYS = 40, 14


@pytest.fixture(scope="module")
def split():
    return ivigsim.explain(TWO_DAYS, patients=PATIENTS, seed=1, days=DAYS)


@pytest.fixture(scope="module")
def platelets():
    """Platelets of the same patients, by the mechanisms that are off."""
    off = {"none": (), "all": DEFAULT_MECHANISMS}
    return {
        name: ivigsim.simulate(
            TWO_DAYS, patients=PATIENTS, seed=1, days=DAYS, switches=dict.fromkeys(names, False)
        )["platelets"]
        for name, names in off.items()
    }


def test_the_layers_add_up_to_the_whole_rise(split, platelets):
    whole = platelets["none"] - platelets["none"][:, :1]
    np.testing.assert_allclose(split.contributions.sum(axis=0) + split.other, whole.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(split.by_patient.sum(axis=2), whole[:, list(split.days)], atol=1e-9)
    assert split.baseline == pytest.approx(platelets["none"][:, 0].mean(), abs=1e-9)


def test_attributed_and_other_are_what_the_mechanisms_on_and_off_give(split, platelets):
    np.testing.assert_allclose(
        split.attributed, (platelets["none"] - platelets["all"]).mean(axis=0), atol=1e-9
    )
    without = platelets["all"] - platelets["all"][:, :1]
    np.testing.assert_allclose(split.other, without.mean(axis=0), atol=1e-9)


def test_shares_add_up_to_the_whole(split):
    for day in split.days:
        assert sum(s.share for s in split.shares if s.mechanism and s.day == day) == pytest.approx(100.0)


def test_blockade_makes_most_of_the_first_day_and_the_immune_network_none(split):
    first = {share.mechanism: share for share in split.shares if share.day == 1}
    assert first["fc_gamma_blockade"].share > 60
    assert abs(first["regulatory_t_cells"].share) < 1
    for share in split.shares:
        assert share.low <= share.share <= share.high
        assert list(share.percentiles) == sorted(share.percentiles)
        assert 0 < share.patients <= PATIENTS


def test_chunks_and_threads_change_nothing(split):
    other = ivigsim.explain(TWO_DAYS, patients=PATIENTS, seed=1, days=DAYS, chunk=7, threads=3)
    np.testing.assert_array_equal(other.by_patient, split.by_patient)
    np.testing.assert_array_equal(other.numbers, split.numbers)
    np.testing.assert_allclose(other.contributions, split.contributions, atol=1e-12)
    assert other.shares == split.shares


def test_a_switch_that_does_nothing_gets_nothing():
    # cells of group O carry no antigen for isoagglutinins, so there is no red-cell load
    found = ivigsim.explain(
        TWO_DAYS,
        mechanisms=["fc_gamma_blockade", "red_cell_load", "anti_idiotype"],
        covariates={"blood_group": "O"},
        patients=20,
        days=7,
    )
    np.testing.assert_allclose(found.contributions[1], 0.0, atol=1e-9)
    np.testing.assert_allclose(found.by_patient[:, :, 1], 0.0, atol=1e-9)


def test_the_order_of_the_mechanisms_does_not_matter(split):
    turned = ivigsim.explain(
        TWO_DAYS, mechanisms=DEFAULT_MECHANISMS[::-1], patients=PATIENTS, seed=1, days=DAYS
    )
    np.testing.assert_allclose(turned.contributions[::-1], split.contributions, atol=1e-9)


def test_sampled_orders_agree_within_their_error_and_add_up(split):
    found = ivigsim.explain(TWO_DAYS, patients=PATIENTS, seed=1, days=DAYS, permutations=8, chunk=9)
    np.testing.assert_allclose(found.attributed, split.attributed, atol=1e-9)
    assert (found.runs, found.permutations) == (42, 8)
    difference = np.abs(found.contributions - split.contributions)[:, 1:]
    assert (difference <= 4.5 * found.standard_error[:, 1:] + 1e-9).all()
    assert found.standard_error[0, 7] < 0.1 * split.contributions[0, 7]


def test_more_than_six_mechanisms_are_sampled():
    found = ivigsim.explain(TWO_DAYS, mechanisms=list(switches()), patients=10, days=3)
    assert found.permutations == 16
    assert found.runs == 16 * (len(switches()) - 1) + 2
    assert all(share.sampling_error is not None for share in found.shares)
    # nothing is left: all that IVIG does to platelets has a switch
    np.testing.assert_allclose(found.other, 0.0, atol=1e-3)


def test_other_switches_stay_as_told_in_every_simulation():
    found = ivigsim.explain(
        TWO_DAYS, mechanisms=["anti_idiotype"], switches={"fc_gamma_blockade": False}, patients=10, days=3
    )
    whole = ivigsim.simulate(TWO_DAYS, switches={"fc_gamma_blockade": False}, patients=10, days=3)[
        "platelets"
    ]
    np.testing.assert_allclose(found.rise, (whole - whole[:, :1]).mean(axis=0), atol=1e-9)
    assert found.switches["fc_gamma_blockade"] is False


def test_the_table_holds_every_patient_day_and_layer(split):
    table = split.to_polars()
    assert table.columns == ["patient", "day", "mechanism", "contribution"]
    assert table.height == PATIENTS * len(split.days) * 7
    mean = table.filter(day=7, mechanism="anti_idiotype")["contribution"].mean()
    assert mean == pytest.approx(split.contributions[3, 7], abs=1e-9)
    assert split.by_patient[5, 2, 6] == table.filter(patient=5, day=7, mechanism="other")["contribution"][0]


def test_without_a_rise_there_is_no_share():
    off = dict.fromkeys(switches(), False)
    del off["red_cell_load"]
    found = ivigsim.explain(
        TWO_DAYS,
        mechanisms=["red_cell_load"],
        switches=off,
        covariates={"blood_group": "O"},
        patients=5,
        days=3,
    )
    assert np.abs(found.rise).max() < 1e-3
    assert [(s.share, s.patients, s.percentiles) for s in found.shares] == [(None, 0, ())] * 2


def test_failed_patients_are_named_and_left_out(monkeypatch):
    from ivigsim.engine.integrator import Integrator, Solution

    solve = Integrator.solve

    def fails(self, values, doses, grid, pace=None):
        found = solve(self, values, doses, grid, pace)
        if values["anti_idiotype"][0]:
            found.outputs["platelets"][1] = np.nan
            return Solution(found.outputs, {1: "it broke"}, found.states)
        return found

    monkeypatch.setattr(Integrator, "solve", fails)
    found = ivigsim.explain(TWO_DAYS, mechanisms=["anti_idiotype"], patients=6, days=3, chunk=3)
    assert found.failures == {1: "it broke", 4: "it broke"}
    assert found.numbers.tolist() == [0, 2, 3, 5]
    assert np.isfinite(found.by_patient).all()


def test_when_everyone_fails_the_reason_is_said(monkeypatch):
    from ivigsim.engine.integrator import Integrator, Solution

    def fails(_self, values, _doses, grid, _pace=None):
        count = len(values["anti_idiotype"])
        nothing = {"platelets": np.full((count, len(grid)), np.nan)}
        return Solution(nothing, dict.fromkeys(range(count), "it broke"), np.empty((0, count)))

    monkeypatch.setattr(Integrator, "solve", fails)
    with pytest.raises(AttributionFailed, match=r"all 3 patients failed under 'IVIG .*it broke"):
        ivigsim.explain(TWO_DAYS, patients=3, days=3)


WRONG = {
    "unknown": ({"mechanisms": ["fcrn_saturaton"]}, "nearest: 'fcrn_saturation'"),
    "text": ({"mechanisms": "fcrn_saturation"}, "accepted: a list"),
    "none": ({"mechanisms": []}, "accepted: a list"),
    "twice": ({"mechanisms": ["anti_idiotype"] * 2}, "given twice"),
    "switched": ({"switches": {"anti_idiotype": False}}, "one of the two"),
    "untreated": ({"treatment": None}, "an untreated course has no rise"),
    "odd": ({"permutations": 5}, "nearest: 6"),
    "few": ({"permutations": 2}, "nearest: 4"),
    "days": ({"days": 0}, "nearest: 1"),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_is_refused_before_the_work(changed, said):
    request = {"treatment": TWO_DAYS} | changed
    with pytest.raises(InputError, match=said):
        ivigsim.explain(request.pop("treatment"), **request)


def test_the_bootstrap_covers_a_known_ratio_and_groups_change_it_little():
    rng = np.random.default_rng(1)
    whole = rng.lognormal(3.0, 0.5, 3 * MOST_GROUPS)
    parts = np.column_stack([0.3 * whole + rng.normal(0, 2, len(whole)), 0.7 * whole])
    low, high = ratio_limits(parts, whole, seed=1)
    assert low[0] < 0.3 < high[0]
    linear = (parts[:, 0] - whole * parts[:, 0].sum() / whole.sum()) / whole.mean()
    assert (high - low)[0] == pytest.approx(2 * 1.96 * linear.std() / len(whole) ** 0.5, rel=0.1)
    np.testing.assert_allclose([low[1], high[1]], 0.7, rtol=1e-12)
