"""Registry of drugs the model can take, read from drugs.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Sourced:
    """A number with its unit and where it comes from."""

    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class Drug:
    """A drug as the registry describes it; drugs.toml says what each field means."""

    name: str
    aliases: tuple[str, ...]
    input: str
    model_unit: str
    units: tuple[str, ...]
    extreme: Sourced | None = None
    extreme_window: Sourced | None = None
    default_rate: Sourced | None = None
    default_duration: Sourced | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name a phrase may use, the canonical one first."""
        return (self.name, *self.aliases)

    @property
    def is_procedure(self) -> bool:
        """Whether it is done once and whole: a phrase gives it no amount."""
        return self.model_unit == "procedure"


def read_drugs(text: str) -> tuple[Drug, ...]:
    """Read a registry from TOML text.

    Raises
    ------
    TypeError, KeyError
        When a drug lacks a field or has an unknown one.
    """
    return tuple(_drug(row) for row in tomllib.loads(text)["drug"])


def _drug(row: dict[str, Any]) -> Drug:
    fields: dict[str, Any] = {}
    for key, value in row.items():
        fields[key] = Sourced(**value) if isinstance(value, dict) else value
    for key in ("aliases", "units"):
        fields[key] = tuple(fields[key])
    return Drug(**fields)


@cache
def drugs() -> tuple[Drug, ...]:
    """Return the drugs the model can take, in the order of the registry.

    Examples
    --------
    >>> [drug.name for drug in drugs()][:2]
    ['IVIG', 'prednisolone']
    """
    return read_drugs((files("ivigsim.treatment") / "drugs.toml").read_text(encoding="utf-8"))


def drug_named(name: str) -> Drug | None:
    """Return the drug with this name or alias, whatever its case, or None.

    Examples
    --------
    >>> drug_named("Intravenous Immunoglobulin").name
    'IVIG'
    """
    for drug in drugs():
        if name.lower() in (alias.lower() for alias in drug.names):
            return drug
    return None


def all_names() -> list[str]:
    """Return every name and alias of every drug.

    Examples
    --------
    >>> "IVIG" in all_names()
    True
    """
    return [name for drug in drugs() for name in drug.names]


def inputs() -> tuple[str, ...]:
    """Return the dose inputs of the model; an event table numbers them from 1 in this order.

    Examples
    --------
    >>> inputs()[:2]
    ('IVIG', 'prednisolone')
    """
    return tuple(dict.fromkeys(drug.input for drug in drugs()))
