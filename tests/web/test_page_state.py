"""The address is the state: what is written is read again, and what is wrong is said in words."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigsim.patients.covariates import COVARIATES
from ivigsim.web.limits import Limits
from ivigsim.web.page.controls import controls
from ivigsim.web.page.phrases import completions, partners, recipe, with_drug, with_ivig
from ivigsim.web.page.skeleton import FILES, TABS
from ivigsim.web.page.state import VIEWS, State, read_query

SWITCHES = st.dictionaries(st.sampled_from(["fcrn_saturation", "anti_idiotype"]), st.just(False))
COVARIATE_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "weight_kg": st.floats(5, 200).map(lambda x: round(x, 3)),
        "splenectomised": st.booleans(),
        "fcgr3a": st.sampled_from(["VV", "VF", "FF"]),
        "baseline_platelets": st.integers(1, 30).map(float),
    },
)
STATES = st.builds(
    State,
    a=st.sampled_from(["IVIG 2 g/kg", "untreated", "IVIG 1 g/kg + dexamethasone 40 mg daily x4"]),
    b=st.sampled_from(["", "untreated", "anti-D 75 ug/kg", "IVIG 0.4 g/kg daily x5"]),
    population=st.sampled_from(["adult-chronic", "adult-new", "child-new"]),
    patients=st.integers(1, 1000),
    seed=st.integers(0, 2**63 - 1),
    days=st.integers(1, 90),
    covariates=COVARIATE_VALUES,
    switches=SWITCHES,
    extreme=st.booleans(),
    view=st.sampled_from(VIEWS),
    test_day=st.integers(1, 90),
    product=st.sampled_from(["", "Privigen"]),
)


@given(STATES)
def test_a_link_holds_the_whole_state(state):
    assert read_query(state.query()) == (state, {})


def test_the_usual_state_needs_no_address():
    assert State().query() == ""
    assert read_query("") == (State(), {})


def test_a_phrase_comes_back_in_its_canonical_form():
    assert read_query(urlencode({"a": "ivig  1g/kg DAILY x2"}))[0].a == "IVIG 1 g/kg daily x2"


@pytest.mark.parametrize(
    ("query", "key", "words"),
    [
        ("a=IVIG+1+g%2Flb", "a", "'g/lb'"),
        ("a=", "a", "IVIG 1 g/kg daily x2"),
        ("a=mine.csv", "a", "mine.csv"),
        ("population=adult-cronic", "population", "(nearest: 'adult-chronic')"),
        ("population=../secret.toml", "population", "accepted: adult-chronic"),
        ("patients=0", "patients", "(nearest: 1)"),
        ("patients=many", "patients", "'many'"),
        ("days=1000", "days", "(nearest: 366)"),
        ("weight_kg=1000", "weight_kg", "(nearest: 300)"),
        ("weight_kg=nan", "weight_kg", "number in kg"),
        ("splenectomised=maybe", "splenectomised", "True or False"),
        ("fcgr3a=XX", "fcgr3a", "'XX'"),
        ("off=fcrn", "off", "'fcrn'"),
        ("view=charts", "view", "accepted: courses"),
        ("product=Privigon", "product", "Privigen"),
        ("test_day=0", "test_day", "(nearest: 1)"),
        ("wieght=3", "", "'wieght'"),
        ("a=IVIG+1+g%2Fkg" + "+" * 5000, "", "too long"),
        ("patients=10000&days=366", "patients", "patient-days"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(query, key, words):
    state, problems = read_query(query)
    assert list(problems) == [key]
    assert words in problems[key]
    assert state.phrases  # the rest is as usual


def test_the_server_decides_how_much_work_it_takes():
    assert "nearest: " in read_query("", Limits(patient_days=1000))[1]["patients"]


def test_every_choice_of_the_state_has_a_field():
    form = str(controls())
    for name in ("a", "b", "population", "patients", "seed", "days", "extreme", *COVARIATES):
        assert f'name="{name}"' in form
    assert set(TABS) == set(VIEWS)


def test_the_menu_offers_the_files_there_are():
    from ivigsim.web.page.downloads import FILES as made

    assert set(FILES) == set(made)


@pytest.mark.parametrize(
    ("phrase", "grams", "days", "drugs"),
    [
        ("IVIG 1 g/kg daily x2", 1.0, 2, ()),
        ("IVIG 400 mg/kg daily x5 + prednisolone 1 mg/kg daily x14", 0.4, 5, ("prednisolone",)),
        ("untreated", None, 0, ()),
        ("IVIG 1 g/kg every 28 d x6", None, None, ()),
        ("IVIG 1 g/kg + IVIG 1 g/kg from day 2", None, None, ()),
        ("IVIG 70 g", None, None, ()),
    ],
)
def test_controls_show_what_they_can_of_a_phrase(phrase, grams, days, drugs):
    found = recipe(phrase)
    assert (found.grams_per_kg, found.infusions, found.drugs) == (grams, days, drugs)


@given(grams=st.integers(1, 20), days=st.integers(1, 5))
def test_sliders_write_what_they_show(grams, days):
    found = recipe(with_ivig("IVIG 1 g/kg daily x2 + dexamethasone 40 mg daily x4", grams / 10, days))
    assert found.grams_per_kg == pytest.approx(grams / 10)
    assert (found.infusions, found.drugs) == (days, ("dexamethasone",))


def test_how_long_and_when_ivig_runs_stays():
    assert (
        with_ivig("IVIG 1 g/kg over 6 h from day 3", 0.5, 2) == "IVIG 0.5 g/kg over 6 h daily x2 from day 3"
    )


def test_a_drug_is_added_and_taken_away():
    for drug in partners():
        added = with_drug("IVIG 1 g/kg", drug, True)
        assert recipe(added).drugs == (drug,)
        assert with_drug(added, drug, False) == "IVIG 1 g/kg"


def test_sliders_refuse_what_they_cannot_show():
    from ivigsim.errors import InputError

    with pytest.raises(InputError, match="otherwise than daily"):
        with_ivig("IVIG 1 g/kg every 28 d x6", 1, 2)
    with pytest.raises(InputError, match="beyond the sliders"):
        with_ivig("IVIG 1 g/kg", 20, 2)
    with pytest.raises(InputError, match="no published course"):
        with_drug("IVIG 1 g/kg", "aspirin", True)


def test_completions_are_phrases():
    from ivigsim.web.work import read_treatment

    for text in completions():
        if not text.endswith(" "):  # a drug's name, to be followed by an amount
            read_treatment(text)
