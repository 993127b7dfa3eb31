"""The published definitions of response, one a line, as data.

Absence of bleeding is part of every IWG and EMA definition. This model does not simulate bleeding, so that
part is left out here and the simulated shares are at best upper bounds of what a trial would count. For the
same reason "loss because of bleeding" is not seen.

Sources
-------
trial
    At least 50e9/L within 7 days of the first infusion: the primary endpoint of Robak 2007 (Blood 110:1307),
    also used by Arbach 2019, Bussel 2004 and others. One count is enough. Trials call the day of the first
    infusion day 1; here it is time 0, so their "day 8" is 7 d here.
IWG 2009
    Rodeghiero 2009 Blood 113:2386, Table 2 and its footnotes (wording read in the reprint in the ASH
    Self-Assessment Program). R: count >= 30e9/L and at least a 2-fold increase of the baseline count; CR:
    count >= 100e9/L; both confirmed on at least 2 separate occasions at least 7 days apart. Loss from R:
    below 30e9/L or less than 2-fold of baseline; loss from CR: below 100e9/L; on 2 occasions 1 day apart.
    Time to response: from the start of treatment to the achievement; duration: from the achievement to the
    loss. A late response that the treatment does not explain should not be counted; the table gives no limit
    in days that fits every treatment, so none is set.
EMA 2010
    EMA/CHMP/BPWP/94033/2007 rev. 2, the guideline on the clinical investigation of IVIg (94038 is the core
    SmPC). Wording read as quoted by the sponsor of a trial that used it (Panzyga, NCT01349790), the guideline
    itself unverified. R ("alternative response") and CR as above, each confirmed on 2 occasions at least 7
    days apart; loss: below 30e9/L (from R) or 100e9/L (from CR), or below 2-fold of baseline. The quotation
    asks for no second count to call a loss, so one is enough (unverified).

How the wording is made exact (assumed, neither source says): a count that would end the response cannot
start it; the two confirming counts belong to one response, so no loss may lie between them; the time of a
response is that of the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Definition:
    """Thresholds that make a response and end it.

    Attributes
    ----------
    id, label : str
        Column name in the table of patients, and words for a table of results.
    count : float
        Platelet count to reach, 1e9/L.
    fold : float
        Multiple of the baseline count to reach; 0 asks for none.
    window_d : float
        Latest time of the first count of the response, d after the start of treatment.
    confirm_d : float
        Time between the two counts that make the response, d; 0 means one count is enough.
    loss_count, loss_fold : float
        A count below either (1e9/L; multiple of baseline) ends the response.
    loss_confirm_d : float
        Time the count must stay below to call it a loss, d; 0 means one count is enough.
    source : str
        Where the definition is published.

    Examples
    --------
    >>> from ivigsim.outcomes import IWG_R
    >>> IWG_R.count, IWG_R.fold, IWG_R.confirm_d
    (30, 2, 7)
    """

    id: str
    label: str
    count: float
    fold: float
    window_d: float
    confirm_d: float
    loss_count: float
    loss_fold: float
    loss_confirm_d: float
    source: str


_TRIAL = "Robak 2007 Blood 110:1307"
_IWG = "Rodeghiero 2009 Blood 113:2386, Table 2; without its bleeding criterion"
_EMA = "EMA/CHMP/BPWP/94033/2007 rev. 2 as quoted by a sponsor; without its bleeding criterion"

# fmt: off
# What makes it: count, multiple of baseline, window, days to confirm; what ends it: count, multiple, days.
TRIAL_DAY_1 = Definition("responded_by_day_1", "at least 50e9/L by day 1", 50, 0, 1, 0, 50, 0, 0, _TRIAL)
TRIAL_DAY_7 = Definition("responded_by_day_7", "at least 50e9/L by day 7", 50, 0, 7, 0, 50, 0, 0, _TRIAL)
IWG_R = Definition("iwg_r", "IWG 2009 response or better", 30, 2, inf, 7, 30, 2, 1, _IWG)
IWG_CR = Definition("iwg_cr", "IWG 2009 complete response", 100, 0, inf, 7, 100, 0, 1, _IWG)
EMA_R = Definition("ema_r", "EMA response or better", 30, 2, inf, 7, 30, 2, 0, _EMA)
EMA_CR = Definition("ema_cr", "EMA complete response", 100, 0, inf, 7, 100, 2, 0, _EMA)
# fmt: on

TRIAL_DEFINITIONS = (TRIAL_DAY_1, TRIAL_DAY_7)
CONFIRMED_DEFINITIONS = (IWG_R, IWG_CR, EMA_R, EMA_CR)
