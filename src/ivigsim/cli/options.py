"""Options that several commands share, and how their text is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from ivigsim.errors import InputError

Population = Annotated[str, typer.Option(help="Population to draw from; `ivigsim populations` lists them.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same patients.")]
Days = Annotated[int, typer.Option(help="Days to simulate, with an output every day.")]
Covariate = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE", help="Fix a covariate for everyone, as in splenectomised=yes; repeatable."
    ),
]
SwitchOff = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Turn a mechanism off; `ivigsim switches` lists them; repeatable."),
]
SwitchOn = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Turn a mechanism on; repeatable.")]
AllowExtreme = Annotated[
    bool, typer.Option("--allow-extreme", help="Take doses above the guard against slips of a unit.")
]

_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def read_covariates(texts: Sequence[str] | None) -> dict[str, object]:
    """Read covariates written as NAME=VALUE.

    Raises
    ------
    InputError
        For text without "=", a name given twice, an unknown name or a value it cannot have.

    Examples
    --------
    >>> read_covariates(["weight_kg=20", "splenectomised=yes", "fcgr3a=VV"])
    {'weight_kg': 20.0, 'splenectomised': True, 'fcgr3a': 'VV'}
    """
    from ivigsim.patients.covariates import COVARIATES, YES_NO, check_covariates

    found: dict[str, object] = {}
    for text in texts or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise InputError(
                f"covariate {text!r} has no name or no value; accepted: NAME=VALUE as in weight_kg=20"
            )
        if name in found:
            raise InputError(f"covariate {name} is given twice; accepted: one value for everyone")
        known = COVARIATES.get(name)
        if known is not None and known.levels == YES_NO:
            if value.lower() not in _YES_NO:
                raise InputError(f"covariate {name} is {value!r}; accepted: yes or no")
            found[name] = _YES_NO[value.lower()]
        elif known is not None and not known.levels:
            found[name] = _number(value)
        else:
            found[name] = value
    return dict(check_covariates(found))


def _number(text: str) -> float | str:
    """Return a number, or the text itself for the check that follows to refuse."""
    try:
        return float(text)
    except ValueError:
        return text


def read_switches(off: Sequence[str] | None, on: Sequence[str] | None) -> dict[str, bool]:
    """Read the names of mechanisms to turn off and on.

    Raises
    ------
    InputError
        For an unknown name, or one in both lists.

    Examples
    --------
    >>> read_switches(["fc_gamma_blockade"], None)
    {'fc_gamma_blockade': False}
    """
    from ivigsim.checks import check_switches
    from ivigsim.model.parameters import switches

    both = set(off or ()) & set(on or ())
    if both:
        raise InputError(f"switch {min(both)!r} is turned off and on; accepted: one of them")
    given = dict.fromkeys(off or (), False) | dict.fromkeys(on or (), True)
    check_switches(given, switches())
    return given
