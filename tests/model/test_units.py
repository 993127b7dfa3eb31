"""A unit as printed, as pint reads it and as the SBML defines it: the same in dimension and size."""

import libsbml
import pint
import pytest

from ivigsim.engine.simulation import OUTPUTS
from ivigsim.model.compile import compiled_model
from ivigsim.model.parameters import load_parameters
from ivigsim.model.rest import DOSE_INPUTS
from ivigsim.model.sbml import structure_sbml
from ivigsim.model.units import SBML_UNITS, sbml_unit
from ivigsim.treatment.drugs import drugs

UREG = pint.UnitRegistry()
UREG.define("m2 = m ** 2")
UREG.define("gigaplatelet = 1e9")
UREG.define("procedure = 1")  # done or not done
KINDS = {"item": "dimensionless"}  # 1e9 platelets: a number, which pint does not name


@pytest.fixture(scope="module")
def document():
    return libsbml.readSBMLFromString(structure_sbml())


@pytest.fixture(scope="module")
def model(document):  # the document owns the model and has to outlive it
    return document.getModel()


def defined(definition):
    """Read an SBML unit definition into pint: the product of (multiplier * 10^scale * kind)^exponent."""
    total = UREG.Quantity(1.0)
    for unit in definition.getListOfUnits():
        kind = libsbml.UnitKind_toString(unit.getKind())
        one = unit.getMultiplier() * 10.0 ** unit.getScale() * UREG.Quantity(1.0, KINDS.get(kind, kind))
        total *= one ** unit.getExponentAsDouble()
    return total


def printed(unit):
    return UREG.Quantity("dimensionless" if unit == "switch" else unit).to_base_units()


def same(one, other):
    one, other = one.to_base_units(), other.to_base_units()
    return one.dimensionality == other.dimensionality and one.m == pytest.approx(other.m, rel=1e-12)


@pytest.mark.parametrize("unit", SBML_UNITS)
def test_printed_unit_means_its_sbml_definition(model, unit):
    name = SBML_UNITS[unit]
    if name == "dimensionless":  # built into SBML
        assert same(printed(unit), UREG.Quantity(1.0))
    else:
        assert same(printed(unit), defined(model.getUnitDefinition(name)))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("per_day", "1/h"),
        ("g_per_L", "mg/L"),
        ("g_per_dL", "g/L"),
        ("umol_per_L", "nmol/L"),
        ("g_per_L", "1/d"),
    ],
)
def test_the_comparison_sees_a_wrong_size_or_dimension(model, name, wrong):
    assert not same(printed(wrong), defined(model.getUnitDefinition(name)))


def test_every_definition_is_in_use(model):
    known = {*SBML_UNITS.values(), "day", "time_unit"}
    assert {d.getId() for d in model.getListOfUnitDefinitions()} <= known


def test_time_is_in_days(model):
    assert same(defined(model.getUnitDefinition(model.getTimeUnits())), UREG.Quantity(1.0, "day"))


@pytest.mark.parametrize("output", OUTPUTS)
def test_outputs_have_the_units_they_are_given_out_in(output):
    assert compiled_model().units[output] == sbml_unit(OUTPUTS[output])


def test_dose_inputs_are_amounts_of_their_drug_per_day():
    for drug in drugs():
        rate = load_parameters()[DOSE_INPUTS[drug.input]]
        assert same(printed(rate.unit), printed(drug.model_unit) / UREG.Quantity(1.0, "day"))


def test_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="'furlong' has no SBML definition"):
        sbml_unit("furlong")
