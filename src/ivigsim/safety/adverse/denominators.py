"""What a figure counts, and of how many what; a denominator is never converted."""

from __future__ import annotations

from dataclasses import dataclass

DAYS_PER_YEAR = 365.25
"""d, Julian year."""


@dataclass(frozen=True)
class Denominator:
    """Unit of a published figure.

    Attributes
    ----------
    text : str
        As it is printed after the number.
    of : str
        What is counted below the line; figures of the same kind may stand in one range.
    scale : float
        Share of one, or events per day (person-time) or gram (mass), that a figure of 1 means; 0 where the
        number is no such thing.
    """

    text: str
    of: str
    scale: float

    @property
    def is_share(self) -> bool:
        """Whether a figure is a probability: a share of patients, infusions or administrations."""
        return self.of in ("patients", "infusions", "administrations", "not stated")


_KNOWN = (
    Denominator("% of patients", "patients", 0.01),
    Denominator("per 10,000 patients", "patients", 1e-4),
    Denominator("per 1000 persons", "patients", 1e-3),
    Denominator("% of infusions", "infusions", 0.01),
    Denominator("per 10,000 administrations", "administrations", 1e-4),
    Denominator("% (denominator not stated)", "not stated", 0.01),
    Denominator("events per 100 person-years", "person-time", 0.01 / DAYS_PER_YEAR),
    Denominator("per 10,000 person-days", "person-time", 1e-4),
    Denominator("% absolute per year", "person-time", 0.01 / DAYS_PER_YEAR),
    Denominator("per 1000 kg IVIG", "mass", 1e-6),
    Denominator("events per 100 infusions", "events", 0.01),
    Denominator("% of patients who had any adverse event", "patients with any adverse event", 0.01),
    Denominator("% of non-serious adverse reactions", "reactions", 0.01),
    Denominator("% of reported IVIG reactions", "reactions reported", 0.01),
    Denominator("% of US reports", "reports", 0.01),
    Denominator("% of renal reports", "reports", 0.01),
    Denominator("% of severe reports", "reports", 0.01),
    Denominator("of haemolysis reports", "reports", 1.0),
    Denominator("% of reports with a risk condition", "reports", 0.01),
    Denominator("% of IgA-deficient with anaphylaxis to a transfusion", "IgA-deficient", 0.01),
    Denominator("% of IgA-deficient without such a reaction", "IgA-deficient", 0.01),
    Denominator("reports worldwide, 1985-06 to 1998-11", "reports", 0.0),
    Denominator("reports", "reports", 0.0),
    Denominator("1 in so many persons", "persons", 0.0),
    Denominator("1 in so many units", "blood components", 0.0),
    Denominator("per 100,000 components", "blood components", 1e-5),
)
DENOMINATORS = {each.text: each for each in _KNOWN}
"""Every unit that a reading may have, by its text."""
