from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.outcomes import Interval, bootstrap_median, mean_interval, median_positions, stream, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe 1998 Stat Med 17:857, Table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # By hand: z^2 / (n + z^2) at 0 of 10 is 3.841459 / 13.841459.
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        # R, 6 of 32 cars of mtcars.
        (6, 32, 0.08889545, 0.35309155),
    ],
)
def test_wilson_of_published_examples(successes, n, low, high):
    digits = 8 if n == 32 else 4
    assert [round(float(limit), digits) for limit in wilson(successes, n)] == [low, high]


@given(
    st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.999)
)
def test_wilson_lies_within_0_and_1_and_holds_the_share(drawn, level):
    successes, n = drawn
    low, high = wilson(successes, n, level)
    assert 0 <= low <= successes / n <= high <= 1


def test_wilson_takes_arrays():
    low, high = wilson([0, 5, 10], 10)
    assert low.shape == high.shape == (3,)
    np.testing.assert_allclose(low, 1 - high[::-1])


@pytest.mark.parametrize(
    ("successes", "n", "level"), [(1, 0, 0.95), (-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0)]
)
def test_wilson_refuses_what_is_no_share(successes, n, level):
    with pytest.raises(InputError, match="accepted is"):
        wilson(successes, n, level)


@pytest.mark.parametrize("n", [15, 16, 101, 102])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_median_interval_is_that_of_brute_force_resampling(n, level):
    rng = np.random.default_rng(n)
    values = np.arange(n) + rng.uniform(0, 0.1, n)
    found = bootstrap_median(values, stream(3, "test"), level, resamples=100_000)
    medians = np.median(rng.choice(values, (20_000, n)), axis=1)
    low, high = np.quantile(medians, [(1 - level) / 2, (1 + level) / 2])
    assert found.value == pytest.approx(np.median(values))
    assert found.low == pytest.approx(low, abs=0.6)  # the medians are about 1 (odd n) or 0.5 apart
    assert found.high == pytest.approx(high, abs=0.6)


@pytest.mark.parametrize("n", [5, 21, 57])
def test_median_interval_of_odd_n_is_the_exact_one(n):
    # The median of a resample is at most value k when at least half of the n draws are among the first k.
    half = (n + 1) // 2
    at_most = [
        sum(comb(n, j) * k**j * (n - k) ** (n - j) for j in range(half, n + 1)) / n**n for k in range(n + 1)
    ]
    low, high = (next(k for k in range(n + 1) if at_most[k] >= p) for p in (0.025, 0.975))
    found = bootstrap_median(np.arange(1, n + 1), stream(1, "exact"), resamples=200_000)
    assert found == Interval(half, low, high)


def test_a_median_that_is_never_reached_is_none():
    never = np.inf
    assert bootstrap_median([1, never, never], stream(1, "x")).value is None
    assert bootstrap_median([1, 2, never, never], stream(1, "x")) == Interval(None, 1, None)
    assert bootstrap_median([1] * 70 + [never] * 30, stream(1, "x")) == Interval(1, 1, 1)
    assert bootstrap_median([1] * 52 + [never] * 48, stream(1, "x")) == Interval(1, 1, None)


def test_one_value_is_its_own_median():
    assert bootstrap_median([3.5], stream(1, "x")) == Interval(3.5, 3.5, 3.5)


@pytest.mark.parametrize("values", [[], [1.0, np.nan]])
def test_a_median_of_nothing_is_refused(values):
    with pytest.raises(InputError, match="at least one value"):
        bootstrap_median(values, stream(1, "x"))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.randoms())
def test_median_does_not_depend_on_the_order_of_patients(values, random):
    shuffled = values.copy()
    random.shuffle(shuffled)
    assert bootstrap_median(values, stream(5, "x")) == bootstrap_median(shuffled, stream(5, "x"))


def test_a_stream_belongs_to_its_seed_and_name():
    draws = {stream(seed, name).random() for seed in (0, 1, 2**64 - 1) for name in ("peak", "time")}
    assert len(draws) == 6


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(InputError, match=f"seed is {seed}; accepted is a whole number from 0"):
        stream(seed, "x")


def test_median_positions_agree_with_the_interval_on_ranks():
    n = 1001
    low, high = median_positions(n, stream(1, "x"))
    found = bootstrap_median(np.arange(1, n + 1), stream(1, "x"))
    assert (np.ceil(low * n), np.ceil(high * n)) == (found.low, found.high)


def test_mean_interval_by_hand():
    # Mean 4, variance (9 + 1 + 1 + 1) / 3 = 4, standard error 2 / sqrt(4) = 1.
    found = mean_interval([1.0, 5, 5, 5])
    assert (found.value, found.low, found.high) == pytest.approx((4, 4 - 1.959964, 4 + 1.959964))
    assert mean_interval([4.0]) == Interval(4, None, None)
    with pytest.raises(InputError, match="a mean needs"):
        mean_interval([1.0, np.inf])
