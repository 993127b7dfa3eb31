"""Outcomes read off a finished simulation: responses, times, peaks, intervals."""

from ivigsim.outcomes.by_day import DayDistribution, DayShares, share_at_least
from ivigsim.outcomes.definitions import (
    CONFIRMED_DEFINITIONS,
    EMA_CR,
    EMA_R,
    IWG_CR,
    IWG_R,
    TRIAL_DAY_1,
    TRIAL_DAY_7,
    TRIAL_DEFINITIONS,
    Definition,
)
from ivigsim.outcomes.half_life import half_life
from ivigsim.outcomes.intervals import (
    Interval,
    bootstrap_median,
    mean_interval,
    median_positions,
    stream,
    wilson,
)
from ivigsim.outcomes.per_patient import per_patient
from ivigsim.outcomes.reading import Courses, Simulated
from ivigsim.outcomes.red_cells import OUTPUTS_NEEDED as RED_CELL_OUTPUTS
from ivigsim.outcomes.red_cells import RedCellClearance, red_cell_clearance
from ivigsim.outcomes.response import Response, assess, can_judge
from ivigsim.outcomes.summary import Outcome, summarise
from ivigsim.outcomes.timecourse import days_at_least, first_at_least, first_stay, peak, rise_at

__all__ = [
    "CONFIRMED_DEFINITIONS",
    "EMA_CR",
    "EMA_R",
    "IWG_CR",
    "IWG_R",
    "RED_CELL_OUTPUTS",
    "TRIAL_DAY_1",
    "TRIAL_DAY_7",
    "TRIAL_DEFINITIONS",
    "Courses",
    "DayDistribution",
    "DayShares",
    "Definition",
    "Interval",
    "Outcome",
    "RedCellClearance",
    "Response",
    "Simulated",
    "assess",
    "bootstrap_median",
    "can_judge",
    "days_at_least",
    "first_at_least",
    "first_stay",
    "half_life",
    "mean_interval",
    "median_positions",
    "peak",
    "per_patient",
    "red_cell_clearance",
    "rise_at",
    "share_at_least",
    "stream",
    "summarise",
    "wilson",
]
