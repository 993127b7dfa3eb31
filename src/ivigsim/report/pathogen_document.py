"""The JSON documents of pathogen safety."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ivigsim._version import __version__
from ivigsim.report.wording import RESEARCH_ONLY
from ivigsim.safety.pathogens.agents import AGENTS
from ivigsim.safety.pathogens.assessment import Assessed, doses_g
from ivigsim.safety.pathogens.factors import Reduction, reduction
from ivigsim.safety.pathogens.facts import Fact
from ivigsim.safety.pathogens.processes import PROCESSES

SPREADS = ("contaminated", "given_such_a_pool", "per_gram", "per_dose", "per_course", "without_steps")


def processes_document(unverified: bool = False) -> str:
    """Return the processes and their reductions as JSON."""
    rows = [
        {
            "process": name,
            "reductions": [_reduction(reduction(name, a, unverified=unverified)) for a in AGENTS],
        }
        for name in PROCESSES
    ]
    return _json({"processes": rows})


def risks_document(found: Sequence[Assessed], dose: str, weight_kg: float, lots: int, seed: int) -> str:
    """Return the risk of each agent as JSON; one that is not computed says why."""
    return _json(
        {
            "process": found[0].reduction.process.name,
            "dose": dose,
            "weight_kg": weight_kg,
            "doses_g": doses_g(dose, weight_kg),
            "pools": lots,
            "seed": seed,
            "agents": [_agent(each) for each in found],
        }
    )


def rows_document(facts: Sequence[Fact]) -> str:
    """Return rows as JSON; what is unknown is null."""
    rows = [
        {name: None if value == "" else value for name, value in asdict(fact).items() if name != "doubt"}
        | {"mechanism": fact.mechanism or None, "checked": fact.doubt or "yes"}
        for fact in facts
    ]
    return _json({"rows": rows})


def _agent(each: Assessed) -> dict[str, Any]:
    risk = each.risk
    part = {"reduction": _reduction(each.reduction)}
    if risk is None:
        return part | {"risk": None, "why_not": each.why_not}
    return part | {
        "risk": {
            "is_upper_bound": risk.at_most,
            **{name: asdict(getattr(risk, name)) for name in SPREADS},
            "inputs": [asdict(one) for one in risk.inputs],
        },
        "why_not": None,
    }


def _reduction(found: Reduction) -> dict[str, Any]:
    return {
        "agent": found.agent.name,
        "enveloped": found.agent.enveloped,
        "log10": found.log10 if found.parts else None,
        "is_lower_bound": found.at_least,
        "mechanisms": [
            {
                "mechanism": part.mechanism,
                "log10": part.log10,
                "is_lower_bound": part.at_least,
                "row": part.fact.id,
                "spiked": part.fact.agent,
                "from_another_product": part.borrowed,
                "checked": part.fact.doubt or "yes",
                "not_added": [fact.id for fact in (*part.alike, *part.further)],
            }
            for part in found.parts
        ],
        "not_counted_by_source": [fact.id for fact in found.not_counted],
        "not_counted_unverified": [fact.id for fact in found.unverified],
        "left_out": list(found.without),
    }


def _json(content: dict[str, Any]) -> str:
    head = {"ivigsim": __version__, "disclaimer": RESEARCH_ONLY}
    return json.dumps(head | content, indent=2, ensure_ascii=False, allow_nan=False)
