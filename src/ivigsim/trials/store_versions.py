"""What decides the bytes of a run besides its scenario: code, libraries and the kind of machine."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import ivigsim
from ivigsim._version import __version__

_LIBRARIES = ("heyoka", "numpy", "polars")
_READERS = {"cli", "report", "web", "statistics"}  # only show or read what is stored
_KINDS = (".py", ".ant", ".tsv", ".toml", ".json", ".yaml")


@cache
def versions() -> dict[str, str]:
    """Return what a run is made with; another value of any may give other bytes.

    ``code`` is the start of a SHA-256 over the code and the numbers that a simulation uses, so that an edited
    installation is told from the release of the same version. ``machine`` is the kind of processor, for
    which the equations are compiled.

    Examples
    --------
    >>> list(versions())
    ['ivigsim', 'code', 'heyoka', 'numpy', 'polars', 'machine']
    """
    return {
        "ivigsim": __version__,
        "code": _code(),
        **{name: version(name) for name in _LIBRARIES},
        "machine": platform.machine(),
    }


def _code() -> str:
    package = Path(ivigsim.__file__).parent
    found = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.suffix in _KINDS and not _READERS & set(inside.parts):
            found.update(f"{inside.as_posix()}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def different(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """Say in which versions two differ; empty when in none.

    Examples
    --------
    >>> different({"ivigsim": "1.0", "numpy": "2"}, {"ivigsim": "1.1", "numpy": "2"})
    'ivigsim 1.0 there and 1.1 here'
    """
    names = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    return ", ".join(
        f"{name} {there.get(name, 'none')} there and {here.get(name, 'none')} here" for name in names
    )
