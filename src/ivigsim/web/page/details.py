"""Find what stands behind a value that is pressed: value, unit, spread, source, how to get it again."""

from __future__ import annotations

from collections.abc import Callable

from ivigsim.errors import InputError, unknown
from ivigsim.web.jobs import Task
from ivigsim.web.page import details_given, details_results
from ivigsim.web.page.detail import Detail
from ivigsim.web.page.state import State

_KINDS: dict[str, Callable[..., Detail]] = {
    "parameter": details_given.parameter,
    "switch": details_given.switch,
    "covariate": details_given.covariate,
    "outcome": details_results.outcome,
    "output": details_results.output,
    "difference": details_results.difference,
    "published": details_given.published,
    "share": details_results.share,
    "redcell": details_results.redcell,
    "event": details_results.event,
}


def detail(key: str, state: State, task: Task) -> Detail:
    """Return what stands behind a value.

    Parameters
    ----------
    key : str
        Kind and name, such as "parameter:k_int" or "outcome:A:responded_by_day_7".
    state : State
    task : Task

    Raises
    ------
    InputError
        When there is no such value.

    Examples
    --------
    >>> found = detail("parameter:k_int", State(), Task(1))
    >>> found.value, found.unit, found.command
    ('0.18', '1/d', 'ivigsim parameters k_int')
    """
    kind, *names = key.split(":")
    if kind not in _KINDS:
        raise unknown("kind of value", kind[:60], _KINDS)
    try:
        return _KINDS[kind](state, task, *names)
    except (KeyError, TypeError, IndexError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{key[:60]!r} is no value of this page; accepted: one that it shows") from None
