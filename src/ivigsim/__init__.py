"""ivigsim: a mechanistic simulator of intravenous immunoglobulin in immune thrombocytopenia.

For research and teaching; never for treatment decisions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ivigsim._version import __version__
from ivigsim.errors import InputError

if TYPE_CHECKING:
    from ivigsim.engine.simulation import Simulation
    from ivigsim.mechanisms import Attribution, explain
    from ivigsim.outcomes import red_cell_clearance
    from ivigsim.patients.population import Population, load_population, population_names
    from ivigsim.prediction import BiomarkerRanking, biomarkers
    from ivigsim.run import simulate, simulate_chunks
    from ivigsim.treatment import Regimen
    from ivigsim.trials.trial import Trial

__all__ = [
    "Attribution",
    "BiomarkerRanking",
    "InputError",
    "Population",
    "Regimen",
    "Simulation",
    "Trial",
    "__version__",
    "biomarkers",
    "explain",
    "load_population",
    "population_names",
    "red_cell_clearance",
    "simulate",
    "simulate_chunks",
]

# a name is imported when it is first used: `import ivigsim` and `ivigsim --help` stay fast
_HOME = {
    "Attribution": "ivigsim.mechanisms",
    "BiomarkerRanking": "ivigsim.prediction",
    "Population": "ivigsim.patients.population",
    "Regimen": "ivigsim.treatment",
    "Simulation": "ivigsim.engine.simulation",
    "Trial": "ivigsim.trials.trial",
    "biomarkers": "ivigsim.prediction",
    "explain": "ivigsim.mechanisms",
    "load_population": "ivigsim.patients.population",
    "population_names": "ivigsim.patients.population",
    "red_cell_clearance": "ivigsim.outcomes",
    "simulate": "ivigsim.run",
    "simulate_chunks": "ivigsim.run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'ivigsim' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
