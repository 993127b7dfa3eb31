"""Whole vials: the total that the rounding asks for, in as few vials as can be."""

from itertools import product as combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.products import load_products
from ivigsim.products.vials import ROUNDINGS, vials_for

SIZES = st.sampled_from([each.vial_sizes_g for each in load_products().values() if each.vial_sizes_g])


@pytest.mark.parametrize(
    ("dose", "sizes", "rounding", "counts", "grams"),
    [
        (70, [5, 10, 20, 40], "nearest", {40: 1, 20: 1, 10: 1}, 70),
        (72, [5, 10, 20, 40], "nearest", {40: 1, 20: 1, 10: 1}, 70),
        (72.5, [5, 10, 20, 40], "nearest", {40: 1, 20: 1, 10: 1, 5: 1}, 75),  # of two as near, the larger
        (71, [5, 10, 20, 40], "up", {40: 1, 20: 1, 10: 1, 5: 1}, 75),
        (74, [5, 10, 20, 40], "down", {40: 1, 20: 1, 10: 1}, 70),
        (50, [1, 5, 10, 25], "nearest", {25: 2}, 50),
        (30, [1, 10, 25], "nearest", {10: 3}, 30),  # the largest first would take six
        (7, [3, 6, 12], "nearest", {6: 1}, 6),
        (1.6, [1, 2.5], "nearest", {1: 2}, 2),  # 1.5 cannot be made
        (0.4, [1, 2.5], "up", {1: 1}, 1),
    ],
)
def test_worked_by_hand(dose, sizes, rounding, counts, grams):
    found = vials_for(dose, sizes, rounding)
    assert dict(found.counts) == counts
    assert (found.grams, found.given_g, found.left_g) == (grams, grams, 0)


def test_without_rounding_the_rest_of_the_vials_is_left_over():
    found = vials_for(68, [5, 10, 20, 40], "none")
    assert (found.grams, found.given_g, found.left_g) == (70, 68, 2)


def test_seven_vials_and_a_rounding_error_are_seven_vials():
    assert vials_for(0.7 * 50, [5.0], "up").number == 7  # 0.7 * 50 is 35 and a bit less
    assert vials_for(35 + 1e-12, [5.0], "up").number == 7


@settings(max_examples=200, deadline=None)
@given(st.floats(0.5, 300), SIZES, st.sampled_from(ROUNDINGS))
def test_the_total_is_the_rounded_dose(dose, sizes, rounding):
    assume(dose >= min(sizes) or rounding in ("up", "none"))
    found = vials_for(dose, sizes, rounding)
    assert sum(size * number for size, number in found.counts) == pytest.approx(found.grams, abs=1e-9)
    error = found.grams - dose
    least = min(sizes)
    bounds = {
        "nearest": (-least / 2, least / 2),
        "up": (0, least),
        "none": (0, least),
        "down": (-least, 0),
    }
    low, high = bounds[rounding]
    assert low - 1e-6 <= error <= high + 1e-6
    assert found.given_g == (dose if rounding == "none" else found.grams)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.lists(st.integers(1, 20), min_size=1, max_size=3, unique=True))
def test_no_fewer_vials_make_the_total(dose, sizes):
    found = vials_for(dose, sorted(sizes), "up")
    most = found.number
    ranges = [range(min(most, int(found.grams // size) + 1)) for size in sizes]  # fewer than found, of each
    for counts in combinations(*ranges):
        if sum(counts) < most:
            total = sum(n * size for n, size in zip(counts, sizes, strict=True))
            assert total != found.grams
            assert not dose <= total < found.grams


@pytest.mark.parametrize(
    ("dose", "rounding", "says"),
    [
        (2, "down", "nearest: --round up"),
        (2, "nearest", "no vial"),
        (70, "sideways", "unknown rounding"),
        (1e9, "nearest", "too large"),
    ],
)
def test_doses_that_make_no_vials_are_refused(dose, rounding, says):
    with pytest.raises(InputError, match=says):
        vials_for(dose, [5, 10], rounding)
