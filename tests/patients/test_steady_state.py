"""Before treatment everything stands still, whoever the patient is."""

import heyoka as hy
import numpy as np
import pytest

import ivigsim
from ivigsim.engine.simulation import OUTPUTS
from ivigsim.model.compile import compiled_model
from ivigsim.patients.population import load_population
from ivigsim.patients.sampling import sample_patients

KINDS = {
    "as they come": {},
    "splenectomised": {"splenectomised": True},
    "anti-GPIb": {"anti_gpib": True},
    "anti-GPIb without a spleen": {"anti_gpib": True, "splenectomised": True},
    "hardly any platelets": {"baseline_platelets": 1},
    "a normal count": {"baseline_platelets": 150, "anti_gpib": True},
    "hardly any IgG": {"baseline_igg": 0.5},
    "myeloma": {"baseline_igg": 60},
    "infant": {"weight_kg": 2, "height_cm": 40, "age_years": 0},
    "giant": {"weight_kg": 300, "height_cm": 230, "blood_group": "AB"},
    "all extremes": {"baseline_platelets": 1, "baseline_igg": 60, "splenectomised": True, "anti_gpib": True},
}


@pytest.mark.parametrize("kind", KINDS)
def test_untreated_patients_do_not_drift(kind):
    sim = ivigsim.simulate(patients=200, seed=9, days=60, covariates=KINDS[kind])
    assert sim.failures == {}
    for name in OUTPUTS:
        np.testing.assert_allclose(sim[name], sim[name][:, :1].repeat(61, axis=1), rtol=1e-6, atol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_rates_of_change_are_zero_to_rounding(kind):
    model = compiled_model()
    values = sample_patients(load_population("adult-chronic"), 0, 200, seed=9, covariates=KINDS[kind]).values
    rates = hy.cfunc(model.rhs, vars=hy.make_vars(*model.states))
    states = np.array([values[name] for name in model.states])
    found = rates(states, pars=np.array([values[name] for name in model.parameters[: model.solved_with]]))
    assert (np.abs(found) <= 1e-12 * np.maximum(states, 1)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_solved_patients_are_possible(kind):
    values = sample_patients(load_population("adult-chronic"), 0, 200, seed=9, covariates=KINDS[kind]).values
    for name in (*compiled_model().states, *compiled_model().parameters):
        assert np.isfinite(values[name]).all(), name
        assert (values[name] >= 0).all(), name


def test_the_clinic_sees_what_was_drawn():
    sim = ivigsim.simulate(patients=100, days=1)
    np.testing.assert_allclose(sim["platelets"][:, 0], sim.patients["baseline_platelets"], rtol=1e-12)
    np.testing.assert_allclose(sim["igg"][:, 0], sim.patients["baseline_igg"], rtol=1e-12)


@pytest.mark.parametrize(("name", "output"), [("baseline_platelets", "platelets"), ("baseline_igg", "igg")])
def test_a_fixed_baseline_is_met(name, output):
    sim = ivigsim.simulate(patients=50, days=1, covariates={name: 14.5})
    np.testing.assert_allclose(sim[output], 14.5, rtol=1e-9)


def test_shares_of_clearance_are_as_drawn():
    names = ["phagocytosis", "k_spleen", "k_liver", "k_independent", "k_other", "spleen_share", "fc_share"]
    values = sample_patients(load_population("adult-chronic"), 0, 200, 4, {"anti_gpib": False}).values
    sim = ivigsim.simulate(patients=200, seed=4, days=1, covariates={"anti_gpib": False}, outputs=names[:4])
    first = {name: sim[name][:, 0] for name in names[:4]}
    through_fc = first["k_spleen"] + first["k_liver"]
    np.testing.assert_allclose(through_fc / first["phagocytosis"], values["fc_share"], rtol=1e-9)
    with_spleen = values["spleen"] == 1
    share = first["k_spleen"] / through_fc
    np.testing.assert_allclose(share[with_spleen], values["spleen_share"][with_spleen], rtol=1e-9)
    assert (first["k_spleen"][~with_spleen] == 0).all()
