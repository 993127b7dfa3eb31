"""SBML of a patient: no message from libSBML with units on, and a check that can fail."""

import libsbml
import polars as pl
import pytest

import ivigsim
from ivigsim.engine.simulation import OUTPUTS
from ivigsim.model.sbml import check_sbml, patient_sbml, structure_sbml

BOLUS_AND_INFUSION = pl.DataFrame({"TIME": [0.0, 2.0], "AMT": [500.0, 500.0], "DUR": [0.0, 0.25]})


def broken(text, change):
    document = libsbml.readSBMLFromString(text)
    change(document.getModel())
    return libsbml.writeSBMLToString(document)


@pytest.fixture(scope="module")
def text():
    return ivigsim.simulate("IVIG 1 g/kg daily x2", patients=2, days=7).to_sbml(patient=1)


@pytest.mark.parametrize("treatment", [None, "IVIG 1 g/kg daily x2", "IVIG 70 g", BOLUS_AND_INFUSION])
@pytest.mark.parametrize("covariates", [{}, {"anti_gpib": True, "splenectomised": True}])
def test_patient_passes_without_a_message(treatment, covariates):
    sim = ivigsim.simulate(treatment, patients=3, days=7, covariates=covariates)
    assert check_sbml(sim.to_sbml(patient=2)) == []


def test_level_and_version(text):
    document = libsbml.readSBMLFromString(text)
    assert (document.getLevel(), document.getVersion()) == (3, 2)


def test_outputs_are_variables_by_name(text):
    model = libsbml.readSBMLFromString(text).getModel()
    assert {p.getId() for p in model.getListOfParameters()} >= set(OUTPUTS)
    assert all(p.isSetUnits() for p in model.getListOfParameters())


@pytest.mark.parametrize(
    "parameter", ["k_int", "V_c", "J_max", "platelets", "copies_gpib", "haemostatic_use"]
)
def test_a_wrong_unit_is_reported(text, parameter):
    wrong = broken(text, lambda model: model.getParameter(parameter).setUnits("umol_per_g"))
    messages = check_sbml(wrong)
    assert messages
    assert any("unit" in message for message in messages)


def test_a_missing_unit_is_reported(text):
    assert check_sbml(broken(text, lambda model: model.getParameter("K_m").unsetUnits()))


def test_a_wrong_unit_definition_is_reported(text):
    def per_second(model):
        model.getUnitDefinition("per_day").getUnit(0).setMultiplier(1.0)

    assert check_sbml(broken(text, per_second))


def test_an_undefined_name_is_reported(text):
    assert check_sbml(broken(text, lambda model: model.removeParameter("K_m")))


def test_a_patient_without_a_value_is_refused():
    with pytest.raises(ValueError, match="no value for"):
        patient_sbml({"k_int": 0.18})


def test_structure_holds_no_patient():
    model = libsbml.readSBMLFromString(structure_sbml()).getModel()
    rated = [rule.getVariable() for rule in model.getListOfRules() if rule.isRate()]
    assert rated
    assert not any(model.getParameter(name).isSetValue() for name in rated)


def test_a_number_that_only_a_comment_names_is_no_parameter():
    document = libsbml.readSBMLFromString(structure_sbml())  # owns the model
    ids = {p.getId() for p in document.getModel().getListOfParameters()}
    assert "K_receptor" in ids
    assert "receptor_excess" not in ids  # it makes K_receptor before the equations are solved
