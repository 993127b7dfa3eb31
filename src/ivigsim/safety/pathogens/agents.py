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
    models : tuple of str
        What studies spike to stand for it, the closest first: names as in the table.
    models_for : tuple of str
        What the table says such a model stands for, when the name of the model is not enough.
    """

    name: str
    title: str
    enveloped: bool | None
    models: tuple[str, ...]
    models_for: tuple[str, ...]


AGENTS: Mapping[str, Agent] = {
    agent.name: agent
    for agent in (
        Agent("HIV", "human immunodeficiency virus", True, ("HIV", "HIV-1"), ("HIV-1",)),
        Agent(
            *("HCV", "hepatitis C virus", True),
            models=("HCV RNA", "BVDV", "Sindbis", "SFV", "SIN"),
            models_for=("HCV", "HCV/flavi-alpha"),
        ),
        Agent("HBV", "hepatitis B virus", True, ("HBV", "HBV DNA", "PRV"), ("HBV", "HBV/herpes")),
        Agent("HAV", "hepatitis A virus", False, ("HAV", "EMCV", "polio-1"), ("HAV", "HAV-like")),
        Agent("B19", "parvovirus B19", False, ("B19V DNA", "PPV", "BPV"), ("B19",)),
        Agent("prion", "prion of variant Creutzfeldt-Jakob disease", None, (), ("prion",)),
    )
}
"""The models follow the column `model_for` of the table; which is closest is assumed from their families."""


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
    if name.lower() not in found:
        raise unknown("agent", name, AGENTS)
    return found[name.lower()]
