"""What a result came from: version, hashes of the model and its numbers, seed, command, packages, files."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ivigsim._version import __version__
from ivigsim.model.parameters import parameters_text
from ivigsim.model.sbml import antimony_text
from ivigsim.patients.population import population_bytes
from ivigsim.report.comparison import Comparison

PACKAGES = ("numpy", "heyoka", "python-libsbml", "antimony", "polars", "pint", "matplotlib")


def sha256(content: str | bytes) -> str:
    """Return the SHA-256 of a text or of bytes, in hexadecimal digits.

    Examples
    --------
    >>> sha256("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def hashes(population: str) -> dict[str, str]:
    """Return the SHA-256 of what decides a result: the equations, their numbers, and the population.

    Examples
    --------
    >>> list(hashes("adult-chronic"))
    ['model_sha256', 'parameters_sha256', 'population_sha256']
    """
    return {
        "model_sha256": sha256(antimony_text()),
        "parameters_sha256": sha256(parameters_text()),
        "population_sha256": sha256(population_bytes(population)),
    }


def manifest(comparison: Comparison, command: str, folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder of results, without itself.

    Parameters
    ----------
    comparison : Comparison
    command : str
        The command line that made it.
    folder : Path
        Every file in it is listed with its SHA-256.
    """
    request = comparison.request
    return {
        "ivigsim": __version__,
        **hashes(request.population),
        "regimens": [arm.regimen for arm in comparison.arms],
        "population": request.population,
        "patients": request.patients,
        "seed": request.seed,
        "days": request.days,
        "covariates": dict(request.covariates),
        "switches": request.switched,
        "tolerance": request.tolerance,
        "event_tables": {
            table.name: sha256(table.read_bytes()) for table in request.treatments if isinstance(table, Path)
        },
        **made_by(command, folder),
    }


def made_by(command: str, folder: Path, packages: Iterable[str] = PACKAGES) -> dict[str, Any]:
    """Return the part that every manifest ends with: command, time, Python, packages, files.

    Parameters
    ----------
    command : str
        The command line.
    folder : Path
        Every file in it is listed with its SHA-256.
    packages : iterable of str
        Those that could change the numbers; without what is not installed.
    """
    return {
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": {name: found for name in packages if (found := package_version(name))},
        "files": {path.name: sha256(path.read_bytes()) for path in sorted(folder.iterdir())},
    }


def package_version(package: str) -> str | None:
    """Return the version of a package, None when it is not installed.

    Examples
    --------
    >>> package_version("no-such-package") is None
    True
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return None  # an extra that is not installed
