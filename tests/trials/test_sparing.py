"""The least dose is the least on its grid, in the patients of `simulate`."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import ivigsim
from ivigsim.cli.entry import app
from ivigsim.errors import InputError
from ivigsim.trials.sparing import STEP_G_PER_KG, Goal, Search


@pytest.fixture(scope="module")
def found():
    return Search(Goal.parse("60% at >=50e9/L by day 3"), patients=200, splits=(1, 5)).run()


def share(phrase, goal, patients=200):
    sim = ivigsim.simulate(phrase, patients=patients, seed=1, days=goal.day)
    return (sim["platelets"][:, 1:] >= goal.count).any(axis=1).mean()


def test_the_least_reaches_the_goal_and_a_step_less_does_not(found):
    (option,) = (each for each in found.least if each.days == 1)
    assert option.share == pytest.approx(share(option.phrase, found.goal), abs=1e-9)
    assert option.share >= found.goal.share
    below = f"IVIG {option.total_g_per_kg - STEP_G_PER_KG:g} g/kg"
    assert share(below, found.goal) < found.goal.share


def test_what_cannot_reach_the_goal_is_said(found):
    hard = Search(Goal.parse("99% at >=300e9/L by day 1"), patients=50, splits=(5,), most_g_per_kg=1.0).run()
    assert hard.answer is None
    assert hard.best[0].total_g_per_kg == 1.0
    assert found.answer is not None
    assert found.answer.grams == min(option.grams for option in found.least)


def test_more_ivig_gives_more_response(found):
    for days in (1, 5):
        curve = [option for option in found.curve if option.days == days]
        shares = [option.share for option in curve]
        assert shares == sorted(shares)
        assert [option.grams for option in curve] == sorted(option.grams for option in curve)


def test_the_most_is_never_exceeded():
    found = Search(Goal.parse("60% at >=50e9/L by day 3"), patients=50, splits=(1,), most_g_per_kg=0.18).run()
    assert max(option.total_g_per_kg for option in (*found.best, *found.curve)) <= 0.18 + 1e-9


def test_whole_vials_change_the_grams():
    exact = Search(Goal.parse("50% at >=50e9/L by day 7"), patients=50, splits=(1,)).run()
    vials = Search(
        Goal.parse("50% at >=50e9/L by day 7"),
        patients=50,
        splits=(1,),
        dosing=(("dosing_weight", "adjusted"), ("vial_g", 10.0), ("rounding", "down")),
    ).run()
    pairs = zip(exact.curve, vials.curve, strict=True)
    assert all(less.grams <= more.grams for more, less in pairs)


@given(st.floats(0.1, 99.9), st.floats(1, 900), st.integers(1, 60))
def test_goals_are_read_as_written(share, count, day):
    goal = Goal.parse(f"{share:.6g}% at >={count:.6g}e9/L by day {day}")
    assert (goal.share * 100, goal.count, goal.day) == (
        pytest.approx(share, rel=1e-5),
        pytest.approx(count, rel=1e-5),
        day,
    )
    assert Goal.parse(str(goal)).day == goal.day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "70",
        "70% by day 3",
        "170% at >=50e9/L by day 3",
        "70% at >=50e9/L by day 99",
        "0% at >=50 by day 2",
    ],
)
def test_wrong_goals_are_refused_in_a_sentence(text):
    with pytest.raises(InputError, match="accepted"):
        Goal.parse(text)


def test_command_prints_json():
    command = [
        "optimise",
        "--goal",
        "50% at >=30e9/L by day 7",
        "--patients",
        "60",
        "--splits",
        "1",
        "--json",
    ]
    result = CliRunner().invoke(app, command)
    content = json.loads(result.stdout)
    assert content["answer"]["phrase"].startswith("IVIG ")
    assert content["goal"] == "50% at >=30e9/L by day 7"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--splits", "1;2"], "--splits is '1;2'"),
        (["--splits", "0"], "days of a split is 0"),
        (["--most", "9"], "the most IVIG is 9 g/kg"),
        (["--with", "prednisolon 1 mg/kg"], "prednisolone"),
        (["--dosing-weight", "lean"], "dosing_weight"),
        (["--vial", "-5"], "vial_g"),
        (["--goal", "5% at >=1e9/L by day 3"], "is met with no treatment alone"),
        (["--goal", "7.0.0% at >=50e9/L by day 3"], "cannot be read"),
        (["--population", "healthy"], "has no ITP"),
    ],
)
def test_wrong_options_are_refused_in_a_sentence(options, says):
    result = CliRunner().invoke(app, ["optimise", "--patients", "50", *options])
    assert isinstance(result.exception, InputError)
    assert says in str(result.exception)
    assert "\n" not in str(result.exception)
