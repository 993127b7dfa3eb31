"""How far the steps of a process reduce an agent: factors of steps that act differently are added."""

from __future__ import annotations

from dataclasses import dataclass

from ivigsim.errors import InputError, nearest
from ivigsim.safety.pathogens.agents import Agent, agent_named
from ivigsim.safety.pathogens.facts import Fact, load_facts

SETTINGS = {
    "Gammagard S/D": "Gammagard S/D",
    "Carimune NF": "Carimune NF",
    "Gamunex-C": "Gamunex-C",
    "pasteurised IGIV": "IGIV (",
    "minipool IgG, caprylate": "minipool IgG",
}
"""Processes with factors of their own in the table, and how their rows begin."""

BORROWED = {"Gammagard S/D": ("hb_sd_HIV", "hb_sd_HCV", "hb_sd_HBV", "hb_sd_HAV", "hb_sd_B19")}
"""Rows of other settings for steps whose own factor is not in the table: what a published risk model takes
for solvent and detergent (in 308 studies only the envelope counts: row sd_ppta)."""


@dataclass(frozen=True)
class Part:
    """One mechanism of a process.

    Attributes
    ----------
    mechanism : str
    fact : Fact
        The row that counts for it.
    others : tuple of Fact
        Rows of the same mechanism that do not: smaller, or of a model virus that is further off.
    """

    mechanism: str
    fact: Fact
    others: tuple[Fact, ...]

    @property
    def log10(self) -> float:
        """Reduction that counts (log10)."""
        assert self.fact.log10 is not None
        return self.fact.log10


@dataclass(frozen=True)
class Reduction:
    """The reduction of an agent by a process.

    Attributes
    ----------
    process : str
    agent : Agent
    parts : tuple of Part
        One for each mechanism.
    not_counted : tuple of Fact
        Rows that the source itself does not count.
    """

    process: str
    agent: Agent
    parts: tuple[Part, ...]
    not_counted: tuple[Fact, ...]

    @property
    def log10(self) -> float:
        """Sum over mechanisms (log10)."""
        return sum(part.log10 for part in self.parts)

    @property
    def at_least(self) -> bool:
        """Whether the sum is a lower bound, as when any part is."""
        return any(part.fact.at_least for part in self.parts)

    @property
    def doubtful(self) -> bool:
        """Whether any part was not fully checked against its source."""
        return any(part.fact.doubt for part in self.parts)


def processes() -> tuple[str, ...]:
    """Return the processes that have factors of their own.

    Examples
    --------
    >>> "Carimune NF" in processes()
    True
    """
    return tuple(SETTINGS)


def process_of(product: str) -> str:
    """Return the process of a product.

    Raises
    ------
    InputError
        When the table holds no reduction factors of it, with those that have some.

    Examples
    --------
    >>> process_of("Gammagard S/D (IgA <1)")
    'Gammagard S/D'
    """
    for process in SETTINGS:
        if product.lower().startswith(process.lower()) or process.lower().startswith(
            product.strip().lower() or "-"
        ):
            return process
    close = nearest(product, SETTINGS)
    hint = f" (nearest: '{close}')" if close else ""
    raise InputError(
        f"no reduction factors of {product!r} are in the table, so no risk is computed;"
        f" accepted: {', '.join(SETTINGS)}{hint}"
    )


def reduction(process: str, agent: str | Agent, without: tuple[str, ...] = ()) -> Reduction:
    """Add the reduction factors of a process over its mechanisms.

    Of the rows of one mechanism, that of the closest model virus counts, and of several steps that act alike
    the largest alone: two similar steps reduce less than the sum of both (row gamunex_overlap).

    Parameters
    ----------
    process : str
        See `processes`.
    agent : str or Agent
    without : tuple of str
        Mechanisms to leave out, for a process as it was before a step was added.

    Returns
    -------
    Reduction

    Raises
    ------
    InputError
        When the process or the agent is unknown, or a mechanism to leave out is not part of it.

    Examples
    --------
    >>> found = reduction("Carimune NF", "HIV")
    >>> [(part.mechanism, part.log10) for part in found.parts], round(found.log10, 1), found.at_least
    ([('partitioning', 15.5), ('low pH', 6.1), ('nanofiltration', 4.9)], 26.5, True)
    """
    name = process_of(process)
    whom = agent_named(agent) if isinstance(agent, str) else agent
    rows = [fact for fact in load_facts().values() if fact.log10 is not None and _is_of(name, whom, fact)]
    mechanisms = list(dict.fromkeys(fact.mechanism for fact in rows))
    for each in without:
        if each not in mechanisms:
            raise InputError(
                f"{name} has no step {each!r} against {whom.name}; accepted: {', '.join(mechanisms)}"
            )
    parts = []
    for mechanism in mechanisms:
        counted = [fact for fact in rows if fact.mechanism == mechanism and fact.counts]
        if counted and mechanism not in without:
            best = min(counted, key=lambda fact: (_distance(whom, fact), -(fact.log10 or 0.0)))
            parts.append(Part(mechanism, best, tuple(fact for fact in counted if fact is not best)))
    return Reduction(name, whom, tuple(parts), tuple(fact for fact in rows if not fact.counts))


def _is_of(process: str, agent: Agent, fact: Fact) -> bool:
    if fact.id in BORROWED.get(process, ()):
        return fact.agent == agent.name
    return fact.setting.startswith(SETTINGS[process]) and fact.model_for in agent.models_for


def _distance(agent: Agent, fact: Fact) -> int:
    """Place of a model virus among those of an agent: 0 is the closest."""
    name = fact.agent.split(" (")[0]
    return agent.models.index(name) if name in agent.models else len(agent.models)
