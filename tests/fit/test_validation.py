"""Published rows beside simulated trials: intervals that hold what they say they hold."""

import numpy as np
import pytest

from ivigsim.evidence import load_rows
from ivigsim.fit.draws import Posterior, load_posterior
from ivigsim.fit.free import load_free
from ivigsim.fit.likelihood import SCALES
from ivigsim.fit.validation import validate
from ivigsim.model.parameters import load_parameters
from ivigsim.patients.population import load_population

ROWS = {row.id: row for row in load_rows()}
SOME = [ROWS[name] for name in ("E019", "E023", "E061", "E141", "E154", "E124")]


def posterior(tau_step, draws=6):
    """The prior median, with a between-trial SD."""
    points = np.zeros((draws, len(load_free()) + 1))
    points[:, -1] = tau_step
    return Posterior(tuple(free.id for free in load_free()), points)


@pytest.fixture(scope="module")
def found():
    return validate(SOME, posterior(0.0), patients=60, workers=1)


def test_every_row_has_its_interval(found):
    assert [verdict.row.id for verdict in found] == [row.id for row in SOME]
    for verdict in found:
        assert verdict.low <= verdict.median <= verdict.high
        assert verdict.low_alone <= verdict.high_alone
        assert verdict.inside == (verdict.low <= verdict.row.value <= verdict.high)
        assert verdict.error == verdict.median - verdict.row.value


def test_shares_stay_between_0_and_100(found):
    share = found[0]
    assert 0 <= share.low <= share.high <= 100


def test_differences_between_trials_widen_the_interval():
    none, much = (validate(SOME[:1], posterior(step), patients=60, workers=1)[0] for step in (-6.0, 2.0))
    assert none.high - none.low == pytest.approx(none.high_alone - none.low_alone, abs=4)
    assert much.high - much.low > 1.3 * (much.high_alone - much.low_alone)
    assert (much.low_alone, much.high_alone) == (none.low_alone, none.high_alone)


def test_chance_is_that_of_the_trials_size():
    # at one point of the parameters and no differences, a share of 57 patients is binomial
    verdict = validate(SOME[:1], posterior(-6.0, draws=60), patients=400, workers=1)[0]
    p = verdict.median / 100
    expected = 2 * 1.645 * np.sqrt(p * (1 - p) / 57) * 100
    assert verdict.high_alone - verdict.low_alone == pytest.approx(expected, rel=0.35)


def test_the_same_seed_gives_the_same_verdicts(found):
    again = validate(SOME, posterior(0.0), patients=60, workers=2)
    assert [(v.low, v.median, v.high, v.log_score) for v in again] == [
        (v.low, v.median, v.high, v.log_score) for v in found
    ]


def test_the_scales_make_a_t_with_4_degrees_of_freedom():
    rng = np.random.default_rng(1)
    mixture = np.resize(SCALES, 400_000) * rng.standard_normal(400_000)
    # 5 and 25% quantiles of Student's t with 4 degrees of freedom, from tables
    assert np.quantile(mixture, [0.05, 0.25]) == pytest.approx([-2.132, -0.741], rel=0.02)


def test_the_committed_draws():
    found = load_posterior()
    assert found.points.shape == (100, len(load_free()) + 1)
    assert np.isfinite(found.points).all()
    assert (np.abs(found.points) < 5).all()
    assert 0.05 < np.median(found.tau) < 0.5
    values = found.values()
    assert set(values) == {free.id for free in load_free()}


def test_the_pivotal_trial_lies_inside():
    rows = [ROWS[name] for name in ("E019", "E020", "E022", "E023")]
    verdicts = validate(rows, load_posterior(), patients=120, draws=20, workers=1)
    assert all(verdict.inside for verdict in verdicts), verdicts


def test_the_committed_parameters_are_the_middle_of_the_draws():
    table, middle = load_parameters(), load_posterior().middle
    for free, x in zip(load_free(), middle, strict=True):
        for parameter, value in zip(free.parameters, free.values(float(x)), strict=True):
            where = [load_population(name).parameters for name in free.populations] or [table]
            for known in where:
                assert getattr(known[parameter], free.part) == pytest.approx(value, rel=2e-3), free.id
