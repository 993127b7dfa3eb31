"""A product, a dose and a weight: the risk left of each agent, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivigsim.errors import InputError
from ivigsim.safety.pathogens.agents import AGENTS, agent_named
from ivigsim.safety.pathogens.donors import Donors, Unknown
from ivigsim.safety.pathogens.factors import Reduction, reduction
from ivigsim.safety.pathogens.processes import PROCESSES, Process, process_named
from ivigsim.safety.pathogens.residual import Residual, residual_risk
from ivigsim.treatment import Regimen


@dataclass(frozen=True)
class Assessed:
    """One agent.

    Attributes
    ----------
    reduction : Reduction
    risk : Residual or None
    why_not : str
        Why no risk is computed; empty when there is one.
    """

    reduction: Reduction
    risk: Residual | None
    why_not: str


def assess(
    product: str,
    dose: str = "1 g/kg daily x2",
    weight_kg: float = 70.0,
    *,
    agents: Sequence[str] = (),
    donors: Donors | None = None,
    without: Sequence[str] = (),
    unverified: bool = False,
    lots: int = 1,
    seed: int = 1,
) -> tuple[Assessed, ...]:
    """Return reduction and risk of each agent.

    Parameters
    ----------
    product : str
        Product or process with reduction factors in the table.
    dose : str
        Dose phrase; the drug may be left out.
    weight_kg : float
        Body weight (kg).
    agents : sequence of str
        All when empty.
    donors : Donors, optional
        What is known better than by the table. Numbers of one agent go with one agent.
    without, unverified
        See `reduction`.
    lots, seed
        See `residual_risk`.

    Raises
    ------
    InputError
        When a name is unknown, no factor of the product counts, or a number is out of range.

    Examples
    --------
    >>> (found,) = assess("Gammagard S/D", agents=["HCV"])
    >>> round(found.reduction.log10, 1), found.risk.at_most
    (7.3, True)
    >>> assess("Gammagard S/D", agents=["HAV"])[0].why_not.partition(";")[0]
    'the incidence of HAV among donors is not in the table, so no risk is computed'
    """
    process = process_named(product)
    grams = doses_g(dose, weight_kg)
    names = list(dict.fromkeys(agent_named(each).name for each in agents or AGENTS))
    _one_agent(donors or Donors(), names)
    _check_factors(process, unverified)
    found = []
    for name in names:
        less = reduction(process, name, without, unverified=unverified)
        try:
            found.append(Assessed(less, residual_risk(less, grams, donors, lots=lots, seed=seed), ""))
        except Unknown as missing:
            found.append(Assessed(less, None, str(missing)))
    return tuple(found)


def doses_g(dose: str, weight_kg: float) -> list[float]:
    """Return the grams of each infusion of a dose phrase, the drug of which may be left out.

    Raises
    ------
    InputError
        When the phrase cannot be read or has another drug, or the weight is out of range.

    Examples
    --------
    >>> doses_g("1 g/kg daily x2", 70), doses_g("IVIG 35 g", 70)
    ([70.0, 70.0], [35.0])
    """
    if not 1 <= weight_kg <= 300:
        raise InputError(
            f"the weight is {weight_kg:g} kg; accepted: 1 to 300 kg (nearest: {1 if weight_kg < 1 else 300})"
        )
    text = dose.strip()
    regimen = Regimen.parse(text if text[:1].isalpha() else f"IVIG {text}")
    others = sorted({course.drug for course in regimen.courses} - {"IVIG"})
    if others:
        raise InputError(f"the dose {dose!r} has {others[0]}; accepted: IVIG alone, as '1 g/kg daily x2'")
    return [float(amount) * weight_kg / 1000 for amount in regimen.doses([weight_kg]).amount[0]]


def checked_processes() -> tuple[str, ...]:
    """Return the processes with a factor that was checked against its source.

    Examples
    --------
    >>> "Gammagard S/D" in checked_processes(), "Gamunex-C" in checked_processes()
    (True, False)
    """
    return tuple(
        name
        for name, process in PROCESSES.items()
        if any(fact.counts and not fact.doubt for fact in process.rows())
    )


def _check_factors(process: Process, unverified: bool) -> None:
    if not unverified and process.name not in checked_processes():
        raise InputError(
            f"no factor of {process.name!r} in the table was fully checked against its source, so none"
            " counts;"
            f" accepted: {', '.join(checked_processes())}, or unverified factors too (--unverified)"
        )


def _one_agent(donors: Donors, names: Sequence[str]) -> None:
    """Refuse numbers that hold for one agent when there are several."""
    own = {
        "chance per donation": donors.per_donation,
        "incidence": donors.incidence_per_1e5,
        "window": donors.window_d,
        "titre": donors.titre_log10,
        "number of copies that infect": donors.copies_per_infection,
    }
    given = [what for what, value in own.items() if value is not None]
    if given and len(names) > 1:
        raise InputError(
            f"the {given[0]} is that of one agent and {len(names)} are asked for; accepted: with one agent"
            " (nearest: --agent HCV)"
        )
