"""What a trial compares, as the statistics need to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivigsim.errors import InputError, unknown

Kind = Literal["parallel", "paired"]

WORDS: dict[str, str] = {
    "parallel": "PARALLEL groups: other virtual patients in each arm",
    "paired": "PAIRED counterfactuals: the same virtual patients in every arm",
}


@dataclass(frozen=True)
class Design:
    """A trial as its analysis sees it.

    Attributes
    ----------
    kind : {"parallel", "paired"}
        Other patients in each arm, or the same virtual patients in every arm.
    arms : tuple of str
    reference : str
        Arm that every other one is compared with.
    responses, times : tuple of str
        Ids of endpoints that patients meet or not, and of those that are times to an event.
    visits : tuple of float
        Days on which platelets are counted (d).
    price_per_g, currency
        Price of a gram of IVIG, the user's own; None: no cost is computed, there is no default price.
    level : float
        Coverage of intervals; a test is significant when p < 1 - level.
    primary : str or None
        Endpoint that power is about; the first response, else the first time, when None.
    target : float
        Power to look for in the sample-size curve.
    sizes : tuple of int
        Patients per arm at which the curve is worked out; ten up to the size of the trial when empty.
    labels : mapping
        Words for endpoints, by id; the id itself where there is none.

    Examples
    --------
    >>> design = Design("paired", ("low", "high"), "low", responses=("day_7",), times=(), visits=(7,))
    >>> design.compared, design.primary_endpoint
    (('high',), 'day_7')
    >>> design.require("parallel", "a log-rank test")
    Traceback (most recent call last):
    ...
    ivigsim.errors.InputError: a log-rank test takes PARALLEL groups and this design is ...
    """

    kind: Kind
    arms: tuple[str, ...]
    reference: str
    responses: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    visits: tuple[float, ...] = ()
    price_per_g: float | None = None
    currency: str | None = None
    level: float = 0.95
    primary: str | None = None
    target: float = 0.8
    sizes: tuple[int, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a design that cannot be analysed."""
        if self.kind not in WORDS:
            raise unknown("kind of design", self.kind, WORDS)
        if not self.arms or len(set(self.arms)) < len(self.arms):
            raise InputError(f"arms are {list(self.arms)}; accepted: at least one, each named once")
        if self.reference not in self.arms:
            raise unknown("reference arm", self.reference, self.arms)
        ids = (*self.responses, *self.times)
        if len(set(ids)) < len(ids):
            raise InputError(f"endpoints are {list(ids)}; accepted: each named once")
        if self.primary is not None and self.primary not in ids:
            raise unknown("primary endpoint", self.primary, ids)
        _share("level", self.level)
        _share("target", self.target)
        if (self.price_per_g is None) != (self.currency is None):
            raise InputError("a price of IVIG needs price_per_g and currency; accepted: both or neither")
        if self.price_per_g is not None and not self.price_per_g > 0:
            raise InputError(f"price_per_g is {self.price_per_g}; accepted: above 0")
        if any(size < 2 for size in self.sizes):
            raise InputError(f"sizes are {list(self.sizes)}; accepted: whole numbers from 2")

    @property
    def compared(self) -> tuple[str, ...]:
        """Arms other than the reference."""
        return tuple(arm for arm in self.arms if arm != self.reference)

    @property
    def primary_endpoint(self) -> str | None:
        """Endpoint that power is about; None when there is no endpoint."""
        return self.primary or next(iter((*self.responses, *self.times)), None)

    def label(self, endpoint: str) -> str:
        """Words for an endpoint."""
        return self.labels.get(endpoint) or endpoint

    def require(self, kind: Kind, what: str) -> None:
        """Refuse a comparison that this design does not allow.

        Raises
        ------
        InputError
            When the design is of the other kind.
        """
        if self.kind != kind:
            takes = WORDS[kind].partition(":")[0]
            raise InputError(
                f"{what} takes {takes} and this design is {self.kind!r};"
                f" accepted: the comparison for {self.kind}"
            )


def _share(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise InputError(f"{name} is {value}; accepted: a share between 0 and 1, such as 0.95")
