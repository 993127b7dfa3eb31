"""The populations that come with ivigsim, and a file of one's own."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import ivigsim
from ivigsim import InputError, load_population, population_names
from ivigsim.engine.simulation import OUTPUTS
from ivigsim.model.compile import compiled_model
from ivigsim.outcomes import half_life
from ivigsim.patients.sampling import sample_patients

WITHOUT_ITP = ("healthy", "immunodeficient")
STILL = tuple(name for name in population_names() if name != "child-new")
TREATMENT = "IVIG 1 g/kg daily x2"


def shipped(name):
    return files("ivigsim.patients").joinpath("populations", f"{name}.toml").read_text("utf-8")


@pytest.mark.parametrize("name", STILL)
def test_untreated_patients_do_not_drift(name):
    sim = ivigsim.simulate(None, population=name, patients=300, seed=9, days=60)
    assert sim.failures == {}
    for output in OUTPUTS:
        np.testing.assert_allclose(sim[output], sim[output][:, :1].repeat(61, axis=1), rtol=1e-6, atol=0)


@pytest.mark.parametrize("name", population_names())
def test_solved_patients_are_possible(name):
    population = load_population(name)
    patients = sample_patients(population, 0, 500, seed=3)
    model = compiled_model()
    for known in (*model.states, *model.parameters):
        assert np.isfinite(patients.values[known]).all(), known
        assert (patients.values[known] >= 0).all(), known
    for covariate, accepted in population.accepted.items():
        for value in patients.covariates[covariate][:50]:
            accepted.check(covariate, value)


@pytest.mark.parametrize("name", WITHOUT_ITP)
def test_without_itp_nothing_is_on_platelets_and_ivig_leaves_them(name):
    outputs = ["platelets", "phagocytosis", "coat_gpiibiiia", "coat_gpib", "igg"]
    sim = ivigsim.simulate(TREATMENT, population=name, patients=200, days=30, outputs=outputs)
    assert sim.failures == {}
    assert (sim["phagocytosis"] == 0).all()
    assert (sim["coat_gpiibiiia"] + sim["coat_gpib"] < 1e-3).all()
    np.testing.assert_allclose(sim["platelets"], sim["platelets"][:, :1].repeat(31, axis=1), rtol=0.01)
    assert ((sim["platelets"][:, 0] >= 150) & (sim["platelets"][:, 0] <= 400)).all()
    assert (sim["igg"][:, 2] > sim["igg"][:, 0] + 10).all()


def test_a_healthy_person_without_a_spleen_or_on_steroids_is_solved_too():
    sim = ivigsim.simulate(
        "prednisolone 1 mg/kg daily x5",
        population="healthy",
        patients=50,
        covariates={"splenectomised": True},
    )
    assert sim.failures == {}
    assert (sim["platelets"].max(axis=1) > sim["platelets"][:, 0]).all()  # steroids raise production


def test_production_in_health_is_near_the_measured_turnover():
    values = sample_patients(load_population("healthy"), 0, 500, 1, {"baseline_platelets": 250}).values
    assert 30 < np.median(values["flux"]) < 56  # PLT01


def test_igg_in_antibody_deficiency():
    sim = ivigsim.simulate("IVIG 0.4 g/kg every 4 weeks x6", population="immunodeficient", patients=300,
                           times=[0.0, *range(140, 169)])  # fmt: skip
    before = np.median(sim["igg"][:, 0])
    assert 2 <= before <= 4
    assert 4 < np.median(sim["igg"][:, 1]) < 12.2  # troughs: E211, E212, on unknown doses
    found = half_life(sim.time[1:] - 140, sim["igg"][:, 1:], baseline="uncorrected")
    assert 18.5 < np.median(found) < 65.9  # the range of E213; its median is 36.1 d


def test_children_recover_by_themselves():
    counts = ivigsim.simulate(None, population="child-new", patients=1000, days=180)["platelets"]
    assert np.isfinite(counts).all()
    reached = counts >= 50
    days = np.where(reached.any(axis=1), reached.argmax(axis=1), np.inf)
    assert 5 <= np.median(days) <= 30  # 16 d (E013)
    assert 0.6 <= (counts[:, 180] >= 100).mean() <= 0.95  # 70% (E222, not fitted)
    assert (counts[:, 180] < 50).mean() > 0.03  # some become chronic


def test_ivig_speeds_a_child_up():
    days = []
    for treatment in (TREATMENT, None):
        counts = ivigsim.simulate(treatment, population="child-new", patients=400, days=30)["platelets"]
        days.append(np.median(np.where((counts >= 50).any(1), (counts >= 50).argmax(1), 99)))
    assert days[0] < 5 < days[1]  # 2 and 16 d (E011, E013)


def test_a_child_weighs_as_its_age():
    known = sample_patients(load_population("child-new"), 0, 2000, seed=1).covariates
    age, weight = known["age_years"], known["weight_kg"]
    assert np.median(weight[(age > 0.5) & (age < 1.5)]) == pytest.approx(10, rel=0.15)
    assert np.median(weight[(age > 11) & (age < 13)]) == pytest.approx(43, rel=0.15)
    assert np.median(sample_patients(load_population("child-new"), 0, 500, 1, {"age_years": 5}).covariates[
        "weight_kg"]) == pytest.approx(18, rel=0.05)  # fmt: skip


def test_a_dose_in_grams_knows_the_weight_of_a_child():
    rise = []
    for age in (1, 15):
        sim = ivigsim.simulate("IVIG 10 g", population="child-new", patients=30, days=1,
                               covariates={"age_years": age})  # fmt: skip
        rise.append(np.median(sim["igg"][:, 1] - sim["igg"][:, 0]))
    assert rise[0] > 4 * rise[1]


def test_an_age_beyond_the_table_is_refused():
    with pytest.raises(InputError, match="not known at age 40; accepted here: 0 to 18 years"):
        ivigsim.simulate(None, population="child-new", patients=3, days=1, covariates={"age_years": 40})


@pytest.mark.parametrize(
    ("population", "covariates", "says"),
    [
        ("healthy", {"anti_gpib": True}, "anti_gpib is True; accepted: False without ITP"),
        ("healthy", {"baseline_platelets": 12}, "accepted: 100 to 450 (nearest: 100) without ITP"),
        ("adult-new", {"baseline_platelets": 300}, "accepted: 1 to 150 (nearest: 150) in ITP"),
    ],
)
def test_covariates_that_contradict_the_population_are_refused(population, covariates, says):
    with pytest.raises(InputError) as error:
        ivigsim.simulate(None, population=population, patients=3, days=1, covariates=covariates)
    assert says in str(error.value)


def own(tmp_path, text=None, name="mine.toml", **changes):
    text = shipped("adult-chronic") if text is None else text
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


OVERRIDE = """
[parameters.production_excess]
kind = "lognormal"
unit = "dimensionless"
value = 0.5
spread = 0.1
source = "assumed: a marrow that hardly answers"
"""


def test_a_file_of_ones_own(tmp_path):
    path = own(tmp_path, shipped("adult-chronic") + OVERRIDE)
    by_text, by_path = (
        ivigsim.simulate(TREATMENT, population=each, patients=50, days=7) for each in (str(path), path)
    )
    usual = ivigsim.simulate(TREATMENT, patients=50, days=7)
    assert np.array_equal(by_text["platelets"], by_path["platelets"])
    assert by_text.population == str(path)
    np.testing.assert_allclose(by_text["platelets"][:, 0], usual["platelets"][:, 0], rtol=1e-12)
    assert np.median(by_text["platelets"][:, 7]) < 0.8 * np.median(usual["platelets"][:, 7])
    assert by_text.patients["production_excess"].median() == pytest.approx(0.5, rel=0.1)


def test_an_override_may_give_a_spread_to_a_number_without_one(tmp_path):
    spread = OVERRIDE.replace("production_excess", "k_mk").replace('"dimensionless"', '"1/d"')
    sim = ivigsim.simulate(None, population=own(tmp_path, shipped("healthy") + spread), patients=50, days=9)
    assert sim.patients["k_mk"].n_unique() == 50
    np.testing.assert_allclose(sim["platelets"], sim["platelets"][:, :1].repeat(10, axis=1), rtol=1e-6)


def test_genotype_follows_an_overridden_constant(tmp_path):
    override = OVERRIDE.replace("production_excess", "K_fcgr3a_F").replace('"dimensionless"', '"umol/L"')
    population = load_population(own(tmp_path, shipped("adult-chronic") + override))
    fixed = {"fcgr3a": "FF", "fcgr2a": "RR"}
    values = sample_patients(population, 0, 5, 1, fixed).values
    np.testing.assert_allclose(
        values["K_receptor"], values["receptor_excess"] * (values["K_fcgr3a_F"] + 0.29) / 2
    )


def test_the_file_is_read_anew(tmp_path):
    path = own(tmp_path)
    before = load_population(path)
    own(tmp_path, change=('title = "Adult', 'title = "Other adult'))
    assert before.title != load_population(path).title


def test_a_file_on_the_command_line(tmp_path, monkeypatch, capsys):
    from ivigsim.cli.entry import app

    own(tmp_path, shipped("healthy"))
    monkeypatch.chdir(tmp_path)
    arguments = [
        "simulate",
        TREATMENT,
        "--population",
        "mine.toml",
        "--patients",
        "20",
        "--days",
        "7",
        "--json",
    ]
    app(arguments, standalone_mode=False)
    assert '"population": "mine.toml"' in capsys.readouterr().out


WEIGHT = "median = 65.5"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((WEIGHT, "medain = 65.5"), "covariates.weight_kg.medain' is unknown; accepted: unit, source, kind"),
        ((WEIGHT, "medain = 65.5"), "(nearest: 'median')"),
        ((WEIGHT, 'median = "65.5"'), "covariates.weight_kg.median is '65.5'; accepted: a number"),
        ((WEIGHT, "median = true"), "covariates.weight_kg.median is True; accepted: a number"),
        ((WEIGHT, "median = -1"), "covariates.weight_kg.median is -1; accepted: greater than 0"),
        ((WEIGHT, "median = inf"), "covariates.weight_kg.median is inf; accepted: a finite number"),
        ((WEIGHT, "median = nan"), "covariates.weight_kg.median is nan; accepted: a finite number"),
        ((WEIGHT, ""), "key 'covariates.weight_kg.median' is missing"),
        ((WEIGHT, "median = "), "is not TOML"),
        (('kind = "lognormal"', 'kind = "lognormall"'), "(nearest: 'lognormal')"),
        (('kind = "lognormal"', ""), "covariates.weight_kg.kind' is missing; accepted: lognormal, normal"),
        (('unit = "kg"', 'unit = "lb"'), "covariate weight_kg has unit 'lb', not 'kg'"),
        (("mean = { F = 163, M = 176 }", "mean = { F = 163 }"), "a number, or one for F and one for M"),
        (("title =", "titel ="), "key 'titel' is unknown; accepted: title"),
        (("title =", "disease = 1\ntitle ="), "disease is 1; accepted: true or false"),
        (("title =", "disease = false\ntitle ="), "covariate anti_gpib has probability 0.35; accepted: 0"),
        (("[covariates.sex]", "[covariates.sexx]"), "covariates missing: ['sex'], unknown: ['sexx']"),
        (("high = 20\n", "high = 200\n"), "baseline_platelets runs from 2 to 200; accepted: 1 to 150"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_clear_sentence(change, says, tmp_path):
    path = own(tmp_path, change=change)
    with pytest.raises(InputError) as error:
        ivigsim.simulate(None, population=path, patients=3, days=1)
    assert says in str(error.value)
    assert str(error.value).startswith(f"population file '{path}'")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("production_excess", "production_exces", "(nearest: 'production_excess')"),
        ("production_excess", "k_max_spleen", "parameter k_max_spleen is solved for each patient"),
        ("production_excess", "fcrn_saturation", "parameter fcrn_saturation is a switch or a dose"),
        ("production_excess", "ivig_rate", "parameter ivig_rate is a switch or a dose"),
        ('unit = "dimensionless"', 'unit = "1/d"', "production_excess has unit '1/d', not 'dimension"),
        ('"lognormal"', '"logitnormal"', "production_excess has kind 'logitnormal', not 'lognormal'"),
        ("spread = 0.1", "", "spread 0 and kind 'lognormal' disagree"),
        ("value = 0.5", "value = 0", "value is 0; a lognormal spread needs one above 0"),
        ("source =", "# source =", "key 'parameters.production_excess.source' is missing"),
        ("value", "valu", "key 'parameters.production_excess.valu' is unknown"),
    ],
)  # fmt: skip
def test_a_wrong_override_is_one_clear_sentence(old, new, says, tmp_path):
    with pytest.raises(InputError) as error:
        load_population(own(tmp_path, shipped("adult-chronic") + OVERRIDE.replace(old, new, 1)))
    assert says in str(error.value)


def test_what_says_how_ill_people_are_means_nothing_in_health(tmp_path):
    with pytest.raises(InputError, match="production_excess says how ill people are"):
        load_population(own(tmp_path, shipped("healthy") + OVERRIDE))


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), (b"\xff\xfe", "is not UTF-8"), (b"title", "is not TOML")]
)
def test_a_file_that_is_none(content, says, tmp_path):
    path = Path(tmp_path / "mine.toml")
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        load_population(path)
    with pytest.raises(InputError, match="cannot be read"):
        load_population(tmp_path)
