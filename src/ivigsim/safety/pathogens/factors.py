"""How far the steps of a process reduce an agent: factors of steps that act differently are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ivigsim.errors import unknown
from ivigsim.safety.pathogens.agents import Agent, agent_named
from ivigsim.safety.pathogens.facts import Fact
from ivigsim.safety.pathogens.processes import Process, process_named


@dataclass(frozen=True)
class Part:
    """One mechanism of a process.

    Attributes
    ----------
    mechanism : str
    fact : Fact
        The row that counts for it.
    alike : tuple of Fact
        Rows of other steps of the same mechanism, not added.
    further : tuple of Fact
        Rows of the same mechanism with a model virus that is further off, or with a larger factor of a virus
        that is as close.
    borrowed : bool
        Whether the row is that of another product.
    """

    mechanism: str
    fact: Fact
    alike: tuple[Fact, ...]
    further: tuple[Fact, ...]
    borrowed: bool

    @property
    def log10(self) -> float:
        """Reduction that counts (log10).

        Of a published sum over n steps that act alike, the nth part: the largest of n is never below it.
        """
        return counted(self.fact)

    @property
    def at_least(self) -> bool:
        """Whether it is a lower bound: published as one, or with more steps that act alike."""
        return self.fact.at_least or self.fact.steps > 1 or bool(self.alike)


@dataclass(frozen=True)
class Reduction:
    """The reduction of an agent by a process.

    Attributes
    ----------
    process : Process
    agent : Agent
    parts : tuple of Part
        One for each mechanism.
    not_counted : tuple of Fact
        Rows that the source itself does not count.
    unverified : tuple of Fact
        Rows left out since they were not checked against their source.
    without : tuple of str
        Mechanisms left out on request.
    """

    process: Process
    agent: Agent
    parts: tuple[Part, ...]
    not_counted: tuple[Fact, ...]
    unverified: tuple[Fact, ...]
    without: tuple[str, ...]

    @property
    def log10(self) -> float:
        """Sum over mechanisms (log10)."""
        return sum(part.log10 for part in self.parts)

    @property
    def at_least(self) -> bool:
        """Whether the sum is a lower bound: any part is one, or rows were left out as unverified."""
        return any(part.at_least for part in self.parts) or bool(self.unverified)

    @property
    def doubtful(self) -> bool:
        """Whether any part that counts was not checked against its source."""
        return any(part.fact.doubt for part in self.parts)


def reduction(
    process: str | Process,
    agent: str | Agent,
    without: Sequence[str] = (),
    *,
    unverified: bool = False,
) -> Reduction:
    """Add the reduction factors of a process over its mechanisms.

    Of one mechanism a single step counts, the one that reduces most: two steps that act alike reduce less
    than their sum (row gamunex_overlap). Within a step the model virus closest to the agent counts, and of
    equally close ones the one that is reduced least.

    Parameters
    ----------
    process : str or Process
        As in `PROCESSES`, or the product made so.
    agent : str or Agent
    without : sequence of str
        Mechanisms to leave out, for a process as it was before a step was added.
    unverified : bool
        Count rows that were not checked against their source, too.

    Returns
    -------
    Reduction

    Raises
    ------
    InputError
        When process or agent is unknown, or a mechanism to leave out is not part of the process.

    Examples
    --------
    >>> found = reduction("Gammagard S/D", "HIV")
    >>> [(part.mechanism, part.log10) for part in found.parts], round(found.log10, 1), found.at_least
    ([('partitioning', 5.7), ('solvent/detergent', 6.0)], 11.7, True)
    """
    made = process_named(process) if isinstance(process, str) else process
    whom = agent_named(agent) if isinstance(agent, str) else agent
    known = dict.fromkeys(fact.mechanism for fact in made.rows())
    for each in without:
        if each not in known:
            raise unknown(f"step of {made.name}", each, known)
    rows = [fact for fact in made.rows() if _stands_for(fact, whom) and fact.mechanism not in without]
    usable = [fact for fact in rows if fact.counts and (unverified or not fact.doubt)]
    by_mechanism = {name: [fact for fact in usable if fact.mechanism == name] for name in known}
    return Reduction(
        process=made,
        agent=whom,
        parts=tuple(_part(name, found, whom, made) for name, found in by_mechanism.items() if found),
        not_counted=tuple(fact for fact in rows if not fact.counts),
        unverified=tuple(fact for fact in rows if fact.counts and fact not in usable),
        without=tuple(without),
    )


def counted(fact: Fact) -> float:
    """Return how much of a row counts for its mechanism (log10).

    Examples
    --------
    >>> from ivigsim.safety.pathogens.facts import load_facts
    >>> counted(load_facts()["gsd_step2_BVDV"]), counted(load_facts()["car_depth_HIV"])  # 15.5 over 4 steps
    (1.3, 3.875)
    """
    return (fact.log10 or 0.0) / fact.steps


def _stands_for(fact: Fact, agent: Agent) -> bool:
    return fact.model_for in agent.models_for if fact.model_for else fact.agent == agent.name


def _part(mechanism: str, rows: Sequence[Fact], agent: Agent, process: Process) -> Part:
    """Choose the row that counts: the closest virus, in each step the least, over steps the most."""
    closest = min(agent.distance(fact.agent) for fact in rows)
    near = sorted(
        (fact for fact in rows if agent.distance(fact.agent) == closest), key=lambda fact: fact.step
    )
    least = [min(same, key=counted) for _, same in groupby(near, key=lambda fact: fact.step)]
    best = max(least, key=counted)
    return Part(
        mechanism=mechanism,
        fact=best,
        alike=tuple(fact for fact in rows if fact.step != best.step and counted(fact) > 0),
        further=tuple(fact for fact in rows if fact.step == best.step and fact is not best),
        borrowed=best.id in process.borrowed,
    )
