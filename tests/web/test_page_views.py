"""The numbers of the page are those of ivigsim, and the code beside them gives them again."""

import contextlib
import io
import json
import math
import shlex

import numpy as np
import pytest

import ivigsim
from ivigsim.outcomes import first_at_least
from ivigsim.report.comparison import Request, compare
from ivigsim.treatment import Regimen
from ivigsim.web.jobs import Stopped, Task
from ivigsim.web.page.details import detail
from ivigsim.web.page.results import Refused, arms
from ivigsim.web.page.state import State
from ivigsim.web.page.view_evidence import share_curve
from ivigsim.web.page.view_response import difference_of
from ivigsim.web.page.views import VIEW_BUILDERS

SMALL = State(patients=40, days=21)
TASK = Task(1)


@pytest.fixture(scope="module")
def compared():
    """The same comparison by the report, both regimens at once."""
    treatments = tuple(Regimen.parse(phrase) for phrase in SMALL.phrases.values())
    return compare(Request(treatments, patients=40, days=21))


def test_outcomes_are_those_of_the_command(compared):
    for letter, arm in zip("AB", compared.arms, strict=True):
        assert arms(SMALL, TASK)[letter].outcomes == arm.outcomes


def test_curves_are_those_of_the_report(compared):
    for letter, arm in zip("AB", compared.arms, strict=True):
        curve = arms(SMALL, TASK)[letter].curves.outputs["platelets"]
        assert curve.p50 == pytest.approx(arm.platelets.quantile(0.5))


def test_the_other_curves_are_quantiles_of_the_patients():
    sim = ivigsim.simulate(SMALL.a, patients=40, days=21)
    curve = arms(SMALL, TASK)["A"].curves.outputs["phagocytosis"]
    assert curve.p95 == pytest.approx(np.quantile(sim["phagocytosis"], 0.95, axis=0))


def test_a_difference_is_of_the_same_patients():
    found = arms(SMALL, TASK)
    pairs, interval = difference_of(found, "responded_by_day_7")
    shares = [found[letter].outcome("responded_by_day_7").value for letter in "AB"]
    assert pairs.n == 40
    assert 100 * interval.value == pytest.approx(shares[1] - shares[0])
    assert interval.low <= interval.value <= interval.high


def test_shares_by_day_follow_the_first_count():
    sim = ivigsim.simulate(SMALL.a, patients=40, days=21)
    found = share_curve(sim["platelets"], 50)
    first = first_at_least(sim.time, sim["platelets"], 50)
    assert found.by[7] == pytest.approx(100 * np.mean(first <= 7))
    assert np.all(np.diff(found.by) >= 0)
    assert np.all(found.low <= found.by)
    assert np.all(found.by <= found.high)


@pytest.mark.parametrize("view", VIEW_BUILDERS)
@pytest.mark.parametrize(
    "state",
    [
        State(patients=20, days=10),
        State(patients=20, days=3, b=""),
        State(a="untreated", b="splenectomy", patients=20, days=10, covariates={"splenectomised": False}),
        State(
            a="rituximab 375 mg/m2 every 7 d x4",
            b="IVIG 70 g",
            patients=20,
            days=30,
            product="Privigen",
            population="child-new",
            covariates={"age_years": 6.0, "weight_kg": 20.0, "fcgr3a": "VV"},
            switches={"fcrn_saturation": False, "dimer_blockade": True},
            extreme=True,
        ),
        State(patients=20, days=10, population="healthy", product="Octagam 10%"),
    ],
    ids=["usual", "one", "untreated", "child", "healthy"],
)
def test_every_view_stands_for_every_choice(view, state):
    panel = VIEW_BUILDERS[view](state, TASK)
    assert panel.view == view
    assert panel.status
    assert "nan" not in json.dumps(panel.charts, allow_nan=False).lower()
    assert all("NaN" not in text and "None" not in text for text in panel.html.values())
    if panel.command:
        assert shlex.split(panel.command)[0] == "ivigsim"


