"""SBML to heyoka: the right-hand side and the observables, straight from the libSBML tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ivigsim.model.sbml import structure_sbml


class UnsupportedSBML(ValueError):
    """The SBML holds an element that the compiler does not know; the message names it."""


@dataclass(frozen=True)
class CompiledModel:
    """A model as heyoka expressions.

    Attributes
    ----------
    states : tuple of str
        Ids with a rate rule, in the order of the state vector.
    parameters : tuple of str
        Ids of constants, in the order of the run-time parameters `heyoka.par`.
    rhs : tuple of heyoka.expression
        Time derivative of each state, per day.
    variables : Mapping of str to heyoka.expression
        Every id of the model as an expression in states and parameters.
    units : Mapping of str to str
        SBML unit id of every id.
    """

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    rhs: tuple[Any, ...]
    variables: Mapping[str, Any]
    units: Mapping[str, str]


@cache
def compiled_model() -> CompiledModel:
    """Compile the model of this package, once per process.

    Examples
    --------
    >>> "igg_infused" in compiled_model().states
    True
    """
    return compile_sbml(structure_sbml())


def compile_sbml(text: str) -> CompiledModel:
    """Turn SBML of rate rules, assignment rules and parameters into heyoka expressions.

    Parameters
    ----------
    text : str
        SBML Level 3.

    Raises
    ------
    UnsupportedSBML
        For any element or mathematical operator the compiler does not know.
    """
    import heyoka as hy
    import libsbml

    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    if model is None:
        raise UnsupportedSBML("the text holds no SBML model")
    _refuse_unknown_elements(model)
    rates = {r.getVariable(): r.getMath() for r in model.getListOfRules() if r.isRate()}
    assigned = {r.getVariable(): r.getMath() for r in model.getListOfRules() if r.isAssignment()}
    states = tuple(p.getId() for p in model.getListOfParameters() if p.getId() in rates)
    constants = tuple(
        p.getId() for p in model.getListOfParameters() if p.getId() not in rates and p.getId() not in assigned
    )
    variables: dict[str, Any] = {s: hy.expression(s) for s in states}
    variables |= {name: hy.par[i] for i, name in enumerate(constants)}

    pending: set[str] = set()

    def lookup(name: str) -> Any:
        if name not in variables:
            if name not in assigned:
                raise UnsupportedSBML(f"'{name}' is used but not defined as a parameter")
            if name in pending:
                raise UnsupportedSBML(f"the assignment rule of '{name}' depends on itself")
            pending.add(name)
            variables[name] = _expression(assigned[name], lookup, f"the rule of '{name}'")
        return variables[name]

    for name in assigned:
        lookup(name)
    rhs = tuple(_expression(rates[s], lookup, f"the rate rule of '{s}'") for s in states)
    units = {p.getId(): p.getUnits() for p in model.getListOfParameters()}
    return CompiledModel(states, constants, rhs, variables, units)


def _refuse_unknown_elements(model: Any) -> None:
    """Name the first element whose meaning would otherwise be lost."""
    lists = {
        "reaction": model.getListOfReactions(),
        "event": model.getListOfEvents(),
        "species": model.getListOfSpecies(),
        "compartment": model.getListOfCompartments(),
        "constraint": model.getListOfConstraints(),
        "initial assignment": model.getListOfInitialAssignments(),
        "function definition": model.getListOfFunctionDefinitions(),
    }
    for kind, elements in lists.items():
        for element in elements:
            name = element.getId() or (element.getSymbol() if hasattr(element, "getSymbol") else "without id")
            raise UnsupportedSBML(
                f"{kind} '{name}' is not supported; use parameters with rate and assignment rules"
            )
    for rule in model.getListOfRules():
        if rule.isAlgebraic():
            raise UnsupportedSBML(
                "algebraic rule is not supported; use parameters with rate and assignment rules"
            )


def _expression(node: Any, lookup: Callable[[str], Any], where: str) -> Any:
    """Translate one node of the libSBML tree."""
    import heyoka as hy
    import libsbml

    kind = node.getType()
    if kind in (libsbml.AST_INTEGER, libsbml.AST_REAL, libsbml.AST_REAL_E, libsbml.AST_RATIONAL):
        return hy.expression(float(node.getValue()))
    if kind == libsbml.AST_NAME:
        return lookup(node.getName())
    if kind == libsbml.AST_NAME_TIME:
        return hy.time
    if kind == libsbml.AST_CONSTANT_PI:
        return hy.pi
    rule = _operators().get(kind)
    count = node.getNumChildren()
    result = rule([_expression(node.getChild(i), lookup, where) for i in range(count)]) if rule else None
    if result is None:
        name = _operator_name(node)
        raise UnsupportedSBML(f"operator '{name}' with {count} arguments in {where} is not supported")
    return result


@cache
def _operators() -> dict[int, Callable[[list[Any]], Any]]:
    """Map libSBML node types to heyoka; a rule returns None for a number of arguments it does not know."""
    import heyoka as hy
    import libsbml

    def one(function: Callable[[Any], Any]) -> Callable[[list[Any]], Any]:
        return lambda a: function(a[0]) if len(a) == 1 else None

    def minus(a: list[Any]) -> Any:
        return {1: lambda: -a[0], 2: lambda: a[0] - a[1]}.get(len(a), lambda: None)()

    def power(a: list[Any]) -> Any:
        return a[0] ** a[1] if len(a) == 2 else None

    def root(a: list[Any]) -> Any:
        # libSBML gives the degree first; only square roots are smooth everywhere we need them
        return (
            hy.sqrt(a[-1])
            if len(a) == 1 or (len(a) == 2 and str(a[0]) in ("2", "2.0000000000000000"))
            else None
        )

    return {
        libsbml.AST_PLUS: lambda a: hy.sum(a) if a else None,
        libsbml.AST_TIMES: lambda a: hy.prod(a) if a else None,
        libsbml.AST_MINUS: minus,
        libsbml.AST_DIVIDE: lambda a: a[0] / a[1] if len(a) == 2 else None,
        libsbml.AST_POWER: power,
        libsbml.AST_FUNCTION_POWER: power,
        libsbml.AST_FUNCTION_ROOT: root,
        libsbml.AST_FUNCTION_EXP: one(hy.exp),
        libsbml.AST_FUNCTION_LN: one(hy.log),
        libsbml.AST_FUNCTION_TANH: one(hy.tanh),
        libsbml.AST_FUNCTION_SIN: one(hy.sin),
        libsbml.AST_FUNCTION_COS: one(hy.cos),
    }


def _operator_name(node: Any) -> str:
    import libsbml

    return str(node.getName() or node.getOperatorName() or libsbml.formulaToL3String(node))
