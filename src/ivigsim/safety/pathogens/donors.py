"""What a user may say about donors, screening and pool, and what a risk then rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivigsim.errors import InputError, unknown

SCREENINGS: Mapping[str, str] = {"MP16-NAT": "mp16", "MP8-NAT": "mp8", "ID-NAT": "id", "antibody": "mp16"}
"""Screening of donations: nucleic-acid tests of 16, 8 or single donations, or antibody alone. The value is in
the id of the window's row; antibody adds what such tests found among antibody-negative donations."""


class Unknown(InputError):
    """A number that is neither in the table nor given, so that no risk can be computed."""


@dataclass(frozen=True)
class Donors:
    """What a user knows better than the table; None takes the table or what is assumed.

    Attributes
    ----------
    per_donation : float, optional
        Chance that a donation carries the agent undetected, instead of incidence times window.
    incidence_per_1e5 : float, optional
        New infections among donors per 100,000 person-years.
    window_d : float, optional
        Days in which an infected donor is not detected.
    screening : str, optional
        One of `SCREENINGS`, for the window; MP16-NAT when None.
    pool : float, optional
        Donations in a pool.
    titre_log10 : tuple of float, optional
        Least and largest titre of an undetected donation (log10 copies/mL).
    copies_per_infection : float, optional
        Copies that infect on average.
    """

    per_donation: float | None = None
    incidence_per_1e5: float | None = None
    window_d: float | None = None
    screening: str | None = None
    pool: float | None = None
    titre_log10: tuple[float, float] | None = None
    copies_per_infection: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no chance, incidence, window, pool or titre, and two ways to say the same."""
        if self.screening is not None and self.screening not in SCREENINGS:
            raise unknown("screening", self.screening, SCREENINGS)
        _within("chance per donation", self.per_donation, 1e-15, 1.0)
        _within("incidence per 100,000 person-years", self.incidence_per_1e5, 1e-6, 1e5)
        _within("window in days", self.window_d, 0.01, 3650.0)
        _within("pool in donations", self.pool, 1.0, 1e6)
        _within("number of copies that infect", self.copies_per_infection, 1.0, 1e12)
        if self.titre_log10 is not None:
            low, high = self.titre_log10
            if not 0 <= low <= high <= 14:
                raise InputError(
                    f"the titre is {low:g} to {high:g} log10 copies/mL; accepted: increasing, from 0 to 14"
                )
        if self.per_donation is not None and (self.incidence_per_1e5 or self.window_d or self.screening):
            raise InputError(
                "a chance per donation is given together with incidence, window or screening;"
                " accepted: the chance alone, or the others"
            )
        if self.window_d is not None and self.screening is not None:
            raise InputError("a window and a screening are both given; accepted: one of them")


@dataclass(frozen=True)
class Input:
    """A number that a risk rests on.

    Attributes
    ----------
    what, value : str
    origin : str
        "sourced", "given" or "assumed".
    rows : tuple of str
        Ids of the rows that it is read from.
    why : str
        What to know about it; for what is assumed, why.
    """

    what: str
    value: str
    origin: str
    rows: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Plasma:
    """What is drawn for the plasma of a pool.

    Attributes
    ----------
    chance : tuple of float, optional
        Least and largest chance per donation; None when the pool itself is limited.
    pool : tuple of float
        Least and largest number of donations, each size as likely on a log scale.
    titre_log10 : tuple of float
        Of an undetected donation; of the pool itself (log10 copies/mL) when `chance` is None.
    copies_per_infection : float
    inputs : tuple of Input
    bound : bool
        Whether the plasma itself is taken at an upper bound.
    """

    chance: tuple[float, float] | None
    pool: tuple[float, float]
    titre_log10: tuple[float, float]
    copies_per_infection: float
    inputs: tuple[Input, ...]
    bound: bool = False


def _within(what: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        close = low if value < low else high
        raise InputError(f"the {what} is {value:g}; accepted: {low:g} to {high:g} (nearest: {close:g})")
