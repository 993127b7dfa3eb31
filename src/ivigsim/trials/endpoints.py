"""Endpoints of a trial, judged from the counts that its visits saw."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ivigsim.outcomes import CONFIRMED_DEFINITIONS, Definition, assess
from ivigsim.patients.covariates import COVARIATES

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Columns = dict[str, "Floats | Bools"]

PUBLISHED = {definition.id: definition for definition in CONFIRMED_DEFINITIONS}
# Columns of the table of patients that no endpoint may be called.
TAKEN = (
    *(
        "arm",
        "replicate",
        "patient",
        "failed",
        "population",
        "dropped_out_d",
        "rescued_d",
        "rescues",
        "bleeds",
    ),
    *("infusions", "ivig_g", "baseline_1e9_per_l", *COVARIATES),
)


@dataclass(frozen=True)
class Seen:
    """What was seen of n patients at k visits; the first is before treatment.

    Attributes
    ----------
    nominal : ndarray, shape (k,)
        Planned days (d).
    days : ndarray, shape (n, k)
        Actual days (d).
    counts : ndarray, shape (n, k)
        Measured counts (1e9/L); NaN after a patient left.
    left, rescued : ndarray, shape (n,)
        Day on which a patient left, and that of the first rescue (d); inf for never.
    """

    nominal: Floats
    days: Floats
    counts: Floats
    left: Floats
    rescued: Floats

    @property
    def own(self) -> Floats:
        """Counts that the arm's treatment explains: NaN after a rescue; the visit of the rescue counts."""
        return np.where(self.days > self.rescued[:, None], np.nan, self.counts)


