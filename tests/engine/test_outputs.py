"""What is asked for is stored, nothing else; a wrong name says what there is."""

import numpy as np
import pytest

import ivigsim
from ivigsim import InputError
from ivigsim.engine.simulation import OUTPUTS
from ivigsim.model.compile import compiled_model


def simulate(**settings):
    return ivigsim.simulate("IVIG 1 g/kg", **({"patients": 4, "days": 3} | settings))


def test_the_five_outputs_by_default():
    sim = simulate()
    assert sim.stored == tuple(OUTPUTS)
    assert all(sim[name].shape == (4, 4) for name in OUTPUTS)


def test_outputs_not_asked_for_are_not_stored():
    sim = simulate(outputs=["igg"])
    assert sim.stored == ("igg",)
    assert list(sim.outputs) == ["igg"]
    with pytest.raises(InputError, match="'platelets'"):
        sim["platelets"]


def test_asking_twice_stores_once():
    assert simulate(outputs=["igg", "platelets", "igg"]).stored == ("igg", "platelets")


def test_any_variable_of_the_model():
    names = [*compiled_model().states, "receptors_on_coat", "k_spleen", "thrombopoietin"]
    sim = simulate(outputs=names)
    assert all(np.isfinite(sim[name]).all() for name in names)
    np.testing.assert_allclose(simulate()["igg"], sim["igg_endogenous"] + sim["igg_infused"], rtol=1e-12)


@pytest.mark.parametrize("name", ["k_12", "fcrn_saturation"])
def test_a_parameter_is_a_constant_output(name):
    sim = simulate(outputs=["platelets", name])
    assert (sim[name] == sim[name][:, :1]).all()


@pytest.mark.parametrize("outputs", [["platelet"], ["igg", "platelet"]])
def test_unknown_output_gives_the_nearest(outputs):
    with pytest.raises(InputError, match=r"unknown output 'platelet'; accepted: .* \(nearest: 'platelets'\)"):
        simulate(outputs=outputs)


@pytest.mark.parametrize("outputs", ["platelets", []])
def test_outputs_must_be_a_list_with_a_name(outputs):
    with pytest.raises(InputError, match="accepted: a list of names"):
        simulate(outputs=outputs)


def test_long_table():
    table = simulate().to_polars()
    assert table.columns == ["patient", "time_d", *OUTPUTS]
    assert table.shape == (16, 7)


@pytest.mark.parametrize("patient", [-1, 4, True])
def test_sbml_of_a_patient_who_is_not_there(patient):
    with pytest.raises(InputError, match="accepted: a whole number from 0 to 3"):
        simulate().to_sbml(patient=patient)
