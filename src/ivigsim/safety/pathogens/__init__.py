"""Pathogen safety of IVIG: how far a product's steps reduce viruses, and what risk is left in a dose."""

from ivigsim.safety.pathogens.agents import AGENTS, Agent
from ivigsim.safety.pathogens.reduction import Reduction, reduction
from ivigsim.safety.pathogens.residual import Donors, Residual, residual_risk

__all__ = ["AGENTS", "Agent", "Donors", "Reduction", "Residual", "reduction", "residual_risk"]