def test_dose_marks_and_published_counts_are_in_the_chart():
    chart = VIEW_BUILDERS["courses"](SMALL, TASK).charts["platelets"]
    assert [dose["times"] for arm in chart["arms"] for dose in arm["doses"]] == [[0, 1], [0, 1, 2, 3, 4]]
    assert [count for count, _ in chart["thresholds"]] == [30, 50, 100]
    assert {point["id"]: point["same"] for point in chart["published"]} == {"E022": True}


def test_text_from_outside_cannot_become_html():
    phrase = "IVIG 1 g/kg<script>"
    from ivigsim.web.page.state import read_query

    sentence = read_query(f"a={phrase}")[1]["a"]
    assert "<script>" in sentence  # sent as text, and put into the page as text


KEYS = [
    "parameter:k_int",
    "parameter:igg_baseline",
    "switch:fcrn_saturation",
    "covariate:weight_kg",
    "covariate:fcgr3a",
    "outcome:A:responded_by_day_7",
    "outcome:B:igg_peak_mean",
    "output:A:phagocytosis:7",
    "difference:responded_by_day_1",
    "published:E019",
    "share:A:fc_gamma_blockade:7",
    "redcell:A:1",
    "event:A:headache:0",
]


@pytest.mark.parametrize("key", KEYS)
def test_a_value_says_where_it_comes_from(key):
    found = detail(key, SMALL, TASK)
    for part in (found.title, found.value, found.unit, found.spread, found.source, found.command, found.code):
        assert part
    assert shlex.split(found.command)[0] == "ivigsim"


def run(code):
    """Run the lines that stand beside a value, and return what they print."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "code", "exec"), {})
    return printed.getvalue()


@pytest.mark.parametrize("key", KEYS)
def test_the_code_beside_a_value_runs(key):
    run(detail(key, SMALL, TASK).code)


@pytest.mark.parametrize("id_", ["responded_by_day_7", "highest_median", "igg_peak_mean"])
def test_the_code_beside_an_outcome_gives_it(id_):
    outcome = arms(SMALL, TASK)["A"].outcome(id_)
    assert run(detail(f"outcome:A:{id_}", SMALL, TASK).code).strip() == repr(outcome)


def test_the_code_beside_a_course_gives_it():
    printed = run(detail("output:A:phagocytosis:7", SMALL, TASK).code)
    middle = float(printed.strip("[] \n").split()[2])
    assert middle == pytest.approx(arms(SMALL, TASK)["A"].curves.outputs["phagocytosis"].p50[7], rel=1e-6)


@pytest.mark.parametrize("view", ["courses", "why", "redcell"])
def test_the_code_below_a_view_runs(view):
    run(VIEW_BUILDERS[view](SMALL, TASK).code)


@pytest.mark.parametrize(
    "key",
    ["x", "parameter", "parameter:k", "outcome:C:iwg_r", "output:A:platelets:99", "published:E", "a:b:c:d"],
)
def test_a_value_that_is_none_is_refused_in_words(key):
    with pytest.raises(ivigsim.InputError, match="accepted"):
        detail(key, SMALL, TASK)


def test_a_regimen_that_cannot_be_given_is_named():
    with pytest.raises(Refused) as caught:
        arms(State(b="IVIG 20 g/kg", patients=20), TASK)
    assert caught.value.letter == "B"


def test_a_run_that_nobody_waits_for_ends():
    task = Task(1)
    task.cancel()
    with pytest.raises(Stopped):
        arms(State(patients=21, days=5), task)


def test_progress_reaches_the_end():
    told = []
    arms(State(patients=23, days=5), Task(1, lambda done, total: told.append((done, total))))
    assert told[-1] == (46, 46)
    assert all(math.isfinite(done) and 0 < done <= total for done, total in told)
