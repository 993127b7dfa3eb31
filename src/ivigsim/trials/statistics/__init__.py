"""Statistics of a trial: responses, times, counts, power and IVIG used, for parallel groups and for pairs."""

from ivigsim.trials.statistics.analysis import Analysis, ArmPatients, analyse
from ivigsim.trials.statistics.design import Design

__all__ = ["Analysis", "ArmPatients", "Design", "analyse"]
