"""The operators of SBML that the compiler knows, as heyoka expressions; what is known already is computed."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

Operands = list[Any]  # a float where the value is known, else a heyoka expression


def supported(kind: int) -> bool:
    """Say whether the compiler knows a libSBML operator."""
    return kind in _rules()


def apply(kind: int, operands: Operands) -> Any:
    """Apply a supported libSBML operator; None for a number of operands that it does not take.

    Examples
    --------
    >>> import libsbml
    >>> apply(libsbml.AST_TIMES, [2.0, 3.0])
    6.0
    """
    return _rules()[kind](operands)


@cache
def _rules() -> dict[int, Callable[[Operands], Any]]:
    import heyoka as hy
    import libsbml

    def one(known: Callable[[float], float], function: Callable[[Any], Any]) -> Callable[[Operands], Any]:
        def rule(a: Operands) -> Any:
            if len(a) != 1:
                return None
            return known(a[0]) if isinstance(a[0], float) else function(a[0])

        return rule

    def root(a: Operands) -> Any:
        # libSBML gives the degree first; only square roots are smooth everywhere we need them
        square = len(a) == 1 or (len(a) == 2 and a[0] == 2.0)
        return one(math.sqrt, hy.sqrt)(a[-1:]) if square else None

    return {
        libsbml.AST_PLUS: _sum,
        libsbml.AST_TIMES: _product,
        libsbml.AST_MINUS: _minus,
        libsbml.AST_DIVIDE: _quotient,
        libsbml.AST_POWER: _power,
        libsbml.AST_FUNCTION_POWER: _power,
        libsbml.AST_FUNCTION_ROOT: root,
        libsbml.AST_FUNCTION_EXP: one(math.exp, hy.exp),
        libsbml.AST_FUNCTION_LN: one(math.log, hy.log),
        libsbml.AST_FUNCTION_TANH: one(math.tanh, hy.tanh),
        libsbml.AST_FUNCTION_SIN: one(math.sin, hy.sin),
        libsbml.AST_FUNCTION_COS: one(math.cos, hy.cos),
    }


def _split(a: Operands) -> tuple[list[float], Operands]:
    return [x for x in a if isinstance(x, float)], [x for x in a if not isinstance(x, float)]


def _sum(a: Operands) -> Any:
    import heyoka as hy

    known, rest = _split(a)
    total = math.fsum(known)
    if not rest:
        return total if a else None
    return hy.sum([*rest, hy.expression(total)]) if total else hy.sum(rest) if len(rest) > 1 else rest[0]


def _product(a: Operands) -> Any:
    import heyoka as hy

    known, rest = _split(a)
    factor = math.prod(known)
    if not rest or factor == 0.0:
        return float(factor) if a else None
    return (
        hy.prod([hy.expression(factor), *rest])
        if factor != 1.0
        else hy.prod(rest)
        if len(rest) > 1
        else rest[0]
    )


def _minus(a: Operands) -> Any:
    if len(a) == 1:
        return -a[0]
    if len(a) != 2:
        return None
    return a[0] if isinstance(a[1], float) and a[1] == 0.0 else _sum([a[0], -a[1]])


def _quotient(a: Operands) -> Any:
    if len(a) != 2:
        return None
    if isinstance(a[0], float) and a[0] == 0.0:
        return 0.0
    return a[0] if isinstance(a[1], float) and a[1] == 1.0 else a[0] / a[1]


def _power(a: Operands) -> Any:
    import heyoka as hy

    if len(a) != 2:
        return None
    base, exponent = a
    if isinstance(exponent, float):
        return base if exponent == 1.0 else base**exponent
    return (hy.expression(base) if isinstance(base, float) else base) ** exponent
