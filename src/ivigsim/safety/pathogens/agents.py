"""The agents that plasma may carry, and the viruses that stand for them in studies of reduction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivigsim.errors import unknown


@dataclass(frozen=True)
class Agent:
    """An agent.

    Attributes
    ----------
    name, title : str
    enveloped : bool or None
        None for prions, which are no viruses.
    models : tuple of tuple of str
        What studies spike to stand for it: names as in the table, the closest first, equals together.
    models_for : tuple of str
        What the table says that such a model stands for.
    """

    name: str
    title: str
    enveloped: bool | None
    models: tuple[tuple[str, ...], ...]
    models_for: tuple[str, ...]

    def distance(self, spiked: str) -> int:
        """Return how far what was spiked is from the agent: 0 is the closest.

        Examples
        --------
        >>> agent_named("HCV").distance("BVDV"), agent_named("HAV").distance("BEV (28-30 nm, no envelope)")
        (1, 1)
        """
        name = spiked.split(" (")[0]
        return next((i for i, equals in enumerate(self.models) if name in equals), len(self.models))


AGENTS: Mapping[str, Agent] = {
    agent.name: agent
    for agent in (
        Agent("HIV", "human immunodeficiency virus", True, (("HIV", "HIV-1"),), ("HIV-1",)),
        Agent(
            *("HCV", "hepatitis C virus", True),
            models=(("HCV", "HCV RNA"), ("BVDV",), ("Sindbis", "SIN", "SFV")),
            models_for=("HCV", "HCV/flavi-alpha"),
        ),
        Agent("HBV", "hepatitis B virus", True, (("HBV", "HBV DNA"), ("PRV",)), ("HBV", "HBV/herpes")),
        Agent(
            *("HAV", "hepatitis A virus", False),
            models=(("HAV",), ("EMCV", "polio-1", "BEV")),
            models_for=("HAV", "HAV-like"),
        ),
        Agent("B19", "parvovirus B19", False, (("B19", "B19V DNA"), ("PPV", "BPV")), ("B19",)),
        Agent("prion", "prion of variant Creutzfeldt-Jakob disease", None, (), ("prion",)),
    )
}
"""What stands for what is the column `model_for` of the table; which is closest is assumed from the families:
BVDV is of that of HCV, Sindbis and Semliki Forest virus are not."""


def agent_named(name: str) -> Agent:
    """Return an agent by its name, in any case.

    Raises
    ------
    InputError
        When there is none.

    Examples
    --------
    >>> agent_named("hcv").enveloped
    True
    """
    found = {each.lower(): agent for each, agent in AGENTS.items()}
    if name.strip().lower() not in found:
        raise unknown("agent", name, AGENTS)
    return found[name.strip().lower()]
