"""Smoother, emulator and chains on a problem whose posterior is known: a linear model with normal noise."""

import numpy as np
import pytest

from ivigsim.fit.emulator import fit_emulator
from ivigsim.fit.likelihood import Observed
from ivigsim.fit.posterior import TAU_PRIOR, sample_chains, tau_of
from ivigsim.fit.smoother import smooth

# three means of two parameters; noise well above the differences between trials that the smoother assumes
DESIGN = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
ROWS = [Observed(f"E{i}", f"trial {i}", "normal", 4, y, 0.5) for i, y in enumerate((0.6, 1.1, 0.8))]
SPREAD = 1e-3


def show(points):
    centres = points @ DESIGN.T
    return np.stack([centres, np.full_like(centres, SPREAD)], axis=-1)


def exact():
    precision = np.eye(2) + DESIGN.T @ DESIGN / 0.25
    covariance = np.linalg.inv(precision)
    return covariance @ DESIGN.T @ [row.value for row in ROWS] / 0.25, np.sqrt(np.diag(covariance))


def run(folder, show=show, members=400, steps=4):
    fitted = np.ones(3, dtype=bool)
    return smooth(
        ROWS, show, fitted=fitted, parameters=2, members=members, steps=steps, seed=5, folder=folder
    )


def test_the_smoother_finds_the_posterior(tmp_path):
    points = run(tmp_path)[-1].points
    mean, sd = exact()
    np.testing.assert_allclose(points.mean(axis=0), mean, atol=0.08)
    np.testing.assert_allclose(points.std(axis=0), sd, rtol=0.15)


def test_a_killed_run_ends_as_if_it_had_not_been(tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    expected = run(whole, members=20)
    calls = []

    def dying(points):
        calls.append(len(points))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return show(points)

    with pytest.raises(KeyboardInterrupt):
        run(cut, dying, members=20)
    assert sorted(path.name for path in cut.iterdir()) == ["step-0.npz", "step-1.npz"]
    found = run(cut, members=20)
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_array_equal(a.points, b.points)
        np.testing.assert_array_equal(a.shown, b.shown)


def test_the_emulator_learns_a_curve_and_states_its_error():
    rng = np.random.default_rng(2)
    points = rng.standard_normal((300, 5))
    truth = 2 * points[:, 0] - points[:, 1] ** 2 + points[:, 0] * points[:, 2]
    noisy = truth + 0.1 * rng.standard_normal(300)
    rows = [Observed("E0", "t", "normal", 10, 0.0, None)]
    emulator = fit_emulator(points, np.stack([noisy, np.ones(300)], axis=-1)[:, None], rows)
    assert emulator.explained[0] > 0.98
    assert emulator.error[0] == pytest.approx(0.1, rel=0.3)
    new = rng.standard_normal((50, 5))
    expected = 2 * new[:, 0] - new[:, 1] ** 2 + new[:, 0] * new[:, 2]
    assert np.abs(emulator(new)[:, 0] - expected).mean() < 0.1


def test_chains_on_the_emulator_find_the_posterior():
    rng = np.random.default_rng(4)
    points = rng.standard_normal((200, 2))
    emulator = fit_emulator(points, show(points), ROWS)
    start = np.concatenate([points[:40], rng.standard_normal((40, 1))], axis=1)
    chains = sample_chains(emulator, start, np.ones(3, dtype=bool), draws=1500, seed=6)
    mean, sd = exact()
    flat = chains.points.reshape(-1, 3)
    np.testing.assert_allclose(flat[:, :2].mean(axis=0), mean, atol=0.06)
    np.testing.assert_allclose(flat[:, :2].std(axis=0), sd, rtol=0.12)
    # these rows say nothing of differences between trials: the prior stays
    assert np.median(tau_of(flat)) == pytest.approx(TAU_PRIOR[0], rel=0.15)


def test_a_row_left_out_does_not_count():
    rng = np.random.default_rng(4)
    points = rng.standard_normal((200, 2))
    emulator = fit_emulator(points, show(points), ROWS)
    start = np.concatenate([points[:40], rng.standard_normal((40, 1))], axis=1)
    chains = sample_chains(emulator, start, np.array([True, False, False]), draws=800, seed=6)
    assert chains.points[..., 1].std() == pytest.approx(1.0, rel=0.1)  # nothing known of the second
