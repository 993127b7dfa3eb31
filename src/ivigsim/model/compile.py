"""SBML to heyoka: the right-hand side and the observables, straight from the libSBML tree."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ivigsim.model.operators import apply, supported
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
    solved_with : int
        How many of them, the first, stand in the derivatives; the rest only in other variables.
    rhs : tuple of heyoka.expression
        Time derivative of each state, per day.
    variables : Mapping of str to heyoka.expression
        Every id of the model as an expression in states and parameters.
    units : Mapping of str to str
        SBML unit id of every id.
    moving : tuple of str
        States asked to rest whose rate rule does not vanish there.
    """

    states: tuple[str, ...]
    parameters: tuple[str, ...]
    solved_with: int
    rhs: tuple[Any, ...]
    variables: Mapping[str, Any]
    units: Mapping[str, str]
    moving: tuple[str, ...] = ()


@cache
def compiled_model(resting: frozenset[tuple[str, float]] = frozenset()) -> CompiledModel:
    """Compile the model of this package, once per process and set of resting variables.

    Parameters
    ----------
    resting : frozenset of (str, float)
        Rates that stay at a value, and states that may: those whose rate rule then vanishes are left out, as
        are the compartments of a drug that nobody gets.

    Examples
    --------
    >>> "igg_infused" in compiled_model().states
    True
    >>> "igg_infused" in compiled_model(frozenset({("ivig_rate", 0.0), ("igg_infused", 0.0),
    ...                                            ("igg_infused_tissue", 0.0)})).states
    False
    """
    fixed = dict(resting)
    while True:
        model = compile_sbml(structure_sbml(), fixed)
        moving = [name for name in model.moving if name in fixed]
        if not moving:
            return model
        for name in moving:
            del fixed[name]


def compile_sbml(text: str, fixed: Mapping[str, float] = MappingProxyType({})) -> CompiledModel:
    """Turn SBML of rate rules, assignment rules and parameters into heyoka expressions.

    Parameters
    ----------
    text : str
        SBML Level 3.
    fixed : mapping of str to float
        Parameters and states to hold at a value; what then is known is computed here, not at each step.

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
    variables: dict[str, Any] = dict(fixed)
    variables |= {s: hy.expression(s) for s in states if s not in fixed}
    variables |= {name: hy.par[i] for i, name in enumerate(constants) if name not in fixed}

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
    slopes = {s: _expression(rates[s], lookup, f"the rate rule of '{s}'") for s in states}
    rhs = [_plain(slopes[s]) for s in states if s not in fixed]
    # the solver is given only the parameters that move something: number them first
    moving = sorted({int(str(p).removeprefix("p")) for e in rhs for p in hy.get_params(e)})
    order = [*moving, *(i for i in range(len(constants)) if i not in moving)]
    renumber = {hy.par[old]: hy.par[new] for new, old in enumerate(order)}
    return CompiledModel(
        states=tuple(s for s in states if s not in fixed),
        parameters=tuple(constants[i] for i in order),
        solved_with=len(moving),
        rhs=tuple(hy.subs(e, renumber) for e in rhs),
        variables={name: hy.subs(_plain(e), renumber) for name, e in variables.items()},
        units={p.getId(): p.getUnits() for p in model.getListOfParameters()},
        moving=tuple(s for s in states if s in fixed and slopes[s] != 0.0),
    )


def _plain(value: Any) -> Any:
    """Turn a known value into an expression."""
    import heyoka as hy

    return hy.expression(value) if isinstance(value, float) else value


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
    """Translate one node of the libSBML tree: a float where its value is known, else an expression."""
    import heyoka as hy
    import libsbml

    kind = node.getType()
    if kind in (libsbml.AST_INTEGER, libsbml.AST_REAL, libsbml.AST_REAL_E, libsbml.AST_RATIONAL):
        return float(node.getValue())
    if kind == libsbml.AST_NAME:
        return lookup(node.getName())
    if kind == libsbml.AST_NAME_TIME:
        return hy.time
    if kind == libsbml.AST_CONSTANT_PI:
        return math.pi
    count = node.getNumChildren()
    if supported(kind):
        result = apply(kind, [_expression(node.getChild(i), lookup, where) for i in range(count)])
        if result is not None:
            return result
    name = _operator_name(node)
    raise UnsupportedSBML(f"operator '{name}' with {count} arguments in {where} is not supported")


def _operator_name(node: Any) -> str:
    import libsbml

    return str(node.getName() or node.getOperatorName() or libsbml.formulaToL3String(node))
