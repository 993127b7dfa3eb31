"""The markers that can be ranked, read from `markers.tsv`: only what a clinic can measure."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ivigsim.errors import InputError, nearest, unknown
from ivigsim.prediction.quantities import COVARIATE, QUANTITIES

FORMS = ("level", "rise")
SCALES = ("log", "linear", "levels")
ERROR_KINDS = ("cv", "misread", "none")


@dataclass(frozen=True)
class Marker:
    """One row of `markers.tsv`.

    Attributes
    ----------
    id, label : str
        Name for programs, and words for a table.
    unit : str
        Empty for levels and for plain numbers.
    day : int
        When it is measured (d): 0 is before treatment.
    form : str
        "level", or "rise" since day 0.
    quantity : str
        What of the model it stands for: a covariate, or a key of `QUANTITIES`.
    levels : mapping of str to int
        Score of each level of a covariate; empty for a number.
    scale : str
        "log" or "linear", as it enters a combined model; "levels" enter one by one.
    error_kind, error : str, float
        Measurement error: "cv" is the coefficient of variation of one reading (of the odds, for a share in
        %), "misread" the probability of the wrong one of two levels.
    error_source : str
        Where the error comes from; "assumed" and why.
    how : str
        How it is measured in a clinic.
    """

    id: str
    label: str
    unit: str
    day: int
    form: str
    quantity: str
    levels: Mapping[str, int]
    scale: str
    error_kind: str
    error: float
    error_source: str
    how: str

    @property
    def when(self) -> str:
        """When it is measured, in words."""
        return when(self.day)

    @property
    def title(self) -> str:
        """Label and unit."""
        return f"{self.label}, {self.unit}" if self.unit else self.label

    @property
    def covariate(self) -> str:
        """Name of the covariate it is, or nothing."""
        return self.quantity.removeprefix(COVARIATE) if self.quantity.startswith(COVARIATE) else ""


def when(day: int) -> str:
    """Return a day of measurement in words.

    Examples
    --------
    >>> when(0), when(2)
    ('before treatment', 'at 48 h')
    """
    return f"at {24 * day} h" if day else "before treatment"


@cache
def load_markers() -> Mapping[str, Marker]:
    """Read `markers.tsv`, by id, in the order of the file.

    Raises
    ------
    ValueError
        When a row is incomplete, or stands for something that a clinic cannot measure.

    Examples
    --------
    >>> load_markers()["platelets_24h"].title, load_markers()["platelets_24h"].when
    ('platelet count, 1e9/L', 'at 24 h')
    """
    return read_markers(markers_text())


def markers_text() -> str:
    """Return the text of `markers.tsv`."""
    return files(__package__).joinpath("markers.tsv").read_text(encoding="utf-8")


def read_markers(text: str) -> Mapping[str, Marker]:
    """Read and check a table of markers; see `load_markers`."""
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    table = {row["id"]: _marker(row) for row in rows}
    if len(table) != len(rows):
        raise ValueError("markers.tsv names an id twice")
    return MappingProxyType(table)


def _marker(row: Mapping[str, str]) -> Marker:
    levels = dict(pair.split("=") for pair in row["levels"].split(";") if pair)
    marker = Marker(
        **{name: row[name] for name in ("id", "label", "unit", "form", "quantity", "scale", "error_kind")},
        day=int(row["day"]),
        levels={name: int(score) for name, score in levels.items()},
        error=float(row["error"]),
        error_source=row["error_source"],
        how=row["how"],
    )
    right = (
        bool(marker.label and marker.how and marker.error_source),
        marker.quantity in QUANTITIES,
        marker.form in FORMS and marker.scale in SCALES and marker.error_kind in ERROR_KINDS,
        marker.day >= (marker.form == "rise"),
        (marker.scale == "levels") == bool(levels) == bool(marker.covariate and levels),
        marker.error_kind != "misread" or (len(levels) == 2 and marker.error < 0.5),
        marker.error > 0 if marker.error_kind != "none" else marker.error == 0,
    )
    if not all(right):
        raise ValueError(f"markers.tsv: row {marker.id!r} is incomplete or stands for nothing measurable")
    return marker


def choose_markers(names: object) -> tuple[Marker, ...]:
    """Return the markers of these names, in the order of the table; all when there are none.

    Raises
    ------
    InputError
        For a name that is no marker: an outcome and a hidden quantity of the model are refused alike.

    Examples
    --------
    >>> choose_markers(["phagocytosis"])
    Traceback (most recent call last):
    ...
    ivigsim.errors.InputError: 'phagocytosis' is no marker: ...
    """
    known = load_markers()
    if names is None:
        return tuple(known.values())
    if isinstance(names, str) or not isinstance(names, Sequence) or not names:
        raise InputError(f"markers is {names!r}; accepted: a list of names such as ['platelets']")
    for place, name in enumerate(names):
        if name not in known:
            raise _no_marker(str(name), known)
        if name in names[:place]:
            raise InputError(f"marker {name!r} is given twice; accepted: each once")
    return tuple(marker for marker in known.values() if marker.id in names)


def _no_marker(name: str, known: Mapping[str, Marker]) -> InputError:
    """Tell a slip from an attempt to use what no clinic can measure."""
    from ivigsim.model.compile import compiled_model
    from ivigsim.model.parameters import load_parameters

    if name not in compiled_model().variables and name not in load_parameters():
        return unknown("marker", name, known)
    close = nearest(name, known)
    hint = f" (nearest: '{close}')" if close else ""
    return InputError(
        f"{name!r} is no marker: a clinic cannot measure it; accepted: {', '.join(known)}{hint}"
    )
