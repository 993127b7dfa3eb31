"""Adverse events of IVIG as sourced risks: every figure keeps its denominator, range and source."""

from ivigsim.safety.adverse.assessment import Assessment, EventRisk, assess
from ivigsim.safety.adverse.comparing import Differences, difference
from ivigsim.safety.adverse.estimates import Estimate
from ivigsim.safety.adverse.readings import EVENTS
from ivigsim.safety.adverse.red_cell_course import HaemolysisCourse, haemolysis_course

__all__ = [
    "EVENTS",
    "Assessment",
    "Differences",
    "Estimate",
    "EventRisk",
    "HaemolysisCourse",
    "assess",
    "difference",
    "haemolysis_course",
]