class _Kind(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Reach(_Kind):
    """A count, and a multiple of the count before treatment."""

    count: Annotated[float, Field(gt=0, le=1000)] = Field(description="Count to reach, 1e9/L.")
    fold: Annotated[float, Field(ge=0)] = Field(0, description="Multiple of the count before treatment.")

    def met(self, seen: Seen) -> Bools:
        """Say at which visits after day 0 it is met, shape (n, k - 1); not met where nothing was seen."""
        counts = seen.own
        return counts[:, 1:] >= np.maximum(self.count, self.fold * counts[:, :1])


class By(Reach):
    """A response: the count at any visit up to a day."""

    by_day: Annotated[float, Field(gt=0)] = Field(description="Last planned visit that counts, d.")


class Loss(Reach):
    """After the count was reached, the first below another one."""

    below: Annotated[float, Field(gt=0)] = Field(description="Count below which it is lost, 1e9/L.")


def _is_id(text: str) -> str:
    taken = {text, f"{text}_d", f"{text}_event"} & set(TAKEN)
    if taken or not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", text) or text.startswith("count_day_"):
        raise ValueError(
            f"id is {text!r}; accepted: small letters, digits and _, from a letter, as in response_7,"
            " and no name that the table of patients uses"
        )
    return text


class Endpoint(_Kind):
    """One endpoint: an id and one of the kinds."""

    id: Annotated[str, AfterValidator(_is_id)] = Field(description="Names its column.")
    label: str = Field("", description="Words for reports.")
    response: By | None = Field(
        None, description="A count reached by a day; who left before is no responder."
    )
    definition: Literal["iwg_r", "iwg_cr", "ema_r", "ema_cr"] | None = Field(
        None, description="A published definition, without its bleeding criterion."
    )
    time_to: Reach | None = Field(
        None, description="Time to a count, d; censored at a rescue, on leaving, at the end."
    )
    time_to_loss: Loss | None = Field(
        None, description="Time from reaching a count to losing it, d; a rescue ends it."
    )
    time_to_rescue: Literal[True] | None = Field(None, description="Time to the first rescue, d.")

    @model_validator(mode="after")
    def _one_kind(self) -> Endpoint:
        if len(self._kinds()) != 1:
            raise ValueError(
                f"endpoint {self.id!r} has {len(self._kinds())} kinds; accepted: one of {_KINDS}"
            )
        return self

    def _kinds(self) -> list[str]:
        return [kind for kind in _KINDS.split(", ") if getattr(self, kind) is not None]

    @property
    def is_response(self) -> bool:
        """Whether patients respond or not; else it is a time."""
        return self.response is not None or self.definition is not None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns."""
        return (self.id,) if self.is_response else (f"{self.id}_d", f"{self.id}_event")

    @property
    def words(self) -> str:
        """Words for reports."""
        if self.label:
            return self.label
        if self.response is not None:
            return f"{_reach(self.response)} by day {self.response.by_day:g}"
        if self.definition is not None:
            return PUBLISHED[self.definition].label
        if self.time_to is not None:
            return f"time to {_reach(self.time_to)}"
        if self.time_to_loss is not None:
            return f"time from {_reach(self.time_to_loss)} to below {self.time_to_loss.below:g}e9/L"
        return "time to rescue"

    def check(self, visits: Sequence[float]) -> None:
        """Refuse an endpoint that no visit can judge."""
        if self.response is not None and self.response.by_day > visits[-1]:
            raise ValueError(
                f"endpoint {self.id!r} is judged by day {self.response.by_day:g}, the last visit is on day"
                f" {visits[-1]:g}; accepted: a visit on or after that day"
            )
        if self.response is not None and self.response.by_day < visits[0]:
            raise ValueError(
                f"endpoint {self.id!r} is judged by day {self.response.by_day:g}, the first visit is on day"
                f" {visits[0]:g}; accepted: a visit by then"
            )
        if self.definition is not None and visits[-1] - visits[0] < PUBLISHED[self.definition].confirm_d:
            raise ValueError(
                f"endpoint {self.id!r} needs two counts 7 d apart, the visits span"
                f" {visits[-1] - visits[0]:g} d; accepted: visits over a longer time"
            )

    def columns(self, seen: Seen) -> Columns:
        """Return the columns of this endpoint, each of shape (n,).

        A response has one: whether. A time has two: `<id>_d` (d, of the event or of censoring; NaN for a loss
        in a patient who never reached the count) and `<id>_event`.
        """
        if self.response is not None:
            inside = seen.nominal[1:] <= self.response.by_day + 1e-9
            responded: Bools = np.any(self.response.met(seen) & inside, axis=1)
            return {self.id: responded}
        if self.definition is not None:
            return {self.id: _published(PUBLISHED[self.definition], seen)}
        if self.time_to_loss is not None:
            time, event = _loss(self.time_to_loss, seen)
        elif self.time_to is not None:
            time, event = _first(self.time_to.met(seen), seen)
        else:
            time, event = np.minimum(seen.rescued, _followed(seen)), seen.rescued < inf
        return {f"{self.id}_d": time, f"{self.id}_event": event}


_KINDS = "response, definition, time_to, time_to_loss, time_to_rescue"


def _reach(reach: Reach) -> str:
    fold = f" and {reach.fold:g} times baseline" if reach.fold else ""
    return f"at least {reach.count:g}e9/L{fold}"


def _followed(seen: Seen) -> Floats:
    """Day of the last count, shape (n,)."""
    last: Floats = np.where(np.isfinite(seen.counts), seen.days, 0.0).max(axis=1)
    return last


def _own_end(seen: Seen) -> Floats:
    """Day until which the course is seen and the arm's treatment explains it, shape (n,)."""
    return np.minimum(_followed(seen), seen.rescued)


def _first(met: Bools, seen: Seen) -> tuple[Floats, Bools]:
    """Day of the first visit at which something is met, or that of censoring, and whether it was met."""
    event: Bools = np.any(met, axis=1)
    row = np.arange(len(met))
    return np.where(event, seen.days[row, 1 + met.argmax(axis=1)], _own_end(seen)), event


def _loss(loss: Loss, seen: Seen) -> tuple[Floats, Bools]:
    """Time from the first visit at the count to the first below the other, or to a rescue."""
    met = loss.met(seen)
    begin, reached = _first(met, seen)
    later = seen.days[:, 1:] > begin[:, None]
    lost, event = _first((seen.own[:, 1:] < loss.below) & later, seen)
    rescued = ~event & (seen.rescued < inf)  # a rescue ends a response, whatever the count
    return np.where(reached, lost - begin, np.nan), reached & (event | rescued)


def _published(definition: Definition, seen: Seen) -> Bools:
    """Judge a published definition; counts not seen, or after a rescue, neither make nor confirm it."""
    counts = np.nan_to_num(seen.own, nan=0.0)
    return assess(seen.nominal, counts, definition).achieved
