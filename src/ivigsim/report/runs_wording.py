"""Values of stored runs, and how a run went, in words."""

from __future__ import annotations

from ivigsim.trials.progress import duration
from ivigsim.trials.store import PATIENTS
from ivigsim.trials.store_compare import Pair, Value
from ivigsim.trials.store_log import Log

BLANK = "-"


def value_text(value: Value) -> str:
    """Return a share with its limits, or a mean or median; in how many, when not in all of the arm.

    Examples
    --------
    >>> value_text(Value("responded", "A", "share", 100, 100, 0.7, 0.604, 0.781))
    '70.0% (60.4–78.1)'
    >>> value_text(Value("ivig_g", "A", "median", 96, 100, 71.25, None, None))
    '71.2, n = 96'
    >>> value_text(Value("ivig_g", "A", "median", 0, 100, None, None, None))
    '-'
    """
    if value.value is None:
        return BLANK
    text = number(value.value)
    if value.low is not None and value.high is not None:
        text = f"{100 * value.value:.1f}% ({100 * value.low:.1f}–{100 * value.high:.1f})"
    return text if value.patients == value.of else f"{text}, n = {value.patients:,}"


def change_text(pair: Pair) -> str:
    """Return the second value less the first; shares in percentage points.

    Examples
    --------
    >>> there = Value("responded", "A", "share", 100, 100, 0.7, 0.604, 0.781)
    >>> change_text(Pair(there, Value("responded", "A", "share", 100, 100, 0.65, 0.553, 0.736)))
    '−5.0 points'
    >>> change_text(Pair(there, None))
    '-'
    """
    change = pair.change
    if change is None or pair.there is None:
        return BLANK
    text = f"{100 * change:+.1f} points" if pair.there.kind == "share" else number(change, "+")
    return "0" if change == 0 else text.replace("-", "−")


def number(value: float, sign: str = "") -> str:
    """Return a number with three figures, whole ones of any size in full.

    Examples
    --------
    >>> number(0.04), number(71.25), number(12345.6), number(3.0, "+")
    ('0.04', '71.2', '12,346', '+3')
    """
    return f"{value:{sign},.0f}" if abs(value) >= 1000 else f"{value:{sign}.3g}"


def history(log: Log) -> dict[str, str]:
    """Return how a run went, as far as its log tells: speed and stops."""
    chunks = {event["job"]: event for event in log.events("chunk")}.values()
    patients = sum(file["rows"] for event in chunks for file in event["files"] if _is_patients(file["path"]))
    seconds = sum(event.get("seconds", 0.0) for event in chunks)
    found = {}
    if patients and seconds:
        workers = len({event.get("worker") for event in chunks})
        found["work"] = (
            f"{duration(seconds)} in all, on {workers} process{'' if workers == 1 else 'es'} at"
            f" {patients / seconds:,.0f} patients/s each"
        )
    if stops := [event["why"] for event in log.events("stopped")]:
        found["stops"] = f"{len(stops)}, the last: {stops[-1]}"
    return found


def _is_patients(path: str) -> bool:
    return path.startswith(f"{PATIENTS}/")
