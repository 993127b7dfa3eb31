"""The command line and the Python lines that give the same numbers as the page."""

from __future__ import annotations

from collections.abc import Mapping

from ivigsim.web.command import command_line
from ivigsim.web.page.state import State

SETTINGS = ("population", "patients", "seed", "days")


def command(
    state: State,
    name: str,
    *letters: str,
    options: Mapping[str, object] | None = None,
    without: tuple[str, ...] = (),
) -> str:
    """Return a line for a shell.

    Parameters
    ----------
    state : State
    name : str
        Of the command.
    *letters : str
        Of the regimens it gets; all unless given.
    options : mapping, optional
        Others than the settings that all commands share, or other values of these.
    without : tuple of str
        Settings that the command does not have.

    Examples
    --------
    >>> command(State(b=""), "simulate")
    "ivigsim simulate 'IVIG 1 g/kg daily x2' --population adult-chronic --patients 500 --seed 1 --days 60"
    """
    settings = {key: getattr(state, key) for key in SETTINGS if key not in without} | dict(options or {})
    phrases = [state.phrases[letter] for letter in letters or state.phrases]
    line = command_line(
        name, phrases, settings, state.covariates, state.switches, allow_extreme=state.extreme
    )
    return line.removesuffix(" --json")


def arguments(state: State, patients: int | None = None, days: int | None = None) -> str:
    """Return the keyword arguments that `ivigsim.simulate` and `ivigsim.explain` share.

    Examples
    --------
    >>> print(arguments(State(patients=200)))
    population="adult-chronic", patients=200, seed=1, days=60
    """
    parts = [
        f'population="{state.population}"',
        f"patients={patients or state.patients}",
        f"seed={state.seed}",
        f"days={days or state.days}",
    ]
    parts += [f"covariates={state.covariates!r}"] if state.covariates else []
    parts += [f"switches={state.switches!r}"] if state.switches else []
    parts += ["allow_extreme=True"] if state.extreme else []
    return ", ".join(parts)


def treatment_text(state: State, letter: str) -> str:
    """Return a regimen as Python takes it.

    Examples
    --------
    >>> treatment_text(State(b="untreated"), "B")
    'None'
    """
    treatment = state.treatment(letter)
    return "None" if treatment is None else repr(str(treatment))


def simulate_code(state: State) -> str:
    """Return Python lines that simulate the regimens.

    Examples
    --------
    >>> print(simulate_code(State(b="", patients=50)))
    import ivigsim
    <BLANKLINE>
    a = ivigsim.simulate('IVIG 1 g/kg daily x2', population="adult-chronic", patients=50, seed=1, days=60)
    print(a["platelets"].shape)
    """
    names = {letter: letter.lower() for letter in state.phrases}
    lines = ["import ivigsim", ""]
    for letter, name in names.items():
        lines.append(f"{name} = ivigsim.simulate({treatment_text(state, letter)}, {arguments(state)})")
    lines.append(f'print({", ".join(f"""{name}["platelets"].shape""" for name in names.values())})')
    return "\n".join(lines)


def outcome_code(state: State, letter: str, outcome: str) -> str:
    """Return Python lines that give one outcome of one regimen."""
    treatment = state.treatment(letter)
    arm = "None" if treatment is None else f"Regimen.parse({str(treatment)!r})"
    return "\n".join(
        [
            "from ivigsim.report.comparison import Request, compare",
            "from ivigsim.treatment import Regimen",
            "",
            f"found = compare(Request(({arm},), {arguments(state)}))",
            f'print(next(each for each in found.arms[0].outcomes if each.id == "{outcome}"))',
        ]
    )


def quantile_code(state: State, letter: str, output: str, day: int) -> str:
    """Return Python lines that give the percentiles of an output on a day."""
    lines = ["import numpy as np", "import ivigsim", ""]
    simulated = f"ivigsim.simulate({treatment_text(state, letter)}, {arguments(state)})"
    lines += [
        f"sim = {simulated}",
        f'print(np.nanquantile(sim["{output}"][:, {day}], [0.05, 0.25, 0.5, 0.75, 0.95]))',
    ]
    return "\n".join(lines)
