"""Odd but possible ways to call `simulate`: taken as meant, or refused in one sentence."""

import numpy as np
import pytest

import ivigsim
from ivigsim import InputError, load_population
from ivigsim.patients.spreads import BySex, Normal


def test_numpy_scalars_are_taken_as_the_numbers_they_are():
    plain = ivigsim.simulate(None, patients=3, days=2, covariates={"weight_kg": 20, "splenectomised": True})
    numpy = ivigsim.simulate(
        None,
        patients=np.int64(3),
        days=np.int32(2),
        covariates={"weight_kg": np.int64(20), "splenectomised": np.True_},
        switches={"fcrn_saturation": np.True_},
        tolerance=np.float64(1e-6),
    )
    assert np.array_equal(plain["platelets"], numpy["platelets"])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"switches": ["fc_gamma_blockade"]}, "accepted: a mapping"),
        ({"covariates": "weight_kg"}, "accepted: a mapping"),
        ({"covariates": {"weight_kg": 10**400}}, "accepted: 2 to 300"),
        ({"outputs": 5}, "accepted: a list of names"),
        ({"times": [10**400]}, "accepted: increasing days"),
        ({"allow_extreme": "no"}, "accepted: True or False"),
        ({"patients": True}, "accepted: a whole number"),
        ({"tolerance": "small"}, "accepted: 1e-14 to 1e-3"),
    ],
)
def test_wrong_kinds_get_a_sentence(settings, says):
    with pytest.raises(InputError, match=says):
        ivigsim.simulate("IVIG 1 g/kg", **settings)


@pytest.mark.parametrize("patient", [1.0, "0", -1, 5, None])
def test_no_such_patient(patient):
    with pytest.raises(InputError, match="accepted: a whole number from 0 to 4"):
        ivigsim.simulate(None, patients=5, days=1).to_sbml(patient)


def test_a_constant_is_an_output_like_any_other():
    sim = ivigsim.simulate("IVIG 1 g/kg", patients=4, days=2, outputs=["k_int", "V_c"])
    assert (sim["k_int"] == 0.18).all()
    assert sim["V_c"].shape == (4, 3)


def test_exported_doses_go_on_after_the_run():
    roadrunner = pytest.importorskip("roadrunner")
    phrase = "IVIG 1 g/kg over 1 d"
    sbml = ivigsim.simulate(phrase, patients=1, times=[0, 0.5]).to_sbml(0)
    runner = roadrunner.RoadRunner(sbml)
    igg = np.array(runner.simulate(times=[0.0, 5.0, 10.0], selections=["igg"]))[-1, 0]
    assert igg == pytest.approx(ivigsim.simulate(phrase, patients=1, days=10)["igg"][0, -1], rel=1e-4)


def with_covariate(name, spread):
    usual = load_population("adult-chronic")
    return usual.model_copy(update={"covariates": {**usual.covariates, name: spread}})


def test_a_weight_may_depend_on_sex():
    spread = Normal(kind="normal", unit="kg", source="assumed", mean=BySex(F=50, M=100), spread=0.1)
    sim = ivigsim.simulate("IVIG 70 g", population=with_covariate("weight_kg", spread), patients=20, days=2)
    volume = sim.source.parameters(["volume_factor"])["volume_factor"]
    rise = (sim["igg"][:, 1] - sim["igg"][:, 0]) * volume
    women = (sim.patients["sex"] == "F").to_numpy()
    assert rise[women].min() > 1.5 * rise[~women].max()


def test_a_population_that_draws_nonsense_is_refused():
    spread = Normal(kind="normal", unit="1e9/L", source="assumed", mean=10, spread=10)
    with pytest.raises(InputError, match=r"draws baseline_platelets .* accepted: 1 to 150"):
        ivigsim.simulate(None, population=with_covariate("baseline_platelets", spread), patients=100, days=1)


def test_many_doses_in_grams_need_little_memory():
    import tracemalloc

    tracemalloc.start()
    ivigsim.simulate("IVIG 500 mg daily x100", patients=256, days=5, outputs=["igg"], threads=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
