"""Body size: what an absolute amount is divided by to become the model's amount per kg or per m2."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ivigsim.errors import InputError

MOSTELLER = 3600.0
"""Body surface (m2) = sqrt(height (cm) x weight (kg) / this); Mosteller 1987 NEJM 317:1098."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Body:
    """Sizes of the patients' bodies; make it with `body`, which checks them.

    Parameters
    ----------
    weight_kg : ndarray, shape (n,)
    height_cm : ndarray, shape (n,), or None
        None when nothing needs it.
    """

    weight_kg: Floats
    height_cm: Floats | None

    def size(self, per: str, what: str) -> Floats:
        """Return the size that an amount of `what` is divided by: weight (kg) or body surface (m2).

        Raises
        ------
        InputError
            When the surface is needed and there are no heights.

        Examples
        --------
        >>> body([80.0], [180.0]).size("m2", "rituximab").tolist()
        [2.0]
        """
        if per == "kg":
            return self.weight_kg
        if self.height_cm is None:
            raise InputError(
                f"{what} is dosed by body surface and no height is given; accepted: height_cm with one height"
                " in cm per patient, or an amount per m2"
            )
        return np.sqrt(self.height_cm * self.weight_kg / MOSTELLER)


def body(weight_kg: ArrayLike, height_cm: ArrayLike | None = None) -> Body:
    """Check weights and heights.

    Parameters
    ----------
    weight_kg : array_like, shape (n,)
        Body weights (kg), above 0.
    height_cm : array_like, shape (n,), optional
        Body heights (cm), above 0.

    Raises
    ------
    InputError
        When one is not finite and above 0, or there is not one height per weight.

    Examples
    --------
    >>> body([70.0]).weight_kg
    array([70.])
    """
    weight = _sizes(weight_kg, "weight", "kg")
    height = None if height_cm is None else _sizes(height_cm, "height", "cm")
    if height is not None and len(height) != len(weight):
        raise InputError(
            f"there are {len(height)} heights for {len(weight)} weights; accepted: one of each per patient"
            f" (nearest: {len(weight)} heights)"
        )
    return Body(weight, height)


def _sizes(values: ArrayLike, name: str, unit: str) -> Floats:
    sizes = np.asarray(values, dtype=np.float64)
    if sizes.ndim != 1 or sizes.size == 0:
        raise InputError(f"{name}s have the shape {sizes.shape}; accepted: one {name} in {unit} per patient")
    wrong = ~((sizes > 0) & np.isfinite(sizes))
    if wrong.any():
        row = int(wrong.argmax())
        raise InputError(
            f"the {name} of patient {row} is {sizes[row]:g} {unit}; accepted: a finite {name} above 0"
        )
    return sizes
