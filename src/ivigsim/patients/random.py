"""Keyed random numbers: a draw depends on seed, quantity and patient number, never on chunks or threads."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def uniform(seed: int, quantity: str, start: int, count: int) -> Floats:
    """Return one uniform number in (0, 1) per patient, shape (count,).

    Examples
    --------
    >>> whole = uniform(1, "sex", 0, 10)
    >>> bool((whole[4:] == uniform(1, "sex", 4, 6)).all())
    True
    """
    return _uniforms(seed, quantity, start, count)[:, 0]


def normal(seed: int, quantity: str, start: int, count: int) -> Floats:
    """Return one standard normal number per patient, shape (count,), by the Box-Muller transform.

    Examples
    --------
    >>> z = normal(1, "V_c", 0, 100_000)
    >>> bool(abs(z.mean()) < 0.02 and abs(z.std() - 1) < 0.02)
    True
    """
    u = _uniforms(seed, quantity, start, count)
    z: Floats = np.sqrt(-2.0 * np.log(u[:, 0])) * np.cos(2.0 * np.pi * u[:, 1])
    return z


def _uniforms(seed: int, quantity: str, start: int, count: int) -> Floats:
    """Four numbers per patient: one Philox block, whose counter is the patient's number."""
    word = int.from_bytes(blake2b(quantity.encode(), digest_size=8).digest(), "little")
    stream = np.random.Philox(key=np.array([seed, word], dtype=np.uint64), counter=start)
    raw = stream.random_raw(4 * count).reshape(count, 4)
    # the half keeps 0 and 1 out, so that logarithms stay finite
    return ((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
