"""Pathogen safety of IVIG: how far a product's steps reduce viruses, and what risk is left in a dose."""

from ivigsim.safety.pathogens.agents import AGENTS, Agent
from ivigsim.safety.pathogens.assessment import Assessed, assess
from ivigsim.safety.pathogens.donors import Donors
from ivigsim.safety.pathogens.factors import Reduction, reduction
from ivigsim.safety.pathogens.residual import Residual, residual_risk

__all__ = [
    "AGENTS",
    "Agent",
    "Assessed",
    "Donors",
    "Reduction",
    "Residual",
    "assess",
    "reduction",
    "residual_risk",
]
