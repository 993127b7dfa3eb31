"""The arithmetic of Shapley values on games worked by hand."""

import numpy as np
import pytest

from ivigsim.mechanisms.shapley import exact, sampled, weights

# Two mechanisms: alone 30 and 10, together 60, none 2. By hand: (28 + 50) / 2 = 39 and (8 + 30) / 2 = 19.
TWO = {(False, False): 2.0, (True, False): 30.0, (False, True): 10.0, (True, True): 60.0}


def two(on):
    return np.array([TWO[tuple(bool(x) for x in on)]])


def synergy(on):
    """Three players in 500 games that differ: products of any of them, none symmetric."""
    size = 1.0 + np.arange(500.0) / 500.0
    a, b, c = (on[..., i].astype(float) for i in range(3))
    return size * (10.0 * a + 5.0 * b - 3.0 * c + 8.0 * a * b - 4.0 * a * b * c + 6.0 * b * c)


def ranks(pairs, games, players, seed=1):
    return np.random.default_rng(seed).random((pairs, games, players)).argsort(axis=2).argsort(axis=2)


def test_two_mechanisms_by_hand():
    split = exact(two, 2)
    np.testing.assert_allclose(split.contributions[:, 0], [39.0, 19.0], rtol=1e-15)
    assert (split.without[0], split.complete[0]) == (2.0, 60.0)
    assert split.variance is None


def test_three_players_by_hand():
    # a product of players is shared evenly among them
    contributions = exact(synergy, 3).contributions[:, 0]
    np.testing.assert_allclose(contributions, [10 + 4 - 4 / 3, 5 + 4 + 3 - 4 / 3, -3 + 3 - 4 / 3], rtol=1e-12)


@pytest.mark.parametrize("players", range(1, 8))
def test_contributions_add_up_in_a_random_game(players):
    table = np.random.default_rng(players).normal(size=(2**players, 4))
    split = exact(lambda on: table[int(on @ (1 << np.arange(players)))], players)
    np.testing.assert_allclose(split.contributions.sum(axis=0), table[-1] - table[0], atol=1e-12)
    # every player's weights cancel: adding a constant to a game changes no contribution
    np.testing.assert_allclose(weights(players).sum(axis=1), 0.0, atol=1e-12)


def test_a_player_that_changes_nothing_gets_nothing_and_equal_players_get_the_same():
    split = exact(lambda on: np.array([7.0 * (on[0] | on[2]) + 0.0 * on[1]]), 3)
    np.testing.assert_allclose(split.contributions[:, 0], [3.5, 0.0, 3.5], atol=1e-15)


def test_renaming_players_renames_their_contributions():
    turned = exact(lambda on: synergy(on[..., [2, 0, 1]]), 3).contributions
    np.testing.assert_allclose(turned[[2, 0, 1]], exact(synergy, 3).contributions, rtol=1e-12)


def test_sampled_orders_agree_with_all_subsets_within_their_error():
    truth, split = exact(synergy, 3), sampled(synergy, ranks(6, 500, 3))
    np.testing.assert_allclose(split.contributions.sum(axis=0), truth.complete - truth.without, rtol=1e-12)
    error = np.sqrt(split.variance.sum(axis=1)) / 500
    difference = np.abs((split.contributions - truth.contributions).mean(axis=1))
    assert (error > 0).all()
    assert (difference < 4 * error).all()


def test_the_stated_error_is_that_of_repeated_sampling():
    repeats = [sampled(synergy, ranks(4, 500, 3, seed)) for seed in range(200)]
    found = np.array([split.contributions[:, 0] for split in repeats])
    stated = np.mean([split.variance[:, 0] for split in repeats], axis=0)
    np.testing.assert_allclose(found.var(axis=0, ddof=1), stated, rtol=0.3)


def test_an_order_and_its_reverse_are_exact_when_players_act_in_pairs_only():
    def pairs(on):
        return np.array([4.0 * on[..., 0] * on[..., 1] + 6.0 * on[..., 1] * on[..., 2]]).reshape(
            -1
        ) + np.zeros(1)

    split = sampled(pairs, ranks(3, 1, 3))
    np.testing.assert_allclose(split.contributions[:, 0], [2.0, 5.0, 3.0], rtol=1e-12)
    np.testing.assert_allclose(split.variance, 0.0, atol=1e-20)
