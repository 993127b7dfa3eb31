"""The command line that gives the same numbers as a request."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from ivigsim.treatment.wording import number_text


def command_line(
    name: str,
    phrases: Sequence[str],
    options: Mapping[str, object],
    covariates: Mapping[str, object],
    switches: Mapping[str, bool],
    *,
    allow_extreme: bool = False,
    flags: Sequence[str] = (),
) -> str:
    """Return a line for a shell.

    Parameters
    ----------
    name : str
        Of the command, such as "simulate".
    phrases : sequence of str
        Dose phrases.
    options : mapping of str to object
        Option -> value, or list of values of an option that is repeated; without those that are None.
    covariates, switches : mapping
        As for `ivigsim.simulate`.
    allow_extreme : bool
        As for `ivigsim.simulate`.
    flags : sequence of str
        Other options without a value.

    Examples
    --------
    >>> command_line("simulate", ["IVIG 1 g/kg"], {"patients": 50}, {"splenectomised": True}, {})
    "ivigsim simulate 'IVIG 1 g/kg' --patients 50 --covariate splenectomised=yes --json"
    """
    words = ["ivigsim", name, *phrases]
    for option, value in options.items():
        for each in value if isinstance(value, list) else [value]:
            words += [] if each is None else [f"--{option}", _value(each)]
    for covariate, fixed in covariates.items():
        words += ["--covariate", f"{covariate}={_value(fixed)}"]
    for switch, on in switches.items():
        words += ["--switch-on" if on else "--switch-off", switch]
    flags = [*(["allow-extreme"] if allow_extreme else []), *flags, "json"]
    return shlex.join([*words, *(f"--{flag}" for flag in flags)])


def _value(fixed: object) -> str:
    if isinstance(fixed, bool):
        return "yes" if fixed else "no"
    return number_text(fixed) if isinstance(fixed, int | float) else str(fixed)
