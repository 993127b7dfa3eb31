"""From the Antimony text and a set of numbers to SBML Level 3 Version 2, and its unit check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from threading import Lock

from ivigsim.model.parameters import load_parameters
from ivigsim.model.units import sbml_unit

_ANTIMONY = Lock()  # libAntimony keeps its modules in one global store


def antimony_text() -> str:
    """Return the text of `ivig_itp.ant`."""
    return files(__package__).joinpath("ivig_itp.ant").read_text(encoding="utf-8")


@cache
def structure_sbml() -> str:
    """Return SBML of the equations with units and no patient: derived values and initial states are unset."""
    body, end, _ = antimony_text().rpartition("\nend")
    used = set(re.findall(r"\w+", re.sub(r"//.*", "", body)))  # a comment may name any number
    lines = []
    for p in load_parameters().values():
        if p.id in used:
            lines.append(f"  {p.id} has {sbml_unit(p.unit)};")
            if p.value is not None:
                lines.append(f"  {p.id} = {p.value!r};")
    return _antimony_to_sbml("\n".join([body, *lines]) + end + "\n")


def patient_sbml(values: Mapping[str, float], events: str = "") -> str:
    """Return SBML of one patient.

    Parameters
    ----------
    values : mapping of str to float
        Value of every parameter and initial value of every state, in the model's units.
    events : str, optional
        Antimony event lines, the doses.

    Raises
    ------
    ValueError
        When a parameter or state of the model has no value.
    """
    import libsbml

    body, end, _ = antimony_text().rpartition("\nend")
    text = structure_sbml() if not events else _antimony_to_sbml(f"{body}\n{events}\n{end}\n")
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    ruled = {r.getVariable() for r in model.getListOfRules() if r.isAssignment()}
    units = {p.id: sbml_unit(p.unit) for p in load_parameters().values()}
    for parameter in model.getListOfParameters():
        name = parameter.getId()
        if name in ruled:
            continue
        if name not in values:
            raise ValueError(f"no value for {name!r}")
        parameter.setValue(float(values[name]))
        if name in units:
            parameter.setUnits(units[name])
    return str(libsbml.writeSBMLToString(document))


def check_sbml(text: str) -> list[str]:
    """Return what libSBML's consistency check says, units included; empty when it finds nothing.

    Examples
    --------
    >>> check_sbml("<sbml/>")[0].startswith("line")
    True
    """
    import libsbml

    document = libsbml.readSBMLFromString(text)
    for category in (libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, libsbml.LIBSBML_CAT_MODELING_PRACTICE):
        document.setConsistencyChecks(category, True)
    document.checkConsistency()
    errors = (document.getError(i) for i in range(document.getNumErrors()))
    return [f"line {e.getLine()}: {e.getSeverityAsString()}: {e.getMessage().strip()}" for e in errors]


def _antimony_to_sbml(text: str) -> str:
    import antimony

    with _ANTIMONY:
        antimony.clearPreviousLoads()
        if antimony.loadAntimonyString(text) < 0:
            raise ValueError(f"the model text does not parse: {antimony.getLastError()}")
        return str(antimony.getSBMLString(antimony.getMainModuleName()))
